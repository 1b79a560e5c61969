package org.elastauth.routes;

import java.util.Collections;
import java.util.IdentityHashMap;
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
 * @param called also from the description of a {@code process} step, where a bean calls the route;
 *     not from a branch that the configuration does not take
 * @param isYaml false for a file that the check of the routes refuses
 */
record DirectEndpoints(Set<String> served, Set<String> called, boolean isYaml) {
  private static final Pattern DIRECT = Pattern.compile("direct:(?://)?([^?,'\")\\s]+)");
  private static final Pattern EQUALS = Pattern.compile("'([^']*)' == '([^']*)'");

  static DirectEndpoints of(RouteFile file, UnaryOperator<String> placeholders) {
    Walk walk = new Walk(placeholders);
    try {
      walk.into("", new Yaml(new SafeConstructor(new LoaderOptions())).load(file.text()));
      return new DirectEndpoints(walk.served, walk.called, true);
    } catch (YAMLException | IllegalArgumentException unusable) {
      return new DirectEndpoints(Set.of(), Set.of(), false);
    }
  }

  /** Through the content of a file. */
  private static final class Walk {
    private final Set<String> served = new TreeSet<>();
    private final Set<String> called = new TreeSet<>();
    private final UnaryOperator<String> placeholders;

    /** An alias may lead back to what contains it. */
    private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());

    Walk(UnaryOperator<String> placeholders) {
      this.placeholders = placeholders;
    }

    void into(String parent, Object node) {
      if (node instanceof String text) {
        collect(text, called);
      } else if (node instanceof List<?> list && seen.add(list)) {
        list.forEach(item -> into(parent, item));
      } else if (node instanceof Map<?, ?> map && seen.add(map)) {
        if ("true".equals(String.valueOf(map.get("precondition")))) {
          intoTaken(map);
        } else {
          collect(byName(map), called);
          map.forEach((key, value) -> intoField(parent, String.valueOf(key), value));
        }
      }
    }

    private void intoField(String parent, String key, Object value) {
      if (key.equals("from")) {
        Map<?, ?> from = value instanceof Map<?, ?> map ? map : Map.of("uri", value + "");
        collect(from.get("uri") + byName(from), served);
        into(key, from.get("steps"));
      } else if (!key.equals("message")
          && (!key.equals("description") || parent.equals("process"))) {
        into(key, value);
      }
    }

    /** As editors write an endpoint: uri direct, and the name as a parameter. */
    private static String byName(Map<?, ?> endpoint) {
      return "direct".equals(endpoint.get("uri"))
              && endpoint.get("parameters") instanceof Map<?, ?> of
          ? " direct:" + of.get("name")
          : "";
    }

    /** The branch that a choice with precondition takes; all that may be, if this is not known. */
    private void intoTaken(Map<?, ?> choice) {
      if (choice.get("when") instanceof List<?> branches) {
        for (Object branch : branches) {
          Matcher equals =
              EQUALS.matcher(
                  branch instanceof Map<?, ?> when && when.get("simple") instanceof String simple
                      ? placeholders.apply(simple)
                      : "");
          boolean isKnown = equals.matches();
          boolean isTaken = isKnown && equals.group(1).equals(equals.group(2));
          if (isTaken || !isKnown) {
            into("when", branch);
          }
          if (isTaken) {
            return;
          }
        }
      }
      into("otherwise", choice.get("otherwise"));
    }

    private void collect(String text, Set<String> names) {
      if (text.contains("direct:")) {
        Matcher direct = DIRECT.matcher(placeholders.apply(text));
        while (direct.find()) {
          names.add(direct.group(1));
        }
      }
    }
  }
}
