package org.elastauth.config;

/** A number with its noun. */
public final class Counted {
  private Counted() {}

  /**
   * @param noun in the singular; its plural ends in s
   */
  public static String of(long count, String noun) {
    return count + " " + noun + (count == 1 ? "" : "s");
  }
}
