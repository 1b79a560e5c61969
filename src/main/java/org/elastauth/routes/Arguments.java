package org.elastauth.routes;

/** The arguments of a call in a route, as text. */
final class Arguments {
  private Arguments() {}

  /** How many there are: commas in quotes and brackets separate nothing. */
  static int count(String arguments) {
    if (arguments.isBlank()) {
      return 0;
    }
    int count = 1;
    int depth = 0;
    char quote = 0;
    for (char c : arguments.toCharArray()) {
      if (quote != 0) {
        quote = c == quote ? 0 : quote;
      } else if (c == '\'' || c == '"') {
        quote = c;
      } else if (c == '(' || c == '{' || c == '[') {
        depth++;
      } else if (c == ')' || c == '}' || c == ']') {
        depth--;
      } else if (c == ',' && depth == 0) {
        count++;
      }
    }
    return count;
  }
}
