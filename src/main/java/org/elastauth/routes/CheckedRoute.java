package org.elastauth.routes;

import java.util.ArrayList;
import java.util.List;

/**
 * A route, or a template of routes, as it is written.
 *
 * @param node the content of {@code route}
 * @param from the endpoint, its parameters and the steps
 */
record CheckedRoute(CheckedFile file, YamlNode node, YamlNode from) {

  static List<CheckedRoute> in(CheckedFile file) {
    List<CheckedRoute> routes = new ArrayList<>();
    for (YamlNode item : file.root().asList()) {
      add(file, item, routes);
      add(file, item.get("routeTemplate"), routes);
    }
    return routes;
  }

  private static void add(CheckedFile file, YamlNode parent, List<CheckedRoute> routes) {
    YamlNode route = parent.get("route");
    if (route.get("from").isThere()) {
      routes.add(new CheckedRoute(file, route, route.get("from")));
    } else if (parent.get("from").isThere()) {
      routes.add(new CheckedRoute(file, parent, parent.get("from")));
    }
  }

  Endpoint endpoint() {
    return Endpoint.of(from.get("uri"), from.get("parameters"));
  }

  /** The name of its {@code direct:} endpoint; empty for another one. */
  String direct() {
    return endpoint().direct();
  }

  boolean isFrontDoor() {
    return endpoint().scheme().equals("platform-http");
  }

  String id() {
    return node.get("id").asText();
  }

  /** Two routes are never the same. */
  @Override
  public boolean equals(Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }
}
