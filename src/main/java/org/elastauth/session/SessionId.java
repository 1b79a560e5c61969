package org.elastauth.session;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Pattern;
import org.elastauth.crypto.Sha256;

/**
 * The session id, 256 random bits. Only the browser's cookie holds it. The gateway stores its
 * SHA-256, from which the cookie cannot be computed.
 */
public final class SessionId {
  private static final int BYTES = 32;
  private static final Pattern COOKIE = Pattern.compile("[A-Za-z0-9_-]{43}");
  private static final Pattern KEY = Pattern.compile("[0-9a-f]{64}");
  private static final SecureRandom RANDOM = new SecureRandom();

  private final String cookie;

  private SessionId(String cookie) {
    this.cookie = cookie;
  }

  public static SessionId random() {
    byte[] bits = new byte[BYTES];
    RANDOM.nextBytes(bits);
    return new SessionId(Base64.getUrlEncoder().withoutPadding().encodeToString(bits));
  }

  /**
   * @return null if no gateway can have issued the cookie
   */
  public static SessionId of(String cookie) {
    return COOKIE.matcher(cookie).matches() ? new SessionId(cookie) : null;
  }

  /** Whether a text has the form of a {@link #key}. */
  public static boolean isKey(String text) {
    return KEY.matcher(text).matches();
  }

  /** The value of the cookie: 43 characters of base64url. */
  public String cookie() {
    return cookie;
  }

  /** Its SHA-256 in hex: the property {@code sessionKey} of the routes. */
  public String key() {
    return Sha256.hex(cookie);
  }

  /** Without the id, which is a credential. */
  @Override
  public String toString() {
    return "SessionId";
  }
}
