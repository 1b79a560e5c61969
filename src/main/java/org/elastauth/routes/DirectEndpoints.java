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
 * @param called also from the description of a step, where a bean calls the route; of a packaged
 *     file, without the branches that the configuration chooses, because it names their files
 */
record DirectEndpoints(Set<String> served, Set<String> called) {
  private static final Pattern DIRECT = Pattern.compile("direct:(?://)?([^?,'\")\\s]+)");

  /** Both sets are empty for a file that is not YAML, which the check of the routes refuses. */
  static DirectEndpoints of(RouteFile file, UnaryOperator<String> placeholders) {
    DirectEndpoints endpoints = new DirectEndpoints(new TreeSet<>(), new TreeSet<>());
    try {
      endpoints.walk(
          new Yaml(new SafeConstructor(new LoaderOptions())).load(file.text()),
          file.isOwn(),
          placeholders);
    } catch (YAMLException | IllegalArgumentException unusable) {
      endpoints.called.clear();
    }
    return endpoints;
  }

  private void walk(Object node, boolean isOwn, UnaryOperator<String> placeholders) {
    if (node instanceof List<?> list) {
      list.forEach(item -> walk(item, isOwn, placeholders));
    } else if (node instanceof Map<?, ?> map) {
      boolean isChosen = "true".equals(String.valueOf(map.get("precondition")));
      map.forEach(
          (key, value) -> {
            if (key.equals("from")) {
              String uri = value instanceof Map<?, ?> from ? String.valueOf(from.get("uri")) : "";
              collect(uri.isEmpty() ? String.valueOf(value) : uri, served, placeholders);
              if (value instanceof Map<?, ?> from) {
                walk(from.get("steps"), isOwn, placeholders);
              }
            } else if (isOwn || !isChosen) {
              walk(value, isOwn, placeholders);
            }
          });
    } else if (node instanceof String text) {
      collect(text, called, placeholders);
    }
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
