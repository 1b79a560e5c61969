package org.elastauth.routes;

import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;
import org.elastauth.config.Fault;

/** The routes at which requests arrive. A set of routes without one would decide nothing. */
final class FrontDoor {
  private static final Pattern ADDRESS = Pattern.compile("/*(elastauth/?)?");
  private static final String AUTHENTICATE = "direct:authenticate";

  private FrontDoor() {}

  static List<Fault> faults(Collection<RouteFile> files) {
    return files.stream().anyMatch(FrontDoor::isIn)
        ? List.of()
        : List.of(
            new Fault(
                "routes",
                "",
                "no route begins at platform-http:/elastauth, so the gateway would decide nothing;"
                    + " add the routes of the packaged front-door.camel.yaml"));
  }

  private static boolean isIn(RouteFile file) {
    if (!file.text().contains("platform-http")) {
      return false; // most files: saves the parsing
    }
    return CheckedRoute.in(file.read()).stream().anyMatch(FrontDoor::isFrontDoor);
  }

  private static boolean isFrontDoor(CheckedRoute route) {
    Endpoint endpoint = route.endpoint();
    if (!endpoint.scheme().equals("platform-http")) {
      return false;
    }
    String path =
        endpoint.path().isEmpty()
            ? endpoint.options().getOrDefault("path", YamlNode.scalar(0, "")).asText()
            : endpoint.path();
    return ADDRESS.matcher(path).matches() || mentions(route.from().get("steps"));
  }

  private static boolean mentions(YamlNode node) {
    return node.asText().startsWith(AUTHENTICATE)
        || node.asList().stream().anyMatch(FrontDoor::mentions)
        || node.asMap().values().stream().anyMatch(FrontDoor::mentions);
  }
}
