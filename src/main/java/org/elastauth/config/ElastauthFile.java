package org.elastauth.config;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;

/**
 * elastauth's own file, or its folder: {@code --config}, {@code ELASTAUTH_CONFIG} or {@code
 * ELASTAUTH_CONFIG_PATH}, else {@code ./config.yml}, else {@code /config.yml}. Its top level holds
 * the settings. The last of several equal keys is used.
 */
public final class ElastauthFile {
  static final List<String> VARIABLES = List.of("ELASTAUTH_CONFIG", "ELASTAUTH_CONFIG_PATH");
  private static final String OPTION = "config";
  private static final String NAME = "config.yml";
  private static final List<String> DEFAULTS = List.of(NAME, "/" + NAME);
  private static final int MAX_BYTES = 1 << 20;

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

  /** Knows the line of each value. */
  private final class Source extends MapPropertySource implements OriginLookup<String> {
    Source() {
      super(path.toString(), values);
    }

    @Override
    public Origin getOrigin(String name) {
      return new TextResourceOrigin(
          new FileSystemResource(path), lines.get(name.replaceFirst("\\[.*", "")));
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
        .filter(name -> Files.isRegularFile(Path.of(name)))
        .findFirst()
        .map(name -> new ElastauthFile(name, name))
        .orElseGet(() -> new ElastauthFile("", null));
  }

  /** Null if there is none. */
  public Path path() {
    return path;
  }

  /** Keys that are set more than once, with their lines. */
  public List<String> repeated() {
    return repeated;
  }

  public List<Fault> faults() {
    return faults;
  }

  private void read() {
    try {
      if (Files.size(path) > MAX_BYTES) {
        fault("is larger than 1 MiB");
        return;
      }
      LoaderOptions options = new LoaderOptions();
      options.setAllowDuplicateKeys(true);
      Yaml yaml = new Yaml(new SafeConstructor(options));
      String text = Files.readString(path);
      if (yaml.compose(new StringReader(text)) instanceof MappingNode mapping) {
        note(mapping, "");
      }
      Object tree = yaml.load(text);
      if (tree instanceof Map<?, ?> settings) {
        settings.forEach((key, value) -> flatten(SettingsReader.PREFIX + key, value));
      } else if (tree != null) {
        fault("contains no settings at its top level");
      }
    } catch (MarkedYAMLException broken) {
      // its message quotes the text, which may contain a secret
      Mark mark = broken.getProblemMark();
      fault((mark == null ? "" : "line " + (mark.getLine() + 1) + " ") + "is not YAML");
    } catch (IOException | YAMLException unreadable) {
      fault("is neither a readable YAML file nor a folder with a config.yml");
    }
  }

  private void fault(String mend) {
    faults.add(new Fault(key, "", mend));
  }

  private void flatten(String path, Object value) {
    if (value instanceof Map<?, ?> map) {
      map.forEach((key, inner) -> flatten(path + "." + key, inner));
    } else if (value instanceof List<?> list && !list.isEmpty()) {
      for (int i = 0; i < list.size(); i++) {
        flatten(path + "[" + i + "]", list.get(i));
      }
    } else {
      values.put(path, value == null || value instanceof List ? "" : value.toString());
    }
  }

  /** Notes the lines of all keys, and the keys that are repeated. */
  private void note(MappingNode mapping, String parent) {
    Set<String> keys = new HashSet<>();
    for (NodeTuple entry : mapping.getValue()) {
      if (entry.getKeyNode() instanceof ScalarNode scalar) {
        String key = parent + scalar.getValue();
        int line = scalar.getStartMark().getLine();
        if (!keys.add(key)) {
          repeated.add(key + " (line " + (line + 1) + ")");
        }
        lines.put(
            SettingsReader.PREFIX + key, new Location(line, scalar.getStartMark().getColumn()));
        if (entry.getValueNode() instanceof MappingNode inner) {
          note(inner, key + ".");
        }
      }
    }
  }
}
