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
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.elastauth.config.Rules.Name;
import org.elastauth.config.Rules.OneOf;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.convert.DurationStyle;

/**
 * A setting: a record component that is not a record itself.
 *
 * @param path dotted, in snake case
 * @param byDefault null if the record computes the default
 */
public record Setting(String path, RecordComponent component, DefaultValue byDefault) {
  private static final Pattern DURATION =
      Pattern.compile(
          "\\d{1,9}|(?=\\d)(\\d{1,9}d)?(\\d{1,9}h)?(\\d{1,9}m)?(\\d{1,9}s)?(\\d{1,9}ms)?");
  private static final Pattern PART_OF_DURATION = Pattern.compile("\\d+[a-z]*");
  private static final Pattern WHOLE_NUMBER = Pattern.compile("[-+]?\\d{1,9}");
  private static final Pattern WORD_OR_NUMBER =
      Pattern.compile(
          "[A-Za-z][A-Za-z_-]{0,19}|[-+]?[0-9.,]{1,12}|([0-9.]{1,9}[dhmsDHMS]{1,2}){1,5}");

  /** Parses durations such as {@code 90s} and {@code 1h30m}; a number alone is seconds. */
  static Duration duration(String text) {
    String lower = text.trim().toLowerCase(Locale.ROOT);
    require(
        DURATION.matcher(lower).matches(), "not a duration; write it like 90s, 30m, 4h or 1h30m");
    return PART_OF_DURATION
        .matcher(lower)
        .results()
        .map(part -> DurationStyle.SIMPLE.parse(part.group(), ChronoUnit.SECONDS))
        .reduce(Duration.ZERO, Duration::plus);
  }

  public boolean isSecret() {
    return component.isAnnotationPresent(Secret.class);
  }

  public boolean isList() {
    return component.getType() == List.class;
  }

  public boolean isMap() {
    return component.getType() == Map.class;
  }

  /** Whether the values of a map are lists instead of texts. */
  public boolean holdsLists() {
    Type value = ((ParameterizedType) component.getGenericType()).getActualTypeArguments()[1];
    return value instanceof ParameterizedType;
  }

  <A extends Annotation> A rule(Class<A> type) {
    return component.getAnnotation(type);
  }

  public String variable() {
    return "ELASTAUTH_" + path.replace('.', '_').toUpperCase(Locale.ROOT);
  }

  List<String> aliases() {
    return rule(Alias.class) == null ? List.of() : List.of(rule(Alias.class).value());
  }

  /** A text without blanks around it, and a word or a name as its rule spells it. */
  String canonical(String text) {
    if (isSecret()) {
      return text;
    }
    if (rule(Name.class) != null) {
      String name = text.strip().toLowerCase(Locale.ROOT).replace('_', '-');
      return name.matches(Name.FORM) ? name : text.strip();
    }
    String[] words = rule(OneOf.class) == null ? new String[0] : rule(OneOf.class).value();
    return Stream.of(words)
        .filter(word -> word.equalsIgnoreCase(text.strip().replace('-', '_')))
        .findFirst()
        .orElse(text.strip());
  }

  /**
   * A value as messages show it: words and numbers, of enumerations, numbers and durations. Any
   * other text may be a secret in the wrong place.
   */
  String shown(String text) {
    if (rule(Name.class) != null && text.matches(Name.FORM)) {
      return text;
    }
    boolean isPublic =
        rule(OneOf.class) != null
            || Set.of(boolean.class, int.class, Duration.class).contains(component.getType());
    return isPublic && WORD_OR_NUMBER.matcher(text).matches() ? text : hidden(text);
  }

  static String hidden(String text) {
    return text.isEmpty() ? "" : "***";
  }

  /**
   * @throws IllegalArgumentException with the reason, which does not quote the text
   */
  Object convert(String text) {
    if (component.getType() == Duration.class) {
      return duration(text);
    }
    if (component.getType() == boolean.class) {
      require(SettingsReader.isOn(text) || SettingsReader.isOff(text), "neither true nor false");
      return SettingsReader.isOn(text);
    }
    if (component.getType() == int.class) {
      require(WHOLE_NUMBER.matcher(text.strip()).matches(), "not a whole number");
      return Integer.valueOf(text.strip());
    }
    return text;
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalArgumentException(message);
    }
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

  static boolean isVariable(String spelling) {
    return Character.isUpperCase(spelling.charAt(0));
  }

  static String snake(String camel) {
    return camel.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
  }
}
