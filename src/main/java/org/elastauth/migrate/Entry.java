package org.elastauth.migrate;

import java.util.List;
import java.util.stream.Stream;
import org.elastauth.config.YamlTree;

/**
 * A setting of another program.
 *
 * @param name a dotted path in a file, or the name of a variable
 * @param value a text or a list
 * @param place file and line
 */
record Entry(String name, YamlTree value, boolean isVariable, String place) {
  private static final String PREFIX = "ELASTAUTH_";

  /** The name without the prefix of elastauth. */
  String shortName() {
    return isVariable && name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : name;
  }

  boolean isElastauths() {
    return !isVariable || name.startsWith(PREFIX);
  }

  /** The value, or the values of a list separated by commas; a map has none. */
  String text() {
    return String.join(",", texts());
  }

  /** What to do about an entry that names another file. */
  String giveBoth() {
    String others = String.join(" ", texts()).replaceAll(":\\S*", "");
    return "give both: migrate " + others + " " + place.replaceFirst(":\\d+$", "");
  }

  List<String> texts() {
    Stream<YamlTree> items =
        value.isText()
            ? Stream.of(value)
            : value.items() == null ? Stream.of() : value.items().stream();
    return items.filter(YamlTree::isText).map(YamlTree::text).map(String::strip).toList();
  }

  /** Its items; the text of a list in a variable is split at commas. */
  List<String> items() {
    return texts().stream()
        .flatMap(text -> value.isText() ? Stream.of(text.split(",")) : Stream.of(text))
        .map(String::strip)
        .filter(item -> !item.isEmpty())
        .toList();
  }
}
