package org.elastauth.http;

/**
 * A response other than 200. The client sees the message, so it must not contain hosts, passwords,
 * keys or other users' names.
 */
public final class HttpError extends RuntimeException {
  private final int status;
  private final String reason;
  private final int retryAfter;
  private final String challenge;
  private final String location;
  private final String cookie;

  /**
   * @param status HTTP status code
   * @param retryAfter the value of Retry-After in seconds; 0: no such header
   */
  public HttpError(int status, String message, int retryAfter) {
    this(status, reason(status), message, retryAfter, "", "", "");
  }

  private HttpError(
      int status,
      String reason,
      String message,
      int retryAfter,
      String challenge,
      String location,
      String cookie) {
    super(message, null, false, false);
    this.status = status;
    this.reason = reason;
    this.retryAfter = retryAfter;
    this.challenge = challenge;
    this.location = location;
    this.cookie = cookie;
  }

  public static HttpError malformed(String message) {
    return new HttpError(400, message, 0);
  }

  /**
   * The same error with a reason that says more than the status.
   *
   * @param reason a constant, because it becomes a label of a metric
   */
  public HttpError because(String reason) {
    return new HttpError(status, reason, getMessage(), retryAfter, challenge, location, cookie);
  }

  private static String reason(int status) {
    return switch (status) {
      case 302 -> "no_session";
      case 400 -> "malformed";
      case 401 -> "unauthenticated";
      case 403 -> "forbidden";
      case 404 -> "not_found";
      case 413, 414, 431 -> "too_large";
      case 415 -> "media_type";
      case 417 -> "expectation";
      case 429 -> "throttled";
      case 503 -> "unavailable";
      default -> "internal";
    };
  }

  public static HttpError unidentified() {
    return new HttpError(401, "no identity: the request carries no username", 0)
        .because("no_identity");
  }

  /**
   * @param challenge the value of WWW-Authenticate (RFC 9110, 11.6.1)
   */
  public static HttpError unauthorized(String message, String challenge) {
    return new HttpError(401, reason(401), message, 0, challenge, "", "");
  }

  /**
   * A redirect as an exception, so that the route ends.
   *
   * @param location absolute URL
   * @param cookie the value of Set-Cookie
   */
  public static HttpError redirect(String message, String location, String cookie) {
    return new HttpError(302, reason(302), message, 0, "", location, cookie);
  }

  public static HttpError forbidden(String message) {
    return new HttpError(403, message, 0);
  }

  public static HttpError unavailable(String message) {
    return new HttpError(503, message, 5);
  }

  /**
   * A fault of a route or of its settings, which the operator must mend.
   *
   * @param message says how, and contains nothing of the request
   */
  public static HttpError misrouted(String message) {
    return new HttpError(500, message, 0).because("route");
  }

  public int status() {
    return status;
  }

  /** For metrics; one of few. */
  public String reason() {
    return reason;
  }

  public int retryAfter() {
    return retryAfter;
  }

  /** Empty for none. */
  public String challenge() {
    return challenge;
  }

  /** Empty for none. */
  public String location() {
    return location;
  }

  /** Empty for none. */
  public String cookie() {
    return cookie;
  }
}
