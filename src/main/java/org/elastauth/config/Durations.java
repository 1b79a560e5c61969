package org.elastauth.config;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.regex.Pattern;
import org.springframework.boot.convert.DurationStyle;

/** Parses durations such as {@code 90s} and {@code 1h30m}; a number alone is seconds. */
final class Durations {
  private static final Pattern FORM =
      Pattern.compile(
          "\\d{1,9}|(?=\\d)(\\d{1,9}d)?(\\d{1,9}h)?(\\d{1,9}m)?(\\d{1,9}s)?(\\d{1,9}ms)?");
  private static final Pattern PART = Pattern.compile("\\d+[a-z]*");

  private Durations() {}

  static Duration parse(String text) {
    if (!FORM.matcher(text.trim()).matches()) {
      throw new IllegalArgumentException("not a duration; write it like 90s, 30m, 4h or 1h30m");
    }
    return PART.matcher(text)
        .results()
        .map(part -> DurationStyle.SIMPLE.parse(part.group(), ChronoUnit.SECONDS))
        .reduce(Duration.ZERO, Duration::plus);
  }
}
