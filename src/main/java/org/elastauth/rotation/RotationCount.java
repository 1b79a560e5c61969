package org.elastauth.rotation;

import java.util.function.Consumer;

/** How many entries of one store were found in which state. */
public final class RotationCount {
  private static final long PAUSE_NANOS = 2_000_000_000L;

  private final String store;
  private final boolean dryRun;
  private final Consumer<String> progress;
  private long reported = System.nanoTime();
  private int current;
  private int rotated;
  private int unreadable;
  private int changed;

  /**
   * @param progress receives a line now and then
   */
  RotationCount(String store, boolean dryRun, Consumer<String> progress) {
    this.store = store;
    this.dryRun = dryRun;
    this.progress = progress;
  }

  /** Whether entries are only counted. */
  boolean isDryRun() {
    return dryRun;
  }

  synchronized void current() {
    current++;
  }

  synchronized void rotated(boolean replaced) {
    if (replaced) {
      rotated++;
    } else {
      changed++;
    }
  }

  synchronized void unreadable() {
    unreadable++;
  }

  /** Reports the progress, at most every two seconds. */
  synchronized void report() {
    if (System.nanoTime() - reported > PAUSE_NANOS) {
      reported = System.nanoTime();
      progress.accept(toString());
    }
  }

  @Override
  public synchronized String toString() {
    return store
        + ": "
        + current
        + " already current, "
        + rotated
        + (dryRun ? " to re-encrypt, " : " re-encrypted, ")
        + unreadable
        + " unreadable, "
        + changed
        + " changed meanwhile";
  }
}
