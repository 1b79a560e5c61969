package org.elastauth.config;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.net.URI;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Rules for the value of one setting, as annotations of the record component that holds it. */
public final class Rules {
  /** Matches a host name, an IPv4 address, or an IPv6 address in brackets. */
  public static final String HOST = "(\\[[0-9A-Fa-f:.]+\\]|[^:\\s/@]+)";

  /** Matches a port; 0 means any free port. */
  public static final String PORT =
      "(\\d{1,4}|[1-5]\\d{4}|6[0-4]\\d{3}|65[0-4]\\d\\d|655[0-2]\\d|6553[0-5])";

  /** Matches the name of an HTTP header. */
  public static final String HEADER = "[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}";

  private Rules() {}

  /** A number or duration from the first to the second of two values. */
  @Retention(RetentionPolicy.RUNTIME)
  public @interface Between {
    String[] value();

    /** Whether zero is allowed too. */
    boolean orZero() default false;
  }

  /** One of these words. */
  @Retention(RetentionPolicy.RUNTIME)
  public @interface OneOf {
    String[] value();
  }

  /** The name of an adapter, which is a part of endpoint URIs. */
  @Retention(RetentionPolicy.RUNTIME)
  public @interface Name {
    /** Matches the names. Few digits, so that no key or password in the wrong place matches. */
    String FORM = "(?!(.*\\d){4})[a-z][a-z0-9-]{0,29}";
  }

  /** The form of a text, or of each text of a list or of the lists in a map. */
  @Retention(RetentionPolicy.RUNTIME)
  public @interface Matches {
    /** A regular expression, and the fault of other values. */
    String[] value();
  }

  /** Empty, or a URL of HTTP without user, password and fragment. */
  @Retention(RetentionPolicy.RUNTIME)
  public @interface Url {}

  /** Checks a value against the rules of its setting. */
  static void check(Setting setting, Object value, Faults faults) {
    if (value == null) {
      return;
    }
    String path = setting.path();
    Between between = setting.rule(Between.class);
    if (between != null && !isBetween(setting, between, value)) {
      faults.add(path, "must lie between " + String.join(" and ", between.value()));
    }
    OneOf oneOf = setting.rule(OneOf.class);
    if (oneOf != null && !List.of(oneOf.value()).contains(value)) {
      faults.add(
          path, "is not one of " + String.join(", ", Stream.of(oneOf.value()).sorted().toList()));
    }
    if (setting.rule(Url.class) != null && !value.equals("") && !isUrl((String) value)) {
      faults.add(
          path, "is not a URL of the form https://host/path, without user, password and fragment");
    }
    if (setting.rule(Name.class) != null && !value.toString().matches(Name.FORM)) {
      faults.add(
          path, path, "takes 1 to 30 of a-z 0-9 -, begins with a letter, and has at most 3 digits");
    }
    Matches matches = setting.rule(Matches.class);
    if (matches != null) {
      match(path, value, matches, faults);
    }
  }

  private static boolean isBetween(Setting setting, Between rule, Object value) {
    return (compare(value, setting.convert(rule.value()[0])) >= 0
            && compare(value, setting.convert(rule.value()[1])) <= 0)
        || (rule.orZero() && compare(value, setting.convert("0")) == 0);
  }

  private static void match(String path, Object value, Matches rule, Faults faults) {
    if (value instanceof Map<?, ?> map) {
      map.forEach((key, inner) -> match(path + "." + key, inner, rule, faults));
    } else if (value instanceof Collection<?> items) {
      items.forEach(item -> match(path, item, rule, faults));
    } else if (!value.toString().matches(rule.value()[0])) {
      faults.add(path, value.toString(), rule.value()[1]);
    }
  }

  @SuppressWarnings("unchecked")
  private static int compare(Object value, Object other) {
    return ((Comparable<Object>) value).compareTo(other);
  }

  /** Whether a text is a URL of HTTP without user, password and fragment. */
  public static boolean isUrl(String text) {
    try {
      URI uri = URI.create(text);
      return List.of("http", "https").contains(String.valueOf(uri.getScheme()))
          && uri.getHost() != null
          && uri.getPort() <= 65535
          && uri.getUserInfo() == null
          && uri.getFragment() == null;
    } catch (IllegalArgumentException malformed) {
      return false;
    }
  }
}
