package org.elastauth.elasticsearch;

import java.util.EnumMap;
import java.util.Map;

/** One look at all users: how far it has come, and what it did. For one thread at a time. */
public final class ExpiryRun {
  private final long deadline;
  private final Map<ExpiryStep.Act, Integer> counts = new EnumMap<>(ExpiryStep.Act.class);
  private int failed;
  private String reason = "";
  private String lastListed = "";
  private String whyShort = "";
  private boolean listed;

  /**
   * @param deadline by {@link System#nanoTime}; whoever is not reached by then is left to the next
   */
  ExpiryRun(long deadline) {
    this.deadline = deadline;
  }

  boolean isLate() {
    return System.nanoTime() - deadline >= 0;
  }

  /** The last name that was listed; empty before the first. */
  String lastListed() {
    return lastListed;
  }

  void listedUpTo(String name) {
    lastListed = name;
  }

  void listedAll() {
    listed = true;
  }

  boolean isListed() {
    return listed;
  }

  void cutShort(String why) {
    whyShort = why;
  }

  /** Why the rest is left to the next run; empty where it is not. */
  String whyShort() {
    return whyShort;
  }

  void add(ExpiryStep.Act act) {
    counts.merge(act, 1, Integer::sum);
  }

  int count(ExpiryStep.Act act) {
    return counts.getOrDefault(act, 0);
  }

  /** One more user could not be finished. */
  void fail(String why) {
    failed++;
    reason = why;
  }

  int failed() {
    return failed;
  }

  /** Why the last one failed. */
  String reason() {
    return reason;
  }

  boolean isEventful() {
    return failed > 0 || !counts.isEmpty();
  }
}
