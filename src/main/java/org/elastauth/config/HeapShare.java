package org.elastauth.config;

import java.util.List;

/**
 * The stores in memory. Clients fill them, so each has a share of the heap that the program itself
 * leaves free. Together they fit into the smallest heap. Tables of at most 10,000 names or
 * addresses have no share; the shares leave some room for them.
 */
public enum HeapShare {
  CREDENTIALS(26),
  /** As many users as {@link #CREDENTIALS}: a revocation is detected only for a user in both. */
  LATEST_CREDENTIALS(10),
  PENDING_INVALIDATIONS(3),
  REFRESHED_ENTRIES(1),
  REFUSED_ENTRIES(1),
  SESSIONS(17),
  ENDED_SESSIONS(3),
  PENDING_SESSIONS(4),
  REFRESH_LOCKS(2),
  USED_LOGINS(4),
  USED_TOKENS(9),
  VERIFIED_TOKENS(3),
  PROVIDER_RESPONSES(4),
  RATE_LIMITS(6),
  RATE_ADVANCES(1),
  THROTTLED_ADDRESSES(1);

  /** The bytes of an entry whose key is a text of up to 80 characters. */
  public static final int KEY_BYTES = 240;

  /** The heap of a gateway whose stores are empty, under load. */
  private static final long BASE = 20L << 20;

  /** For a heap that is hardly larger than the base: a store must hold something. */
  private static final long LEAST = 2L << 20;

  /** An object of a text, its array and the reference to it. */
  private static final int OBJECTS_OF_A_TEXT = 56;

  private final int percent;

  HeapShare(int percent) {
    this.percent = percent;
  }

  /**
   * The bytes of the store.
   *
   * @param most with any heap
   */
  public long bytes(long most) {
    return Math.min(most, bytesOf(Runtime.getRuntime().maxMemory()));
  }

  /**
   * The number of entries in the store.
   *
   * @param most with any heap
   * @param each the bytes of an entry
   */
  public int entries(int most, int each) {
    return (int) (bytes((long) most * each) / each);
  }

  long bytesOf(long heap) {
    return Math.max(LEAST, heap - BASE) * percent / 100;
  }

  /** The bytes of texts at most: Java stores a character in one byte or in two. */
  public static int bytesOf(List<String> texts) {
    int bytes = 0;
    for (String text : texts) {
      bytes += OBJECTS_OF_A_TEXT + 2 * text.length();
    }
    return bytes;
  }
}
