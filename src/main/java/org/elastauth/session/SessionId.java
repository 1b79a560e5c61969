package org.elastauth.session;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Pattern;
import org.elastauth.crypto.Sha256;

/**
 * What a browser shows of a session: 256 random bits. Only its cookie holds them; everywhere else
 * the session goes by their SHA-256, from which they do not follow.
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

  /** One that nobody knows yet. */
  public static SessionId random() {
    byte[] bits = new byte[BYTES];
    RANDOM.nextBytes(bits);
    return new SessionId(Base64.getUrlEncoder().withoutPadding().encodeToString(bits));
  }

  /** What a cookie says, or null if it was not made here. */
  public static SessionId of(String cookie) {
    return COOKIE.matcher(cookie).matches() ? new SessionId(cookie) : null;
  }

  /** Whether it looks like a {@link #key}. */
  public static boolean isKey(String text) {
    return KEY.matcher(text).matches();
  }

  /** For the cookie alone: 43 characters of base64url. */
  public String cookie() {
    return cookie;
  }

  /** Its SHA-256 in hex: the property {@code sessionKey} of the routes. */
  public String key() {
    return Sha256.hex(cookie);
  }

  /** Nothing: the id is a credential. */
  @Override
  public String toString() {
    return "SessionId";
  }
}
