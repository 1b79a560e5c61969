package org.elastauth.config;

import java.lang.annotation.Annotation;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.convert.ApplicationConversionService;
import org.springframework.boot.convert.DurationStyle;

/**
 * A setting: a record component that is not a record itself.
 *
 * @param path dotted, in snake case
 * @param byDefault null if the record computes the default
 */
record Setting(String path, RecordComponent component, DefaultValue byDefault) {
  private static final Pattern DURATION =
      Pattern.compile(
          "\\d{1,9}|(?=\\d)(\\d{1,9}d)?(\\d{1,9}h)?(\\d{1,9}m)?(\\d{1,9}s)?(\\d{1,9}ms)?");
  private static final Pattern PART_OF_DURATION = Pattern.compile("\\d+[a-z]*");
  private static final ApplicationConversionService CONVERSION = new ApplicationConversionService();

  static {
    CONVERSION.addConverter(String.class, Duration.class, Setting::duration);
  }

  /** Parses durations such as {@code 90s} and {@code 1h30m}; a number alone is seconds. */
  static Duration duration(String text) {
    if (!DURATION.matcher(text.trim()).matches()) {
      throw new IllegalArgumentException("not a duration; write it like 90s, 30m, 4h or 1h30m");
    }
    return PART_OF_DURATION
        .matcher(text)
        .results()
        .map(part -> DurationStyle.SIMPLE.parse(part.group(), ChronoUnit.SECONDS))
        .reduce(Duration.ZERO, Duration::plus);
  }

  boolean isSecret() {
    return component.isAnnotationPresent(Secret.class);
  }

  boolean isList() {
    return component.getType() == List.class;
  }

  boolean isMap() {
    return component.getType() == Map.class;
  }

  /** Whether the values of a map are lists instead of texts. */
  boolean holdsLists() {
    Type value = ((ParameterizedType) component.getGenericType()).getActualTypeArguments()[1];
    return value instanceof ParameterizedType;
  }

  <A extends Annotation> A rule(Class<A> type) {
    return component.getAnnotation(type);
  }

  String variable() {
    return "ELASTAUTH_" + path.replace('.', '_').toUpperCase(Locale.ROOT);
  }

  /** By precedence: variables before paths, own names before aliases. */
  List<String> spellings() {
    String[] aliases = rule(Alias.class) == null ? new String[0] : rule(Alias.class).value();
    Stream<String> variables = Stream.of(aliases).filter(Setting::isVariable);
    Stream<String> paths = Stream.of(aliases).filter(alias -> !isVariable(alias));
    return Stream.of(Stream.of(variable()), variables, Stream.of(path), paths)
        .flatMap(names -> names)
        .toList();
  }

  Object convert(String text) {
    return CONVERSION.convert(text, component.getType());
  }

  String defaultText() {
    return byDefault == null ? "" : String.join(",", byDefault.value());
  }

  Object defaultValue() {
    if (byDefault == null) {
      return null;
    }
    return isList() ? List.of(byDefault.value()) : convert(defaultText());
  }

  /** Why a text cannot be converted. */
  String reason(Throwable failure) {
    if (component.getType() == int.class) {
      return "not a whole number";
    }
    if (component.getType() == boolean.class) {
      return "neither true nor false";
    }
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.getMessage();
  }

  static boolean isVariable(String spelling) {
    return Character.isUpperCase(spelling.charAt(0));
  }

  static String snake(String camel) {
    return camel.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
  }
}
