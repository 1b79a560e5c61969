package org.elastauth.config;

import ch.qos.logback.classic.PatternLayout;
import ch.qos.logback.classic.pattern.ClassicConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Logback's {@code %kvp} with escapes: a quote or line break in a value, such as a username, must
 * not look like another value or line.
 */
public final class QuotedPairs extends ClassicConverter {
  /** Before Logback reads its first pattern. */
  public static void register() {
    PatternLayout.DEFAULT_CONVERTER_SUPPLIER_MAP.put("kvp", QuotedPairs::new);
  }

  @Override
  public String convert(ILoggingEvent event) {
    Stream<String> context =
        event.getMDCPropertyMap().entrySet().stream()
            .map(entry -> quoted(entry.getKey(), entry.getValue()));
    Stream<String> pairs =
        Stream.ofNullable(event.getKeyValuePairs())
            .flatMap(List::stream)
            .map(pair -> quoted(pair.key, pair.value));
    return Stream.concat(context, pairs).collect(Collectors.joining(" "));
  }

  private static String quoted(String key, Object value) {
    return key + "=\"" + escaped(String.valueOf(value)) + '"';
  }

  private static String escaped(String value) {
    return value
        .replace("\\", "\\\\")
        .replace("\"", "\\\"")
        .replace("\n", "\\n")
        .replace("\r", "\\r");
  }
}
