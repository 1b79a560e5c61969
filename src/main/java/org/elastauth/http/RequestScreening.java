package org.elastauth.http;

import static io.vertx.core.http.HttpHeaders.CONTENT_LENGTH;
import static io.vertx.core.http.HttpHeaders.TRANSFER_ENCODING;

import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;

/**
 * Rejects requests that another HTTP implementation could interpret differently (request smuggling,
 * dot segments), and discards bodies, before a route runs.
 */
final class RequestScreening {
  /** Bytes; a longer body closes the connection. */
  private static final int MAX_DISCARDED = 1 << 20;

  /** A longer Content-Length may exceed a long. */
  private static final int MAX_DIGITS = 18;

  private static final Pattern DOT_SEGMENT = Pattern.compile("/\\.{1,2}(/|;|$)");

  private static final String USERS = "/elastauth/users/";

  private final ErrorPages errors;

  RequestScreening(ErrorPages errors) {
    this.errors = errors;
  }

  /**
   * @param last whether the connection closes after this request
   * @param next receives accepted requests
   */
  void screen(HttpServerRequest request, boolean last, Handler<HttpServerRequest> next) {
    boolean chunked = request.headers().contains(TRANSFER_ENCODING);
    boolean malformed =
        !isPath(request.path())
            || request.method() == HttpMethod.CONNECT
            || chunked && !isPlainlyChunked(request);
    boolean withBody = chunked || request.headers().contains(CONTENT_LENGTH);
    boolean tooLarge = withBody && isTooLarge(request.getHeader(CONTENT_LENGTH));
    if (withBody) {
      discardBody(request);
    }
    if (malformed || chunked || tooLarge || last) {
      // after a chunked body the connection closes, because a Content-Length may conflict with it
      // (RFC 9112, 6.1)
      request.response().putHeader("Connection", "close");
      request.response().endHandler(answered -> close(request.connection(), withBody));
    } else if (withBody) {
      request.response().endHandler(answered -> request.resume());
    }
    if (malformed) {
      errors.answer(request, 400);
    } else if (tooLarge) {
      errors.answer(request, 413);
    } else {
      next.handle(request);
    }
  }

  /** Responds to a request that Netty could not decode. */
  void reject(HttpServerRequest request) {
    Throwable cause = request.decoderResult().cause();
    int status = 400;
    if (cause instanceof TooLongHttpLineException) {
      status = 414;
    } else if (cause instanceof TooLongHttpHeaderException) {
      status = 431;
    }
    request.response().putHeader("Connection", "close");
    errors.answer(request, status);
    LingeringClose.of(request.connection());
  }

  /** Only chunked, once and in HTTP/1.1: otherwise peers may disagree on the end of the body. */
  private static boolean isPlainlyChunked(HttpServerRequest request) {
    List<String> codings = request.headers().getAll(TRANSFER_ENCODING);
    return request.version() == HttpVersion.HTTP_1_1
        && codings.size() == 1
        && codings.get(0).equalsIgnoreCase("chunked");
  }

  private static boolean isPath(String path) {
    return path != null && path.startsWith("/") && !hasDotSegment(path);
  }

  /**
   * Envoy appends the client's path to ours. With dot segments, {@code
   * /elastauth/authz/../../health} would not reach the decision. The name of a user may contain
   * some, with encoded slashes.
   */
  private static boolean hasDotSegment(String path) {
    if (path.indexOf('.') < 0 && path.indexOf('%') < 0) {
      return false;
    }
    String decoded = path.replaceAll("(?i)%2e", ".");
    return DOT_SEGMENT
        .matcher(path.startsWith(USERS) ? decoded : decoded.replaceAll("(?i)%2f|%5c|\\\\", "/"))
        .find();
  }

  /** The decoder has checked that these are digits. */
  private static boolean isTooLarge(String length) {
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
