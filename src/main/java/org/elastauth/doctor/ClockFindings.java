package org.elastauth.doctor;

import java.time.Duration;

/**
 * Compares the clock of a server with this one. Passwords, sessions and tokens end at a time that
 * different machines compare with their own clocks.
 */
final class ClockFindings {
  private static final Duration TOLERATED = Duration.ofSeconds(5);

  /** How far the times in a token may differ from this clock. */
  private static final Duration LONGEST = Duration.ofSeconds(60);

  private ClockFindings() {}

  /**
   * @param ahead how far the server's clock is ahead of this one; negative if it is behind
   */
  static void add(Findings findings, String server, Duration ahead) {
    Duration difference = ahead.abs();
    String time =
        difference.toMillis() < 10_000
            ? difference.toMillis() + " ms"
            : difference.toSeconds() + " s";
    String text =
        difference.toMillis() == 0
            ? "its clock agrees with this one"
            : "its clock is " + time + (ahead.isNegative() ? " behind" : " ahead of") + " this one";
    String mend = "synchronize the clocks of both machines, for example by NTP (chronyd)";
    if (difference.compareTo(LONGEST) > 0) {
      findings.fault(server, text, mend);
    } else if (difference.compareTo(TOLERATED) > 0) {
      findings.warning(server, text, mend);
    } else {
      findings.ok(server, text);
    }
  }
}
