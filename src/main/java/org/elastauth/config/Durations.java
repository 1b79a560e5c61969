package org.elastauth.config;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Durations as elastauth writes them: {@code 90s}, {@code 30m}, {@code 1h30m}; a bare number is
 * seconds.
 */
final class Durations {
  private static final Pattern FORM =
      Pattern.compile(
          "(?:(\\d{1,9})d)?(?:(\\d{1,9})h)?(?:(\\d{1,9})m)?(?:(\\d{1,9})s)?(?:(\\d{1,9})ms)?");

  private Durations() {}

  static Duration parse(String text) {
    String trimmed = text.trim();
    if (trimmed.matches("\\d{1,9}")) {
      return Duration.ofSeconds(Long.parseLong(trimmed));
    }
    Matcher parts = FORM.matcher(trimmed);
    if (trimmed.isEmpty() || !parts.matches()) {
      throw new IllegalArgumentException("not a duration; write it like 90s, 30m, 4h or 1h30m");
    }
    return Duration.ofDays(number(parts, 1))
        .plusHours(number(parts, 2))
        .plusMinutes(number(parts, 3))
        .plusSeconds(number(parts, 4))
        .plusMillis(number(parts, 5));
  }

  private static long number(Matcher parts, int group) {
    return parts.group(group) == null ? 0 : Long.parseLong(parts.group(group));
  }
}
