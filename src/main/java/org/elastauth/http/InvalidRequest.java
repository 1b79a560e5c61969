package org.elastauth.http;

import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;

/** Why a request is invalid, without anything of its content. */
final class InvalidRequest extends RuntimeException {
  static final InvalidRequest MALFORMED = new InvalidRequest(400);
  static final InvalidRequest LINE = new InvalidRequest(414);
  static final InvalidRequest EXPECTATION = new InvalidRequest(417);
  static final InvalidRequest HEADERS = new InvalidRequest(431);

  private final int status;

  private InvalidRequest(int status) {
    super("invalid HTTP request: " + status, null, false, false);
    this.status = status;
  }

  /** The fault that Netty's decoder found. */
  static InvalidRequest of(Throwable cause) {
    if (cause instanceof InvalidRequest known) {
      return known;
    }
    if (cause instanceof TooLongHttpLineException) {
      return LINE;
    }
    return cause instanceof TooLongHttpHeaderException ? HEADERS : MALFORMED;
  }

  int status() {
    return status;
  }
}
