package org.elastauth.http;

import org.slf4j.MDC;

/** Adds the id of a decision, as {@code decision}, to the log lines of the thread that makes it. */
public final class DecisionLog {
  private static final String KEY = "decision";

  private DecisionLog() {}

  /** The decision that this thread makes; null for none. */
  public static String current() {
    return MDC.get(KEY);
  }

  /**
   * @param id null for none
   */
  public static void set(String id) {
    if (id == null) {
      MDC.remove(KEY);
    } else {
      MDC.put(KEY, id);
    }
  }

  /** Runs a part of a decision in another thread, or later. */
  public static void run(String id, Runnable part) {
    String before = current();
    set(id);
    try {
      part.run();
    } finally {
      set(before);
    }
  }
}
