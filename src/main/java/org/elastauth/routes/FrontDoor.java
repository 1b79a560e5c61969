package org.elastauth.routes;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.elastauth.config.Fault;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/** The routes at which requests arrive. A set of routes without one would decide nothing. */
final class FrontDoor {
  private static final Pattern ADDRESS = Pattern.compile("platform-http:/+(elastauth/?)?(\\?.*)?");
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
    try {
      Object root = new Yaml(new SafeConstructor(new LoaderOptions())).load(file.text());
      return root instanceof List<?> entries && entries.stream().anyMatch(FrontDoor::isRoute);
    } catch (YAMLException unusable) {
      return false; // Camel refuses it
    }
  }

  private static boolean isRoute(Object entry) {
    return entry instanceof Map<?, ?> map
        && (isFrontDoor(map.get("from"))
            || map.get("route") instanceof Map<?, ?> route && isFrontDoor(route.get("from")));
  }

  private static boolean isFrontDoor(Object input) {
    if (!(input instanceof Map<?, ?> from)) {
      return false;
    }
    String uri = String.valueOf(from.get("uri"));
    if (uri.equals("platform-http") && from.get("parameters") instanceof Map<?, ?> parameters) {
      uri += ":" + parameters.get("path");
    }
    return ADDRESS.matcher(uri).matches()
        || uri.startsWith("platform-http:") && mentions(from.get("steps"), AUTHENTICATE);
  }

  private static boolean mentions(Object node, String text) {
    if (node instanceof Map<?, ?> map) {
      return map.values().stream().anyMatch(value -> mentions(value, text));
    }
    if (node instanceof List<?> list) {
      return list.stream().anyMatch(item -> mentions(item, text));
    }
    return node instanceof String scalar && scalar.startsWith(text);
  }
}
