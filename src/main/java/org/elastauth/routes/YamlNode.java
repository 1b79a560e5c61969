package org.elastauth.routes;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A node of a YAML file, with the line to which messages refer.
 *
 * @param line the first is 1; of a value, the line of its key
 * @param text of a scalar; null for a list or a map
 * @param isPlain whether a scalar has no quotes
 * @param items of a list; null for others
 * @param fields of a map, in their order; null for others
 */
record YamlNode(
    int line, String text, boolean isPlain, List<YamlNode> items, Map<String, YamlNode> fields) {
  private static final YamlNode NONE = new YamlNode(0, null, false, null, null);

  static YamlNode scalar(int line, String text) {
    return new YamlNode(line, text, false, null, null);
  }

  static YamlNode list(int line) {
    return new YamlNode(line, null, false, new ArrayList<>(), null);
  }

  static YamlNode map(int line) {
    return new YamlNode(line, null, false, null, new LinkedHashMap<>());
  }

  boolean isScalar() {
    return text != null;
  }

  boolean isList() {
    return items != null;
  }

  boolean isMap() {
    return fields != null;
  }

  boolean isThere() {
    return line > 0;
  }

  /** Whether nothing is written where a value belongs. */
  boolean isEmpty() {
    return isScalar() && isPlain && (text.isEmpty() || text.equals("~") || text.equals("null"));
  }

  /** A field of a map; a node without content if there is none. */
  YamlNode get(String name) {
    return isMap() ? fields.getOrDefault(name, NONE) : NONE;
  }

  /** The text of a scalar; empty for others. */
  String asText() {
    return isScalar() ? text : "";
  }

  /** The items of a list; none for others. */
  List<YamlNode> asList() {
    return isList() ? items : List.of();
  }

  /** The fields of a map; none for others. */
  Map<String, YamlNode> asMap() {
    return isMap() ? fields : Map.of();
  }

  YamlNode at(int other) {
    return new YamlNode(other, text, isPlain, items, fields);
  }
}
