package org.elastauth.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.elastauth.config.SettingsReader.Reading;
import org.elastauth.crypto.SecretKeys;
import org.elastauth.startup.Settings;
import org.junit.jupiter.api.Test;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ByteArrayResource;

/** The examples of README and src/docs have known settings and readable values. */
class DocumentedSettingsTest {
  private static final Pattern BLOCK =
      Pattern.compile("^ *```(yaml|bash)\\n(.*?)^ *```", Pattern.MULTILINE | Pattern.DOTALL);
  private static final Pattern VARIABLE =
      Pattern.compile("\\b(ELASTAUTH_[A-Z0-9_]+)=('[^']*'|\\S*)");

  /** An example may leave out secrets, and names files of its reader. */
  private static final Pattern PARTLY = Pattern.compile("^(is missing|does not exist)");

  private record Example(Path page, String language, String text) {
    boolean isApplicationYaml() {
      return language.equals("yaml") && text.stripLeading().startsWith("elastauth:");
    }
  }

  @Test
  void everyApplicationYamlCanBeRead() throws IOException {
    List<Example> files = examples().stream().filter(Example::isApplicationYaml).toList();
    assertThat(files).hasSizeGreaterThan(10);
    TreeSet<String> faults = new TreeSet<>();
    for (Example file : files) {
      collectFaults(file.page(), TestSettings.read(environment(file.text())), faults);
    }
    assertThat(faults).isEmpty();
  }

  @Test
  void everyVariableIsKnown() throws IOException {
    Map<Path, Map<String, Object>> variables = new HashMap<>();
    for (Example example : examples()) {
      Matcher variable = VARIABLE.matcher(example.text());
      while (variable.find()) {
        variables
            .computeIfAbsent(example.page(), page -> new HashMap<>())
            .put(variable.group(1), value(variable));
      }
    }
    assertThat(variables).hasSizeGreaterThan(3);
    TreeSet<String> faults = new TreeSet<>();
    variables.forEach(
        (page, values) ->
            collectFaults(
                page, TestSettings.read(TestSettings.environment(values, Map.of())), faults));
    assertThat(faults).isEmpty();
  }

  private static void collectFaults(Path page, Reading<Settings> reading, TreeSet<String> faults) {
    reading.unknown().forEach((name, nearest) -> faults.add(page + ": unknown " + name));
    reading.invalid().stream()
        .filter(fault -> !PARTLY.matcher(fault.mend()).find())
        .forEach(fault -> faults.add(page + ": " + fault));
  }

  private static List<Example> examples() throws IOException {
    List<Path> pages = new ArrayList<>(List.of(Path.of("README.md")));
    try (Stream<Path> files = Files.walk(Path.of("src", "docs"))) {
      files.filter(file -> file.toString().endsWith(".md")).forEach(pages::add);
    }
    List<Example> examples = new ArrayList<>();
    for (Path page : pages) {
      Matcher block = BLOCK.matcher(Files.readString(page));
      while (block.find()) {
        examples.add(new Example(page, block.group(1), block.group(2)));
      }
    }
    return examples;
  }

  /** An ellipsis or a command is the reader's value. */
  private static String value(Matcher variable) {
    String given = variable.group(2).replace("'", "");
    if (variable.group(1).equals("ELASTAUTH_SECRET_KEY")) {
      return SecretKeys.generate();
    }
    return given.replace("…", "x");
  }

  private static ConfigurableEnvironment environment(String yaml) throws IOException {
    List<PropertySource<?>> documents =
        new YamlPropertySourceLoader()
            .load("example", new ByteArrayResource(yaml.getBytes(StandardCharsets.UTF_8)));
    Map<String, Object> values = new HashMap<>();
    for (PropertySource<?> document : documents) {
      EnumerablePropertySource<?> source = (EnumerablePropertySource<?>) document;
      for (String name : source.getPropertyNames()) {
        Object value = source.getProperty(name);
        values.put(
            name.substring(SettingsReader.PREFIX.length()),
            "${ES}".equals(String.valueOf(value)) ? "http://127.0.0.1:9200" : value);
      }
    }
    return TestSettings.environment(Map.of(), values);
  }
}
