package org.elastauth.health;

import java.io.IOException;

/** A server gives no usable answer. The message says why, for the log. */
public final class ServerFailure extends IOException {
  private static final long serialVersionUID = 1L;

  private final String kind;

  /**
   * @param kind one word for /health, which anyone may read
   */
  public ServerFailure(String kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  public String kind() {
    return kind;
  }
}
