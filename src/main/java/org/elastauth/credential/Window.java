package org.elastauth.credential;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import org.elastauth.crypto.Sha256;

/**
 * The time in which a password of a user is valid. The windows of different users start at
 * different offsets, so that Elasticsearch does not have to hash all new passwords at once.
 *
 * @param issued epoch seconds, inclusive
 * @param until epoch seconds, exclusive
 */
public record Window(long issued, long until) {
  private static final byte[] OFFSET_LABEL =
      "elastauth-offset-v1\0".getBytes(StandardCharsets.US_ASCII);

  /** Seconds: the longest lifetime, a week, and a day of clock difference. */
  private static final long MAX_LENGTH = Duration.ofDays(8).toSeconds();

  /**
   * @param now epoch seconds
   * @param lifetime seconds
   */
  public static Window of(String username, long now, long lifetime) {
    long offset = offset(username, lifetime);
    long issued = Math.floorDiv(now - offset, lifetime) * lifetime + offset;
    return new Window(issued, issued + lifetime);
  }

  public static long offset(String username, long lifetime) {
    MessageDigest sha = Sha256.digest();
    sha.update(OFFSET_LABEL);
    byte[] digest = sha.digest(username.getBytes(StandardCharsets.US_ASCII));
    return Long.remainderUnsigned(ByteBuffer.wrap(digest).getLong(), lifetime);
  }

  /**
   * Whether it ends later than any window can now. Then a clock was wrong, and the gateway has to
   * reconcile the user again.
   *
   * @param now epoch seconds
   */
  public boolean isAhead(long now) {
    return until > now + MAX_LENGTH;
  }

  /**
   * @param now epoch seconds
   */
  public boolean isPast(long now) {
    return now >= until;
  }
}
