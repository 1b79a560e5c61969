package org.elastauth.config;

import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Values of settings as reports show them: without secrets. */
final class ShownValue {
  static final String HIDDEN = "***";

  private static final Pattern URL = Pattern.compile("(?is)jdbc:.*|[a-z][a-z0-9+.-]{0,30}://.*");

  /** In front of a host without a scheme. */
  private static final Pattern USER = Pattern.compile("^[^/@]*:.*@");

  private static final Pattern SECRET_NAME =
      Pattern.compile(
          "(?i).*(pass|secret|token|key|credential|auth|private|cookie|pwd|pin|salt|sign).*");

  /** Scheme, user, host, rest. */
  private static final Pattern OWN_URL =
      Pattern.compile("([A-Za-z][A-Za-z0-9+.-]{0,30}://)([^/?#]*@)?([^/?#@\\s]*)([/?#]\\S*|)");

  private static final Pattern OWN_WORD = Pattern.compile("[\\p{L}\\p{N}._/-]{1,60}|");

  private ShownValue() {}

  static Object of(Setting setting, Object value) {
    if (value == null) {
      return "";
    }
    if (value instanceof List<?> list) {
      return list.stream().map(item -> of(setting, item)).toList();
    }
    if (value instanceof Duration time) {
      return text(time);
    }
    if (!(value instanceof String text)) {
      return value;
    }
    return setting.isSecret() && !setting.path().endsWith(".url") ? hidden(text) : url(text);
  }

  /** A value that breaks a rule: its texts may be secrets. */
  static Object invalid(Setting setting, Object value, Object shown) {
    if (value instanceof List<?> list) {
      return list.stream().map(item -> hidden(item.toString())).toList();
    }
    return value instanceof String text ? setting.shown(text) : shown;
  }

  /**
   * A setting of an operator's own routes. Its name may say that it is a secret. Of the others only
   * words, paths and the hosts of URLs are shown: a token may be in the path of a URL.
   */
  static String own(String name, String text) {
    if (isSecret(name)) {
      return hidden(text);
    }
    Matcher address = OWN_URL.matcher(text);
    if (address.matches() && address.group(4).indexOf('@') < 0) {
      return address.group(1)
          + (address.group(2) == null ? "" : HIDDEN + "@")
          + address.group(3)
          + (address.group(4).length() < 2 ? address.group(4) : "/" + HIDDEN);
    }
    return OWN_WORD.matcher(text).matches() ? text : hidden(text);
  }

  /** Whether the name of an own setting says that it is a secret. */
  static boolean isSecret(String name) {
    return SECRET_NAME.matcher(name).matches();
  }

  static String hidden(String text) {
    return text.isEmpty() ? "" : HIDDEN;
  }

  /** A text; of a URL neither the user and password nor the parameters. */
  static String url(String text) {
    if (!URL.matcher(text).matches()) {
      return USER.matcher(text).replaceFirst(HIDDEN + "@");
    }
    int host = text.indexOf("//") < 0 ? text.lastIndexOf(':') + 1 : text.indexOf("//") + 2;
    int at = text.lastIndexOf('@');
    int parameters = text.replace(';', '?').indexOf('?');
    if (at >= 0 && at < host) {
      return text.substring(0, text.indexOf(':') + 1)
          + HIDDEN; // jdbc:oracle:thin:user/password@//host
    }
    if (at >= host && parameters >= 0) {
      // a password may contain each of these characters
      return text.substring(0, host) + HIDDEN;
    }
    if (at >= host) {
      return text.substring(0, host) + HIDDEN + text.substring(at);
    }
    return parameters < 0 ? text : text.substring(0, parameters + 1) + HIDDEN;
  }

  /** As in a file: {@code 1h30m}. */
  static String text(Duration time) {
    StringBuilder text = new StringBuilder();
    append(text, time.toDaysPart(), "d");
    append(text, time.toHoursPart(), "h");
    append(text, time.toMinutesPart(), "m");
    append(text, time.toSecondsPart(), "s");
    append(text, time.toMillisPart(), "ms");
    return text.isEmpty() ? "0s" : text.toString();
  }

  private static void append(StringBuilder text, long amount, String unit) {
    if (amount > 0) {
      text.append(amount).append(unit);
    }
  }
}
