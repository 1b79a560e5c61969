package org.elastauth.routes;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.elastauth.config.Fault;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * What concerns a set of route files as a whole: it needs a front door, and no file may change the
 * error handling of the others. {@link DefaultErrorHandling} lets routes pass a refusal to their
 * caller; with another default, it would become a 500.
 */
final class SetRules {
  private static final Pattern FRONT_DOOR =
      Pattern.compile("platform-http:/+(elastauth/?)?(\\?.*)?");
  private static final String AUTHENTICATE = "direct:authenticate";
  private static final Pattern CONFIGURATION = Pattern.compile("route-?[cC]onfiguration");

  private final List<Fault> faults = new ArrayList<>();

  /** The places of the configurations by their ids. */
  private final Map<String, String> configurations = new HashMap<>();

  private boolean hasFrontDoor;

  private SetRules() {}

  static List<Fault> faults(Collection<RouteFile> files) {
    SetRules rules = new SetRules();
    for (RouteFile file : files) {
      entries(file).forEach(entry -> rules.apply(file, entry));
    }
    if (!rules.hasFrontDoor) {
      rules.fault(
          "routes",
          "no route begins at platform-http:/elastauth, so the gateway would decide nothing; add"
              + " the routes of the packaged front-door.camel.yaml");
    }
    return rules.faults;
  }

  /** Whether a file defines more than routes, such as a configuration or a bean of other files. */
  static boolean concernsOthers(RouteFile file) {
    return entries(file).stream().anyMatch(entry -> !List.of("route", "from").contains(key(entry)));
  }

  private void apply(RouteFile file, NodeTuple entry) {
    Node value = entry.getValueNode();
    String place = file.place() + ":" + (entry.getKeyNode().getStartMark().getLine() + 1);
    String key = key(entry);
    if (key.equals("route") || key.equals("from")) {
      hasFrontDoor |= isFrontDoor(key.equals("from") ? value : at(value, "from"));
    } else if (CONFIGURATION.matcher(key).matches()) {
      configuration(place, value);
    } else if (key.matches("on-?[eE]xception|error-?[hH]andler")) {
      fault(
          place,
          key
              + " of a file has no effect; move it into a routeConfiguration with an id, and name that"
              + " as routeConfigurationId in your routes");
    }
  }

  private static boolean isFrontDoor(Node from) {
    String uri = text(from) + text(at(from, "uri"));
    if (uri.equals("platform-http")) {
      uri += ":" + text(at(at(from, "parameters"), "path"));
    }
    return FRONT_DOOR.matcher(uri).matches()
        || uri.startsWith("platform-http:") && mentions(from, AUTHENTICATE);
  }

  private void configuration(String place, Node configuration) {
    String id = text(at(configuration, "id"));
    if (id.isEmpty() || id.equals("*")) {
      fault(
          place,
          "a routeConfiguration without id would apply to the routes of all files; give it an id,"
              + " and name that as routeConfigurationId in your routes");
      return;
    }
    String other = configurations.putIfAbsent(id, place);
    if (other != null) {
      fault(
          place,
          "the routeConfiguration " + id + " is also in " + other + "; change one of the ids");
    }
  }

  private void fault(String place, String mend) {
    faults.add(new Fault(place, "", mend));
  }

  /** The entries of the list that a file is; none if it is not YAML, which Camel refuses. */
  private static List<NodeTuple> entries(RouteFile file) {
    List<NodeTuple> entries = new ArrayList<>();
    try {
      Node root = new Yaml(new LoaderOptions()).compose(new StringReader(file.text()));
      if (root instanceof SequenceNode list) {
        for (Node item : list.getValue()) {
          if (item instanceof MappingNode map) {
            entries.addAll(map.getValue());
          }
        }
      }
    } catch (YAMLException unusable) {
      entries.clear();
    }
    return entries;
  }

  private static Node at(Node node, String name) {
    if (node instanceof MappingNode map) {
      for (NodeTuple entry : map.getValue()) {
        if (key(entry).equals(name)) {
          return entry.getValueNode();
        }
      }
    }
    return null;
  }

  private static boolean mentions(Node node, String text) {
    if (node instanceof MappingNode map) {
      return map.getValue().stream().anyMatch(entry -> mentions(entry.getValueNode(), text));
    }
    if (node instanceof SequenceNode list) {
      return list.getValue().stream().anyMatch(item -> mentions(item, text));
    }
    return text(node).startsWith(text);
  }

  private static String key(NodeTuple entry) {
    return text(entry.getKeyNode());
  }

  private static String text(Node node) {
    return node instanceof ScalarNode scalar ? scalar.getValue() : "";
  }
}
