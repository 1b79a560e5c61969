package org.elastauth.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.elastauth.config.SettingsReader.Reading;
import org.elastauth.startup.Settings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

/** elastauth's own config.yml. */
@Timeout(20)
class ElastauthFileTest {
  @TempDir Path folder;

  private final Map<String, Object> variables = new HashMap<>();
  private ElastauthFile file;

  private Reading<Settings> read(Path path) {
    variables.put("ELASTAUTH_CONFIG", path.toString());
    ConfigurableEnvironment environment = TestSettings.environment(variables, Map.of());
    environment
        .getPropertySources()
        .replace(
            StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
            new MapPropertySource(
                StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, variables));
    file = ElastauthFile.addTo(environment);
    return TestSettings.read(environment);
  }

  private Reading<Settings> read(String text) throws Exception {
    return read(Files.writeString(folder.resolve("config.yml"), text));
  }

  @Test
  void aPasswordOfDigitsIsNoNumber() throws Exception {
    Reading<Settings> reading =
        read("redis: {password: 0123, db: 1}\ngroup_mappings: {a: [b, c]}\n");
    assertThat(reading.settings().redis().password()).isEqualTo("0123");
    assertThat(reading.settings().redis().db()).isEqualTo(1);
    assertThat(reading.settings().roles().groupMappings().get("a")).containsExactly("b", "c");
    assertThat(file.faults()).isEmpty();
  }

  @Test
  void aFaultNamesTheLineOfItsValue() throws Exception {
    assertThat(read("cache: {type: memory}\nrate_limit:\n  window: soon\n").faults())
        .extracting(Fault::toString)
        .containsExactly(
            "rate_limit.window=soon: not a duration; write it like 90s, 30m, 4h or 1h30m"
                + " (config.yml:3)");
  }

  /** As with a secret that is in a file, {@code …_FILE}. */
  @Test
  void aVariableThatIsNotSetIsNoFaultIfTheEnvironmentHasTheSetting() throws Exception {
    String text = "redis:\n  password: ${NO_SUCH_VARIABLE}\n";
    assertThat(read(text).faults())
        .singleElement()
        .asString()
        .contains("refers to a variable that is not set", "config.yml:2");
    variables.put(
        "ELASTAUTH_REDIS_PASSWORD_FILE",
        Files.writeString(folder.resolve("password"), "s3cret\n").toString());
    Reading<Settings> reading = read(text);
    assertThat(reading.faults()).isEmpty();
    assertThat(reading.settings().redis().password()).isEqualTo("s3cret");
  }

  @Test
  void aFileThatCannotBeUsedIsOneFault() throws Exception {
    assertUnusable(folder.resolve("none.yml"), "is no file");
    assertUnusable(
        Files.createDirectories(folder.resolve("sub/config.yml")).getParent(), "is a folder");
    assertUnusable(write("a: 1\n---\nb: 2\n"), "contains several documents");
    assertUnusable(write("- a\n"), "contains no settings at its top level");
    assertUnusable(write("a: &x {b: *x}\n"), "line 1 contains itself");
    assertUnusable(write("#" + "x".repeat(1 << 20)), "is larger than 1 MiB");
    assertUnusable(write("a: \0"), "is no text");
    assertUnusable(
        Files.write(folder.resolve("config.yml"), new byte[] {'a', ':', (byte) 0xff}),
        "is not UTF-8 text");
    read("");
    assertThat(file.faults()).isEmpty();
  }

  private Path write(String text) throws Exception {
    return Files.writeString(folder.resolve("config.yml"), text);
  }

  private void assertUnusable(Path path, String reason) {
    read(path);
    assertThat(file.faults())
        .singleElement()
        .asString()
        .startsWith("ELASTAUTH_CONFIG: " + reason)
        .doesNotContain(folder.toString());
  }
}
