package org.elastauth.credential;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;

/**
 * The time in which one password of a user is good. Windows of different users turn at different
 * moments, so that Elasticsearch is not asked to hash everybody's new password at once.
 *
 * @param issued epoch seconds, inclusive
 * @param until epoch seconds, exclusive
 */
public record Window(long issued, long until) {
  private static final byte[] OFFSET_LABEL =
      "elastauth-offset-v1\0".getBytes(StandardCharsets.US_ASCII);

  /** Seconds: a week, the longest lifetime, and a day by which clocks may differ. */
  private static final long LONGEST = Duration.ofDays(8).toSeconds();

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
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      sha.update(OFFSET_LABEL);
      byte[] digest = sha.digest(username.getBytes(StandardCharsets.US_ASCII));
      return Long.remainderUnsigned(ByteBuffer.wrap(digest).getLong(), lifetime);
    } catch (NoSuchAlgorithmException everyJavaHasIt) {
      throw new IllegalStateException(everyJavaHasIt);
    }
  }

  /**
   * Whether it ends later than any window does now: whoever opened it had a clock that was wrong,
   * or this gateway's was, and what is good has to be settled anew.
   *
   * @param now epoch seconds
   */
  public boolean isAhead(long now) {
    return until > now + LONGEST;
  }

  /**
   * @param now epoch seconds
   */
  public boolean isPast(long now) {
    return now >= until;
  }
}
