package org.elastauth.ratelimit;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * Requests of one key that Redis has counted before they came. A client that sends many needs one
 * round trip for all of them.
 */
final class Advance {
  /** No request is left. */
  static final long NONE = -1;

  /** Fewer are not worth it. The number also grows by this factor at most. */
  static final int LEAST = 4;

  private final String name;
  private final int counted;
  private final long remaining;
  private final long since;
  private final AtomicInteger taken = new AtomicInteger(1);

  /**
   * @param name of the request for which Redis was asked
   * @param counted with that request; 0 while Redis has not answered
   * @param remaining how many requests are admitted after all of these
   * @param since when Redis was asked (ns)
   */
  Advance(String name, int counted, long remaining, long since) {
    this.name = name;
    this.counted = counted;
    this.remaining = remaining;
    this.since = since;
  }

  boolean isAsked() {
    return counted == 0;
  }

  /**
   * Takes one request.
   *
   * @param valid how long after the call they may be taken (ns)
   * @return how many more are admitted after it, or {@link #NONE}
   */
  long take(long now, long valid) {
    if (counted <= 1 || now - since > valid) {
      return NONE;
    }
    int before = taken.getAndIncrement();
    return before < counted ? remaining + counted - 1 - before : NONE;
  }

  /**
   * How many requests will come in a span of this length, or 1 if it is not worth counting more.
   */
  int expected(long now, long span) {
    long used = Math.min(taken.get(), counted);
    long expected = Math.min((long) LEAST * counted, used * span / Math.max(1, now - since));
    return expected < LEAST ? 1 : (int) expected;
  }

  /** Ends the taking. Returns the names of those that were not taken, as the script gave them. */
  List<String> close() {
    int before = taken.getAndAdd(counted);
    return before >= counted
        ? List.of()
        : IntStream.range(before, counted).mapToObj(number -> name + "." + number).toList();
  }
}
