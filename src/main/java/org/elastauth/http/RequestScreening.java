package org.elastauth.http;

import static io.vertx.core.http.HttpHeaders.CONTENT_LENGTH;
import static io.vertx.core.http.HttpHeaders.EXPECT;
import static io.vertx.core.http.HttpHeaders.TRANSFER_ENCODING;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.util.concurrent.atomic.AtomicLong;

/** Discards bodies, closes connections in time, and answers requests that cannot be processed. */
final class RequestScreening {
  /** Bytes; a longer body closes the connection. */
  private static final int MAX_DISCARDED = 1 << 20;

  /** A longer Content-Length may exceed a long. */
  private static final int MAX_DIGITS = 18;

  private final ErrorPages errors;

  RequestScreening(ErrorPages errors) {
    this.errors = errors;
  }

  /**
   * @param last whether the connection closes after this request
   * @param next receives accepted requests; an exception results in 500
   */
  void screen(HttpServerRequest request, boolean last, Handler<HttpServerRequest> next) {
    try {
      boolean chunked = request.headers().contains(TRANSFER_ENCODING);
      boolean withBody = hasBody(request);
      boolean tooLarge = withBody && isTooLarge(request.getHeader(CONTENT_LENGTH));
      if (withBody) {
        discardBody(request);
      }
      if (chunked || tooLarge || last || withBody && expectsContinue(request)) {
        // peers may disagree on the end of a chunked body; a client that waits for 100 may or may
        // not send its body after the answer
        request.response().putHeader("Connection", "close");
        request.response().endHandler(answered -> close(request.connection(), withBody));
      } else if (withBody) {
        request.response().endHandler(answered -> request.resume());
      }
      if (tooLarge) {
        errors.answer(request, 413);
      } else {
        next.handle(request);
      }
    } catch (RuntimeException unexpected) {
      errors.fail(request, unexpected);
    }
  }

  /** Whether a body follows the head, be it empty (RFC 9112, 6). */
  static boolean hasBody(HttpServerRequest request) {
    return request.headers().contains(TRANSFER_ENCODING)
        || request.headers().contains(CONTENT_LENGTH);
  }

  /** Whether the client waits for 100 before it sends its body (RFC 9110, 10.1.1). */
  static boolean expectsContinue(HttpServerRequest request) {
    return request.version() == HttpVersion.HTTP_1_1
        && request.headers().contains(EXPECT)
        && !"0".equals(request.getHeader(CONTENT_LENGTH));
  }

  /** Responds to a request that {@link HeadCheck} found invalid. */
  void reject(HttpServerRequest request) {
    request.response().putHeader("Connection", "close");
    errors.answer(request, InvalidRequest.of(request.decoderResult().cause()).status());
    LingeringClose.of(request.connection());
  }

  /** The decoder has checked that these are digits. */
  static boolean isTooLarge(String length) {
    return length != null
        && (length.length() > MAX_DIGITS || Long.parseLong(length) > MAX_DISCARDED);
  }

  /** Routes do not read bodies, but the next request follows the body. */
  private void discardBody(HttpServerRequest request) {
    AtomicLong left = new AtomicLong(MAX_DISCARDED);
    request.handler(
        data -> {
          if (left.getAndAdd(-data.length()) >= 0 && left.get() < 0) {
            errors.answer(request, 413);
            LingeringClose.of(request.connection());
          }
        });
  }

  private static void close(HttpConnection connection, boolean withBody) {
    if (withBody) {
      LingeringClose.of(connection);
    } else {
      connection.close();
    }
  }
}
