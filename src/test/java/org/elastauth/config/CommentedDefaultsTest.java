package org.elastauth.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.elastauth.startup.Settings;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.FileSystemResource;

/** application.yaml beside the program: uncommented, it says what holds without it. */
class CommentedDefaultsTest {
  /** A commented setting: below elastauth, a name of ours at whatever depth, and its value. */
  private static final Pattern SETTING = Pattern.compile("  # ((?:  )*)([a-z0-9_-]+):( .*)?");

  /** Said to be examples; their default is none. */
  private static final List<String> EXAMPLES = List.of("roles");

  private static final StandardEnvironment ENVIRONMENT =
      new StandardEnvironment() {
        @Override
        public Map<String, Object> getSystemEnvironment() {
          return Map.of();
        }
      };

  private static EnumerablePropertySource<?> file;
  private static SettingsReader.Reading<Settings> reading;

  /** The file, with every setting. */
  static String uncommented() throws IOException {
    List<String> lines = new ArrayList<>();
    for (String line : Files.readAllLines(DescribedSettings.FILE)) {
      Matcher setting = SETTING.matcher(line);
      if (setting.matches()) {
        lines.add("  " + setting.group(1) + line.substring(setting.start(2)));
      } else {
        lines.add(line);
      }
    }
    return String.join("\n", lines);
  }

  @BeforeAll
  static void uncomment() throws Exception {
    PropertySource<?> source =
        new YamlPropertySourceLoader()
            .load(
                "application.yaml",
                new ByteArrayResource(uncommented().getBytes(StandardCharsets.UTF_8)))
            .get(0);
    file = (EnumerablePropertySource<?>) source;
    ENVIRONMENT.getPropertySources().addLast(source);
    reading = TestSettings.read(ENVIRONMENT);
  }

  /** Below elastauth stands nothing then. */
  @Test
  void asItIsItSaysNothingUnknown() throws Exception {
    StandardEnvironment environment = new StandardEnvironment();
    for (PropertySource<?> source :
        new YamlPropertySourceLoader()
            .load("application.yaml", new FileSystemResource("application.yaml"))) {
      environment.getPropertySources().addLast(source);
    }
    assertThat(TestSettings.read(environment).unknown()).isEmpty();
  }

  @Test
  void everyKeyIsKnownAndGood() {
    assertThat(reading.unknown()).isEmpty();
    assertThat(reading.unreadable()).isEmpty();
    assertThat(reading.invalid()).isEmpty();
  }

  @Test
  void everyValueIsTheDefaultUnlessItIsSaidToBeAnExample() throws Exception {
    Settings defaults = TestSettings.of(Map.of());
    for (RecordComponent component : Settings.class.getRecordComponents()) {
      Object written = component.getAccessor().invoke(reading.settings());
      Object held = component.getAccessor().invoke(defaults);
      if (EXAMPLES.contains(snake(component.getName()))) {
        assertThat(written).as(component.getName()).isNotEqualTo(held);
      } else {
        assertThat(written).as(component.getName()).isEqualTo(held);
      }
    }
  }

  /** So does one whose default is empty: without a value, but there. */
  @Test
  void everySettingStandsInIt() {
    TreeSet<String> there = new TreeSet<>();
    for (String name : file.getPropertyNames()) {
      if (name.equals("elastauth.my")) {
        continue; // for routes of one's own
      }
      String path = name.substring("elastauth.".length()).replaceFirst("\\[.*", "");
      there.add(path.startsWith("group_mappings.") ? "group_mappings" : path);
    }
    TreeSet<String> known = new TreeSet<>();
    for (String name : reading.known()) {
      if (name.startsWith("elastauth.")) {
        known.add(name.substring("elastauth.".length()));
      }
    }
    assertThat(there).containsExactlyElementsOf(known);
  }

  private static String snake(String name) {
    return name.replaceAll("([A-Z])", "_$1").toLowerCase(java.util.Locale.ROOT);
  }
}
