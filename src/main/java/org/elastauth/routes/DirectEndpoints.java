package org.elastauth.routes;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/**
 * The names of the {@code direct:} endpoints in a route file, from its text. Nothing is loaded.
 *
 * @param called also from the description of a step, where a bean calls the route; without the
 *     branches that the configuration does not choose
 */
record DirectEndpoints(Set<String> served, Set<String> called) {
  private static final Pattern DIRECT = Pattern.compile("direct:(?://)?([^?,'\")\\s]+)");

  /** The condition of a branch that the configuration chooses, with the values of its settings. */
  private static final Pattern COMPARISON = Pattern.compile("\\s*'([^']*)' == '([^']*)'\\s*");

  /** Both sets are empty for a file that is not YAML, which the check of the routes refuses. */
  static DirectEndpoints of(RouteFile file, UnaryOperator<String> placeholders) {
    DirectEndpoints endpoints = new DirectEndpoints(new TreeSet<>(), new TreeSet<>());
    try {
      endpoints.walk(
          new Yaml(new SafeConstructor(new LoaderOptions())).load(file.text()), placeholders);
    } catch (YAMLException | IllegalArgumentException unusable) {
      endpoints.called.clear();
    }
    return endpoints;
  }

  private void walk(Object node, UnaryOperator<String> placeholders) {
    if (node instanceof List<?> list) {
      list.forEach(item -> walk(item, placeholders));
    } else if (node instanceof Map<?, ?> map) {
      if ("true".equals(String.valueOf(map.get("precondition")))
          && map.get("when") instanceof List<?> branches) {
        walkChosen(branches, map.get("otherwise"), placeholders);
        return;
      }
      map.forEach(
          (key, value) -> {
            if (key.equals("from")) {
              Object uri = value instanceof Map<?, ?> from ? from.get("uri") : value;
              collect(String.valueOf(uri), served, placeholders);
              if (value instanceof Map<?, ?> from) {
                walk(from.get("steps"), placeholders);
              }
            } else {
              walk(value, placeholders);
            }
          });
    } else if (node instanceof String text) {
      collect(text, called, placeholders);
    }
  }

  /** A condition of another form may be true. */
  private void walkChosen(List<?> branches, Object otherwise, UnaryOperator<String> placeholders) {
    for (Object branch : branches) {
      Matcher comparison =
          COMPARISON.matcher(
              branch instanceof Map<?, ?> when
                  ? placeholders.apply(String.valueOf(when.get("simple")))
                  : "");
      boolean isKnown = comparison.matches();
      if (!isKnown || comparison.group(1).equals(comparison.group(2))) {
        walk(branch, placeholders);
        if (isKnown) {
          return;
        }
      }
    }
    walk(otherwise, placeholders);
  }

  private static void collect(String text, Set<String> names, UnaryOperator<String> placeholders) {
    if (text.contains("direct:")) {
      Matcher direct = DIRECT.matcher(placeholders.apply(text));
      while (direct.find()) {
        names.add(direct.group(1));
      }
    }
  }
}
