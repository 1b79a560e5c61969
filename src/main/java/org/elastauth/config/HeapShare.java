package org.elastauth.config;

import java.util.List;

/**
 * The largest stores in memory. Clients fill them, so each has a share of the heap that the program
 * itself leaves free. Together they fit into the smallest heap.
 */
public enum HeapShare {
  CREDENTIALS(50),
  SESSIONS(30),
  ENDED_SESSIONS(5),
  TOKENS(8),
  PROVIDER_RESPONSES(7);

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
