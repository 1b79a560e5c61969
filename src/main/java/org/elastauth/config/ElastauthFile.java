package org.elastauth.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.boot.origin.Origin;
import org.springframework.boot.origin.OriginLookup;
import org.springframework.boot.origin.TextResourceOrigin;
import org.springframework.boot.origin.TextResourceOrigin.Location;
import org.springframework.core.env.CommandLinePropertySource;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.io.FileSystemResource;

/**
 * elastauth's own file, or its folder: {@code --config}, {@code ELASTAUTH_CONFIG} or {@code
 * ELASTAUTH_CONFIG_PATH}, else {@code ./config.yml}, else {@code /config.yml}. Its top level, or
 * the level {@code elastauth} as in application.yaml, holds the settings. The last of several equal
 * keys is used.
 */
public final class ElastauthFile {
  static final List<String> VARIABLES = List.of("ELASTAUTH_CONFIG", "ELASTAUTH_CONFIG_PATH");
  private static final String OPTION = "config";
  private static final String NAME = "config.yml";

  /** The level that application.yaml has; without it, a copy would be a gateway with defaults. */
  private static final String LEVEL = "elastauth";

  private static final List<String> DEFAULTS = List.of(NAME, "/" + NAME);

  private final Map<String, Object> values = new LinkedHashMap<>();
  private final Map<String, Location> lines = new HashMap<>();
  private final List<String> repeated = new ArrayList<>();
  private final List<Fault> faults = new ArrayList<>();
  private final String key;
  private final Path path;

  /**
   * @param key where the path is from, for faults, which do not show a path from outside
   * @param path null: there is none
   */
  private ElastauthFile(String key, String path) {
    this.key = key;
    this.path =
        path != null && Files.isDirectory(Path.of(path))
            ? Path.of(path, NAME)
            : path == null ? null : Path.of(path);
  }

  /** Adds its settings, with lower precedence than the environment and higher than other files. */
  public static ElastauthFile addTo(ConfigurableEnvironment environment) {
    ElastauthFile file = find(environment);
    if (file.path != null) {
      file.read();
      environment
          .getPropertySources()
          .addAfter(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, file.new Source());
    }
    return file;
  }

  /** Adds the settings of a file that is not written yet. */
  public static ElastauthFile addTo(ConfigurableEnvironment environment, String text) {
    ElastauthFile file = new ElastauthFile("", NAME);
    file.read(text);
    environment.getPropertySources().addLast(file.new Source());
    return file;
  }

  /** Knows the line of each value. */
  private final class Source extends MapPropertySource implements OriginLookup<String> {
    Source() {
      super(path.toString(), values);
    }

    @Override
    public Origin getOrigin(String name) {
      return new TextResourceOrigin(
          new FileSystemResource(path),
          lines.getOrDefault(name, lines.get(name.replaceFirst("\\[.*", ""))));
    }
  }

  private static ElastauthFile find(ConfigurableEnvironment environment) {
    PropertySource<?> arguments =
        environment
            .getPropertySources()
            .get(CommandLinePropertySource.COMMAND_LINE_PROPERTY_SOURCE_NAME);
    if (arguments != null && arguments.containsProperty(OPTION)) {
      // as =FILE or as the next argument
      Object value = arguments.getProperty(OPTION);
      if (value == null || value.toString().isEmpty()) {
        value =
            arguments.getProperty(CommandLinePropertySource.DEFAULT_NON_OPTION_ARGS_PROPERTY_NAME);
      }
      return new ElastauthFile("--" + OPTION, value == null ? "" : value.toString());
    }
    for (String name : VARIABLES) {
      Object value = environment.getSystemEnvironment().get(name);
      if (value != null && !value.toString().isBlank()) {
        return new ElastauthFile(name, value.toString().strip());
      }
    }
    return DEFAULTS.stream()
        .filter(name -> Files.exists(Path.of(name)))
        .findFirst()
        .map(ElastauthFile::of)
        .orElseGet(() -> new ElastauthFile("", null));
  }

  private static ElastauthFile of(String name) {
    Path path = Path.of(name);
    if (!Files.isDirectory(path) || Files.exists(path.resolve(NAME)) || ReadAccess.isDenied(path)) {
      return new ElastauthFile(name, name);
    }
    ElastauthFile none = new ElastauthFile(name, null);
    none.fault("is a folder; Docker creates one if the host has no such file; correct the mount");
    return none;
  }

  /** Null if there is none. */
  public Path path() {
    return path;
  }

  /** Keys that are set more than once, with their lines. */
  public List<String> repeated() {
    return repeated.stream()
        .map(key -> key.replace("(line ", "(" + path.getFileName() + ":"))
        .toList();
  }

  public List<Fault> faults() {
    return faults;
  }

  private void read() {
    try {
      read(ConfigurationText.read(path));
    } catch (IOException unusable) {
      fault(unusable.getMessage());
    }
  }

  private void read(String text) {
    try {
      List<YamlTree> documents = YamlTree.read(text, repeated);
      if (documents.size() > 1) {
        fault("contains several documents; delete the lines --- and what does not belong here");
      } else if (documents.stream().allMatch(YamlTree::isMap)) {
        documents.forEach(
            tree ->
                tree.fields()
                    .forEach(
                        (name, value) -> {
                          if (name.equals(LEVEL) && value.isMap()) {
                            value.fields().forEach(this::setting);
                          } else {
                            setting(name, value);
                          }
                        }));
      } else if (!"".equals(documents.get(0).text())) {
        fault("contains no settings at its top level");
      }
    } catch (YamlTree.InvalidYaml unusable) {
      String line = unusable.line() > 0 ? ":" + unusable.line() : "";
      faults.add(new Fault(key, "", unusable.getMessage(), path.getFileName() + line));
    }
  }

  private void fault(String mend) {
    faults.add(new Fault(key, "", mend));
  }

  private void setting(String name, YamlTree value) {
    flatten(SettingsReader.PREFIX + name, value);
  }

  private void flatten(String path, YamlTree value) {
    lines.put(path, new Location(value.line() - 1, value.column()));
    if (value.isMap()) {
      value.fields().forEach((name, inner) -> flatten(path + "." + name, inner));
    } else if (value.isText()) {
      values.put(path, value.text());
    } else if (value.items().isEmpty()) {
      values.put(path, "");
    } else {
      for (int i = 0; i < value.items().size(); i++) {
        flatten(path + "[" + i + "]", value.items().get(i));
      }
    }
  }
}
