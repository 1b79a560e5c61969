package org.elastauth.migrate;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The user and the password in a URL. */
final class UserInfo {
  /** Between URLs in one text. */
  private static final Pattern BETWEEN = Pattern.compile("\\s|,(?=[A-Za-z]{1,12}://)");

  private static final Pattern WITHOUT_SCHEME = Pattern.compile("[^\\s:@/${]+:[^@]+@.+");

  private UserInfo() {}

  /** Hides each, for a table. */
  static String hidden(String text) {
    return replaced(text, "***@", false);
  }

  /** A text, a list or a map without those that are more than variables. */
  static Object leftOut(Object value) {
    if (value instanceof List<?> list) {
      return list.stream().map(UserInfo::leftOut).toList();
    }
    if (value instanceof Map<?, ?> map) {
      Map<Object, Object> result = new LinkedHashMap<>();
      map.forEach((key, inner) -> result.put(key, leftOut(inner)));
      return result;
    }
    return value instanceof String text ? replaced(text, "", true) : value;
  }

  private static String replaced(String text, String by, boolean keepsVariables) {
    StringBuilder result = new StringBuilder();
    Matcher between = BETWEEN.matcher(text);
    int start = 0;
    while (between.find()) {
      result.append(part(text.substring(start, between.start()), by, keepsVariables));
      result.append(between.group());
      start = between.end();
    }
    return result.append(part(text.substring(start), by, keepsVariables)).toString();
  }

  private static String part(String url, String by, boolean keepsVariables) {
    int scheme = url.indexOf("://");
    int start = scheme < 0 ? 0 : scheme + "://".length();
    // the last one, because a password may contain it
    int end = url.lastIndexOf('@') + 1;
    if (end <= start || scheme < 0 && !WITHOUT_SCHEME.matcher(url).matches()) {
      return url;
    }
    boolean isKept =
        keepsVariables && Translation.withoutVariables(url.substring(start, end)).matches("[:@]*");
    return isKept ? url : url.substring(0, start) + by + url.substring(end);
  }
}
