package org.elastauth.routes;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.camel.CamelContext;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.spi.Resource;
import org.elastauth.config.ConfigurationFaults;
import org.elastauth.config.Fault;

/**
 * Two routes with the same id or the same endpoint. Camel replaces the first route of such a pair
 * on a reload, and its callers fail.
 */
final class DuplicateRoutes {
  private DuplicateRoutes() {}

  /**
   * @throws ConfigurationFaults with all pairs
   */
  static void refuse(CamelContext context, Collection<RouteDefinition> routes) {
    List<Fault> faults = new ArrayList<>();
    collect("the id ", routes, RouteDefinition::getRouteId, faults);
    collect(
        "",
        routes,
        route -> endpoint(context.resolvePropertyPlaceholders(route.getInput().getEndpointUri())),
        faults);
    if (!faults.isEmpty()) {
      throw new ConfigurationFaults(faults);
    }
  }

  private static void collect(
      String kind,
      Collection<RouteDefinition> routes,
      Function<RouteDefinition, String> value,
      List<Fault> faults) {
    Map<String, RouteDefinition> seen = new HashMap<>();
    for (RouteDefinition route : routes) {
      String key = value.apply(route);
      RouteDefinition other = key == null ? null : seen.putIfAbsent(key, route);
      if (other != null) {
        faults.add(
            new Fault(
                "routes",
                file(route),
                kind + key + " is also used in " + file(other) + "; change one of them"));
      }
    }
  }

  /** Two routes may share an HTTP path if their options differ, such as the method. */
  private static String endpoint(String uri) {
    String plain = uri.replaceFirst("://+", ":");
    return plain.startsWith("direct:") ? plain.replaceFirst("\\?.*", "") : plain;
  }

  private static String file(RouteDefinition route) {
    Resource resource = route.getResource();
    return resource == null ? "" : resource.getLocation();
  }
}
