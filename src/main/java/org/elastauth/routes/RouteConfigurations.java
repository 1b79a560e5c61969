package org.elastauth.routes;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.camel.support.PatternHelper;
import org.elastauth.config.NearestName;

/**
 * Finds the routes that name a configuration which no file defines. Camel ignores such a name: the
 * route would run without its error handling.
 */
record RouteConfigurations(List<CheckedFile> files) {
  void check() {
    Set<String> known = new TreeSet<>();
    for (CheckedFile file : files) {
      for (YamlNode item : file.root().asList()) {
        known.add(item.get("routeConfiguration").get("id").asText());
      }
    }
    known.remove("");
    for (CheckedFile file : files) {
      if (file.isChecked()) {
        CheckedRoute.in(file).forEach(route -> check(route, known));
      }
    }
  }

  private static void check(CheckedRoute route, Set<String> known) {
    YamlNode names = route.node().get("routeConfigurationId");
    for (String name : names.asText().split(",")) {
      String pattern = name.strip();
      if (!pattern.isEmpty()
          && !Endpoint.isOpen(pattern)
          && known.stream().noneMatch(id -> PatternHelper.matchPattern(id, pattern))) {
        route
            .file()
            .faults()
            .add(
                names.line(),
                "there is no routeConfiguration "
                    + pattern
                    + NearestName.hint(pattern, known, "; correct the name, or add it"));
      }
    }
  }
}
