package org.elastauth.routes;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which route serves which {@code direct:} endpoint.
 *
 * @param served with the name as it is written; several routes of a template may share it
 * @param values of placeholders, as far as they are chosen
 */
record RouteGraph(Map<String, CheckedRoute> served, Map<String, String> values) {
  private static final Pattern OPEN = Pattern.compile("\\{\\{[^}]*}}|\\$\\{[^}]*}");
  private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{([^}]*)}}");

  static RouteGraph of(List<CheckedRoute> routes) {
    Map<String, CheckedRoute> served = new LinkedHashMap<>();
    for (CheckedRoute route : routes) {
      if (!route.direct().isEmpty()) {
        served.putIfAbsent(route.direct(), route);
      }
    }
    return new RouteGraph(served, Map.of());
  }

  /** The routes that a call may mean: several if a placeholder is not known. */
  List<CheckedRoute> find(String name) {
    String resolved = name;
    for (Map.Entry<String, String> value : values.entrySet()) {
      resolved = resolved.replace(value.getKey(), value.getValue());
    }
    return match(resolved);
  }

  private List<CheckedRoute> match(String resolved) {
    CheckedRoute exact = served.get(resolved);
    if (exact != null) {
      return List.of(exact);
    }
    List<CheckedRoute> found = new ArrayList<>();
    boolean isOpen = OPEN.matcher(resolved).find();
    Pattern called = pattern(resolved);
    served.forEach(
        (endpoint, route) -> {
          boolean matches =
              isOpen && called.matcher(endpoint).matches()
                  || OPEN.matcher(endpoint).find() && pattern(endpoint).matcher(resolved).matches();
          if (matches) {
            found.add(route);
          }
        });
    return found;
  }

  private static Pattern pattern(String name) {
    StringBuilder regex = new StringBuilder();
    Matcher open = OPEN.matcher(name);
    int end = 0;
    while (open.find()) {
      regex.append(Pattern.quote(name.substring(end, open.start()))).append("(.+)");
      end = open.end();
    }
    return Pattern.compile(regex + Pattern.quote(name.substring(end)));
  }

  /**
   * The graphs in which each placeholder of a call has one value. In each, one placeholder names an
   * adapter of an operator, and the others name a packaged one, if there is one.
   *
   * @param calls the names of called endpoints
   */
  List<RouteGraph> variants(List<String> calls) {
    Map<String, String> base = new TreeMap<>();
    Map<String, List<String>> own = new TreeMap<>();
    for (String name : calls) {
      Matcher key = PLACEHOLDER.matcher(name);
      if (key.find()) {
        served.forEach(
            (endpoint, route) -> {
              Matcher value = pattern(name).matcher(endpoint);
              if (value.matches()) {
                if (route.file().file().isOwn()) {
                  own.computeIfAbsent(key.group(), first -> new ArrayList<>()).add(value.group(1));
                } else {
                  base.merge(key.group(), value.group(1), (a, b) -> a.compareTo(b) <= 0 ? a : b);
                }
              }
            });
      }
    }
    // after an upgrade, all files of an exported set differ from the packaged ones
    own.forEach((key, values) -> base.putIfAbsent(key, values.get(0)));
    List<RouteGraph> variants = new ArrayList<>();
    variants.add(new RouteGraph(served, base));
    own.forEach(
        (key, values) ->
            values.stream()
                .distinct()
                .forEach(
                    value -> {
                      Map<String, String> chosen = new TreeMap<>(base);
                      chosen.put(key, value);
                      variants.add(new RouteGraph(served, chosen));
                    }));
    return variants;
  }
}
