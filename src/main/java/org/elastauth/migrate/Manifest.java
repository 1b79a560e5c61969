package org.elastauth.migrate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.elastauth.config.YamlTree;

/**
 * The containers and plugins that a file of Docker Compose, Kubernetes, Amazon ECS or Traefik
 * describes.
 *
 * @param parts the settings by the name of the container or plugin
 */
record Manifest(Map<String, List<Entry>> parts) {
  private static final Pattern LABEL =
      Pattern.compile("traefik\\.http\\.middlewares\\.[^.]+\\.plugin\\.traefikoidc\\.(.+)");

  /** {@code $$}, {@code $NAME}, and what follows a name in braces. */
  private static final Pattern COMPOSE =
      Pattern.compile("\\$(?:(\\$)|([A-Za-z_]\\w*)|\\{([A-Za-z_]\\w*)(?::?([-?+])([^{}]*+))?})");

  /** The names of such entries. */
  static final String ENV_FILE = "env_file";

  static final String VOLUME = "volumes";

  private static final Pattern SETTINGS = Pattern.compile("[^:]+\\.ya?ml:.*");

  private static final String PLUGIN = "traefikoidc";

  /** Empty unless the documents are such a file. */
  static Manifest of(String file, List<YamlTree> documents) {
    Manifest manifest = new Manifest(new LinkedHashMap<>());
    for (YamlTree document : documents) {
      if (document.isMap()) {
        manifest.add(file, document);
      }
    }
    return manifest;
  }

  private void add(String file, YamlTree document) {
    fields(document.at("services"))
        .forEach(
            (name, service) -> {
              List<Entry> entries = new ArrayList<>();
              variables(file, service.at("environment"), entries);
              labels(file, service.at("labels"), entries);
              labels(file, service.at("deploy", "labels"), entries);
              entries.replaceAll(Manifest::interpolated);
              files(file, service, entries);
              put("service " + name, entries);
            });
    pods(document)
        .flatMap(pod -> items(pod.at("containers")))
        .forEach(container -> put(file, "container ", container, "env"));
    items(document.at("containerDefinitions"))
        .forEach(container -> put(file, "container ", container, "environment"));
    if (!document.fields().containsKey("kind")) {
      fields(document.at("http", "middlewares"))
          .forEach((name, middleware) -> plugin(file, name, middleware));
    } else if (document.at("spec", "plugin", PLUGIN) != null) {
      plugin(file, text(document.at("metadata", "name")), document.at("spec"));
    }
  }

  /** Other files with settings of the service. */
  private static void files(String file, YamlTree service, List<Entry> entries) {
    YamlTree variables = service.at("env_file");
    if (variables != null) {
      entries.add(new Entry(ENV_FILE, variables, false, file + ":" + variables.line()));
    }
    items(service.at("volumes"))
        .filter(item -> item.isText() && SETTINGS.matcher(item.text()).matches())
        .forEach(item -> entries.add(new Entry(VOLUME, item, false, file + ":" + item.line())));
  }

  /** The variables of Docker Compose as ours: {@code ${NAME}} or {@code ${NAME:-default}}. */
  private static Entry interpolated(Entry entry) {
    String text =
        COMPOSE
            .matcher(entry.text())
            .replaceAll(
                found -> {
                  String name = found.group(2) == null ? found.group(3) : found.group(2);
                  String otherwise = "-".equals(found.group(4)) ? ":-" + found.group(5) : "";
                  return Matcher.quoteReplacement(
                      name == null ? "$" : "${" + name + otherwise + "}");
                });
    YamlTree value = new YamlTree(entry.value().line(), 0, text, null, null);
    return new Entry(entry.name(), value, entry.isVariable(), entry.place());
  }

  private static Stream<YamlTree> pods(YamlTree document) {
    return Stream.of(
            document.at("spec", "template", "spec"),
            document.at("spec", "jobTemplate", "spec", "template", "spec"),
            document.at("spec"))
        .filter(pod -> pod != null && pod.at("containers") != null);
  }

  private void put(String file, String kind, YamlTree container, String key) {
    List<Entry> entries = new ArrayList<>();
    variables(file, container.at(key), entries);
    put(kind + text(container.at("name")), entries);
  }

  private void put(String name, List<Entry> entries) {
    if (!entries.isEmpty()) {
      parts.put(name, entries);
    }
  }

  private void plugin(String file, String name, YamlTree middleware) {
    YamlTree settings = middleware.at("plugin", PLUGIN);
    if (settings != null) {
      List<Entry> entries = new ArrayList<>();
      Source.flatten(file, "", settings, path -> false, entries);
      put("middleware " + name, entries);
    }
  }

  /** A map, or a list of NAME=VALUE, or a list of maps. */
  private static void variables(String file, YamlTree environment, List<Entry> entries) {
    fields(environment).forEach((name, value) -> add(file, name, value, entries));
    items(environment)
        .forEach(
            item -> {
              if (item.isMap() && item.at("name") != null) {
                variable(file, item, entries);
              } else if (item.isText() && item.text().contains("=")) {
                String[] parts = item.text().split("=", 2);
                entries.add(EnvironmentFile.entry(parts[0], parts[1], file, item.line()));
              } else if (item.isText()) {
                // passed through from the environment of Docker Compose
                entries.add(
                    EnvironmentFile.entry(
                        item.text(), "${" + item.text() + "}", file, item.line()));
              }
            });
  }

  private static void add(String file, String name, YamlTree value, List<Entry> entries) {
    if (value.isText()) {
      String text = value.text().isEmpty() ? "${" + name + "}" : value.text();
      entries.add(EnvironmentFile.entry(name, text, file, value.line()));
    }
  }

  /** A value from a Secret or ConfigMap stays a variable. */
  private static void variable(String file, YamlTree item, List<Entry> entries) {
    String name = text(item.at("name"));
    YamlTree value = item.at("value");
    entries.add(
        EnvironmentFile.entry(
            name, value == null ? "${" + name + "}" : text(value), file, item.line()));
  }

  private static void labels(String file, YamlTree labels, List<Entry> entries) {
    fields(labels).forEach((name, value) -> label(file, name, value.text(), value.line(), entries));
    items(labels)
        .filter(item -> item.isText() && item.text().contains("="))
        .map(item -> new YamlTree(item.line(), 0, item.text(), null, null))
        .forEach(
            item -> {
              String[] parts = item.text().split("=", 2);
              label(file, parts[0], parts[1], item.line(), entries);
            });
  }

  private static void label(String file, String name, String value, int line, List<Entry> entries) {
    Matcher label = LABEL.matcher(name);
    if (label.matches() && value != null) {
      YamlTree text = new YamlTree(line, 0, value, null, null);
      entries.add(new Entry(label.group(1), text, false, file + ":" + line));
    }
  }

  /** The parts with names that a program of ours has. */
  Map<String, List<Entry>> known(Predicate<Entry> isKnown) {
    Map<String, List<Entry>> known = new LinkedHashMap<>();
    parts.forEach(
        (name, entries) -> {
          if (entries.stream().anyMatch(isKnown)) {
            known.put(name, entries);
          }
        });
    return known;
  }

  private static Map<String, YamlTree> fields(YamlTree part) {
    return part == null || !part.isMap() ? Map.of() : part.fields();
  }

  private static Stream<YamlTree> items(YamlTree part) {
    return part == null || part.items() == null ? Stream.of() : part.items().stream();
  }

  private static String text(YamlTree part) {
    return part == null || !part.isText() ? "" : part.text();
  }
}
