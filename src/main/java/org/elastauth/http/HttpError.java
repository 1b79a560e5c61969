package org.elastauth.http;

/**
 * A response other than 200. The client sees the message, so it must not contain hosts, passwords,
 * keys or other users' names.
 */
public final class HttpError extends RuntimeException {
  private final int status;
  private final int retryAfter;
  private final String challenge;
  private final String location;
  private final String cookie;

  /**
   * @param status HTTP status code
   * @param retryAfter the value of Retry-After in seconds; 0: no such header
   */
  public HttpError(int status, String message, int retryAfter) {
    this(status, message, retryAfter, "", "", "");
  }

  private HttpError(
      int status,
      String message,
      int retryAfter,
      String challenge,
      String location,
      String cookie) {
    super(message, null, false, false);
    this.status = status;
    this.retryAfter = retryAfter;
    this.challenge = challenge;
    this.location = location;
    this.cookie = cookie;
  }

  public static HttpError malformed(String message) {
    return new HttpError(400, message, 0);
  }

  public static HttpError unidentified() {
    return new HttpError(401, "no identity: the request carries no username", 0);
  }

  /**
   * @param challenge the value of WWW-Authenticate (RFC 9110, 11.6.1)
   */
  public static HttpError unauthorized(String message, String challenge) {
    return new HttpError(401, message, 0, challenge, "", "");
  }

  /**
   * A redirect as an exception, so that the route ends.
   *
   * @param location absolute URL
   * @param cookie the value of Set-Cookie
   */
  public static HttpError redirect(String message, String location, String cookie) {
    return new HttpError(302, message, 0, "", location, cookie);
  }

  public static HttpError forbidden(String message) {
    return new HttpError(403, message, 0);
  }

  public static HttpError unavailable(String message) {
    return new HttpError(503, message, 5);
  }

  public int status() {
    return status;
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
