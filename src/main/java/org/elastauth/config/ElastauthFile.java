package org.elastauth.config;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.springframework.core.env.CommandLinePropertySource;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
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
 * elastauth's own file: {@code --config FILE}, else {@code ./config.yml}, else {@code /config.yml}.
 * Its top level holds the settings. The last of several equal keys is used.
 */
public final class ElastauthFile {
  private static final String OPTION = "config";
  private static final List<Path> DEFAULT_PATHS =
      List.of(Path.of("config.yml"), Path.of("/config.yml"));
  private static final int MAX_BYTES = 1 << 20;

  private final Map<String, Object> values = new LinkedHashMap<>();
  private final List<String> repeated = new ArrayList<>();
  private final List<Fault> faults = new ArrayList<>();

  private ElastauthFile() {}

  /** Adds its settings, with lower precedence than the environment and higher than other files. */
  public static ElastauthFile addTo(ConfigurableEnvironment environment) {
    ElastauthFile file = new ElastauthFile();
    Path path = named(environment);
    if (path == null) {
      path = DEFAULT_PATHS.stream().filter(Files::isRegularFile).findFirst().orElse(null);
    }
    if (path != null) {
      file.read(path);
      environment
          .getPropertySources()
          .addAfter(
              StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
              new MapPropertySource(path.toString(), file.values));
    }
    return file;
  }

  /** The value of --config, as {@code =FILE} or as the next argument; null without the option. */
  private static Path named(ConfigurableEnvironment environment) {
    PropertySource<?> arguments =
        environment
            .getPropertySources()
            .get(CommandLinePropertySource.COMMAND_LINE_PROPERTY_SOURCE_NAME);
    if (arguments == null || !arguments.containsProperty(OPTION)) {
      return null;
    }
    Object value = arguments.getProperty(OPTION);
    if (value == null || value.toString().isEmpty()) {
      value =
          arguments.getProperty(CommandLinePropertySource.DEFAULT_NON_OPTION_ARGS_PROPERTY_NAME);
    }
    return Path.of(value == null ? "" : value.toString());
  }

  /** Keys that are set more than once, with their lines. */
  public List<String> repeated() {
    return repeated;
  }

  public List<Fault> faults() {
    return faults;
  }

  private void read(Path path) {
    try {
      if (Files.size(path) > MAX_BYTES) {
        fault(path, "is larger than 1 MiB");
        return;
      }
      LoaderOptions options = new LoaderOptions();
      options.setAllowDuplicateKeys(true);
      Yaml yaml = new Yaml(new SafeConstructor(options));
      String text = Files.readString(path);
      if (yaml.compose(new StringReader(text)) instanceof MappingNode mapping) {
        findRepeated(mapping, "");
      }
      Object tree = yaml.load(text);
      if (tree instanceof Map<?, ?> settings) {
        settings.forEach((key, value) -> flatten(SettingsReader.PREFIX + key, value));
      } else if (tree != null) {
        fault(path, "contains no settings at its top level");
      }
    } catch (MarkedYAMLException broken) {
      // its message quotes the text, which may contain a secret
      Mark mark = broken.getProblemMark();
      fault(path, (mark == null ? "" : "line " + (mark.getLine() + 1) + " ") + "is not YAML");
    } catch (IOException | YAMLException unreadable) {
      fault(path, "is not a readable YAML file");
    }
  }

  private void fault(Path path, String mend) {
    faults.add(new Fault("--config", path.toString(), mend));
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

  private void findRepeated(MappingNode mapping, String parent) {
    Set<String> keys = new HashSet<>();
    for (NodeTuple entry : mapping.getValue()) {
      if (entry.getKeyNode() instanceof ScalarNode scalar) {
        String key = parent + scalar.getValue();
        if (!keys.add(key)) {
          repeated.add(key + " (line " + (scalar.getStartMark().getLine() + 1) + ")");
        }
        if (entry.getValueNode() instanceof MappingNode inner) {
          findRepeated(inner, key + ".");
        }
      }
    }
  }
}
