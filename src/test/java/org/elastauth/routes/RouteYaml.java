package org.elastauth.routes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.yaml.snakeyaml.Yaml;

/** A route file as text, without a Camel context: branches that are off are read, too. */
record RouteYaml(String name, int lines, JsonNode items) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * A route, or a route configuration.
   *
   * @param from the endpoint URI; empty for a configuration
   */
  record Route(String file, String id, String from, JsonNode content) {}

  static RouteYaml of(String name, String text) {
    JsonNode items = JSON.valueToTree(new Yaml().load(text));
    return new RouteYaml(name, (int) text.lines().count(), items);
  }

  static List<RouteYaml> in(Path folder) throws IOException {
    List<RouteYaml> files = new ArrayList<>();
    try (Stream<Path> paths = Files.list(folder)) {
      for (Path path :
          paths.filter(path -> path.toString().endsWith(".camel.yaml")).sorted().toList()) {
        files.add(of(path.getFileName().toString(), Files.readString(path)));
      }
    }
    return files;
  }

  List<Route> routes() {
    List<Route> routes = new ArrayList<>();
    for (JsonNode item : items) {
      JsonNode route = item.path("route");
      if (route.isObject()) {
        String from = route.path("from").path("uri").asText();
        routes.add(new Route(name, route.path("id").asText(), from, route));
      }
    }
    return routes;
  }

  List<Route> configurations() {
    List<Route> configurations = new ArrayList<>();
    for (JsonNode item : items) {
      JsonNode configuration = item.path("routeConfiguration");
      if (configuration.isObject()) {
        configurations.add(new Route(name, configuration.path("id").asText(), "", configuration));
      }
    }
    return configurations;
  }
}
