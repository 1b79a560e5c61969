package org.elastauth.routes;

import java.util.ArrayList;
import java.util.List;
import org.apache.camel.component.bean.BeanHelper;

/** The arguments of a call in a route, as text. */
final class Arguments {
  private static final String UNKNOWN = "*";

  private Arguments() {}

  /**
   * Each argument: commas in quotes and brackets separate nothing. An unknown one for the rest of a
   * chain of calls, such as {@code 'a').size(}.
   */
  static List<String> of(String arguments) {
    if (arguments.isBlank()) {
      return List.of();
    }
    List<String> all = new ArrayList<>();
    int begin = 0;
    int depth = 0;
    char quote = 0;
    for (int i = 0; i < arguments.length(); i++) {
      char c = arguments.charAt(i);
      if (quote != 0) {
        quote = c == quote ? 0 : quote;
      } else if (c == '\'' || c == '"') {
        quote = c;
      } else if (c == '(' || c == '{' || c == '[') {
        depth++;
      } else if (c == ')' || c == '}' || c == ']') {
        depth--;
        if (depth < 0) {
          return List.of(UNKNOWN);
        }
      } else if (c == ',' && depth == 0) {
        all.add(arguments.substring(begin, i).strip());
        begin = i + 1;
      }
    }
    all.add(arguments.substring(begin).strip());
    return all;
  }

  /** Whether it is a value for Camel, or a placeholder or type that may decide. */
  static boolean isValue(String argument) {
    return argument.equals(UNKNOWN)
        || argument.contains("{{")
        || argument.contains(".class")
        || BeanHelper.isValidParameterValue(argument);
  }
}
