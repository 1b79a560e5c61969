package org.elastauth.routes;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.regex.Pattern;

/** The values of options and fields, by the types that Camel's descriptions name. */
final class Values {
  private static final Pattern TIME =
      Pattern.compile("-?\\d+|(?=\\d)(\\d+d)?(\\d+h)?(\\d+m(?!s))?(\\d+s)?(\\d+ms)?");

  private Values() {}

  /**
   * @return what is wrong with a number, duration or boolean, such as {@code is not a duration};
   *     empty for a right value, or another type
   */
  static String fault(JsonNode option, String text) {
    String type = option.path("type").asText();
    String java = option.path("javaType").asText();
    if (type.equals("boolean")) {
      return text.matches("(?i)true|false") ? "" : "is not a boolean; write true or false";
    }
    if (type.equals("duration")) {
      return isDuration(text) ? "" : "is not a duration; write for example 5s";
    }
    if (!type.equals("integer") || isLong(java) && isDuration(text)) {
      return "";
    }
    if (!text.matches("-?\\d+")) {
      return "is not a whole number; correct it";
    }
    try {
      Integer.parseInt(text);
      return "";
    } catch (NumberFormatException large) {
      return "is too large; write at most " + Integer.MAX_VALUE;
    }
  }

  /** Camel reads a duration where it needs many milliseconds. */
  private static boolean isLong(String javaType) {
    return javaType.matches("long|java\\.lang\\.Long");
  }

  static boolean isDuration(String text) {
    if (!text.startsWith("P")) {
      return TIME.matcher(text).matches();
    }
    try {
      Duration.parse(text);
      return true;
    } catch (DateTimeException malformed) {
      return false;
    }
  }
}
