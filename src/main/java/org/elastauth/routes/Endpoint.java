package org.elastauth.routes;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * An endpoint URI, which may contain placeholders.
 *
 * @param path without the scheme and the options
 * @param options of the URI and the parameters, with their lines
 */
record Endpoint(int line, String scheme, String path, Map<String, YamlNode> options) {
  private static final Pattern DEFAULT = Pattern.compile("\\{\\{[\\w.-]+:([^{}]*)}}");

  static Endpoint of(YamlNode uri, YamlNode parameters) {
    String text = uri.asText().trim();
    int query = text.indexOf('?', text.startsWith("{{?") ? 3 : 0);
    String plain = query < 0 ? text : text.substring(0, query);
    Map<String, YamlNode> options = new LinkedHashMap<>();
    if (query >= 0) {
      for (String option : text.substring(query + 1).split("&")) {
        int equals = option.indexOf('=');
        if (equals < 0 && !option.isBlank() && !isOpen(text)) {
          options.put(option, YamlNode.scalar(uri.line(), ""));
        } else if (equals > 0) {
          options.put(
              option.substring(0, equals),
              YamlNode.scalar(uri.line(), option.substring(equals + 1)));
        }
      }
    }
    options.putAll(parameters.asMap());
    int colon =
        plain.startsWith("{{") ? plain.indexOf(':', plain.indexOf("}}") + 1) : plain.indexOf(':');
    return new Endpoint(
        uri.line(),
        colon < 0 ? plain : plain.substring(0, colon),
        colon < 0 ? "" : plain.substring(colon + 1).replaceFirst("^//", ""),
        options);
  }

  /** The name behind {@code direct:}, with the defaults of settings; empty for another endpoint. */
  String direct() {
    if (!scheme.equals("direct")) {
      return "";
    }
    String name =
        path.isEmpty() && options.containsKey("name") ? options.get("name").asText() : path;
    return DEFAULT.matcher(name).replaceAll("$1");
  }

  /** Whether a part of a text is not known before the route runs. */
  static boolean isOpen(String text) {
    return text.contains("{{") || text.contains("${");
  }
}
