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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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

  /** As in application.yaml; without it, the gateway would start with its defaults. */
  @Test
  void theLevelElastauthIsTheTopLevel() throws Exception {
    Reading<Settings> reading = read("elastauth:\n  redis: {db: 1}\ndefault_roles: [viewer]\n");
    assertThat(reading.settings().redis().db()).isEqualTo(1);
    assertThat(reading.settings().roles().defaultRoles()).containsExactly("viewer");
    assertThat(reading.unknown()).isEmpty();
  }

  @Test
  void aFaultNamesTheLineOfItsValue() throws Exception {
    assertThat(read("cache: {type: memory}\nrate_limit:\n  window: soon\n").faults())
        .extracting(Fault::toString)
        .containsExactly(
            "rate_limit.window=soon: not a duration; write it like 90s, 30m, 4h or 1h30m"
                + " (config.yml:3)");
  }

  /** Written as by somebody who guesses the form of the file. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "http:\\n  max_connections: many | http.max_connections=many: not a whole number (config.yml:2)",
        "cache:\\n  extend: perhaps | cache.extend=perhaps: neither true nor false (config.yml:2)",
        "http: {max_header_size: -5} | http.max_header_size=-5: must lie between 1024 and 1048576 (config.yml:1)",
        "redis_db: x | redis.db=x: not a whole number (config.yml:1)",
        "trusted_proxies:\\n  - 10.0.0.0/8\\n  - 10.0.0.0/99 | trusted_proxies[1]=***: is not a CIDR block (config.yml:3)",
        "redis:\\n  password_file: /no/such/file | redis.password_file: names no file (config.yml:2)",
        "redis:\\n  password_file: / | redis.password_file: / is a folder (config.yml:2)",
        "group_mappings:\\n  - admins | group_mappings: is not a map (config.yml:2)",
        "group_whitelist:\\n  a: b | group_whitelist: is not a list (config.yml:2)",
        "log_level:\\n  x: debug | log_level: is not a single value (config.yml:2)",
        "log_level: [info, debug] | log_level: is not a single value (config.yml:1)",
        "redis: localhost:6379 | redis: is a group of settings, not a value (config.yml:1)",
        "response:\\n  headers:\\n    X-User: username\\n    X-Bad: usrname | response.headers.X-Bad=***: is neither username (config.yml:4)",
        "group_whitelist:\\n  - a\\n  - ${NO_SUCH} | group_whitelist[1]: refers to the variable NO_SUCH (config.yml:3)",
        "redis:\\n  db: 1\\nredis_db: 2 | redis.db: has different values (config.yml:2)",
      })
  void aFaultNamesItsLine(String text, String fault) throws Exception {
    String[] parts = fault.split(" (?=\\(config)");
    assertThat(read(text.replace("\\n", "\n") + "\n").faults())
        .singleElement()
        .asString()
        .startsWith(parts[0])
        .endsWith(parts[1]);
  }

  @Test
  void anUnknownNameAndARepeatedOneHaveTheirLines() throws Exception {
    Reading<Settings> reading = read("redis:\n  tls:\n    skip_verfy: true\ncache:\n\ncache: {}\n");
    assertThat(reading.unknown()).containsOnlyKeys("elastauth.redis.tls.skip_verfy");
    assertThat(reading.origins()).containsEntry("elastauth.redis.tls.skip_verfy", "config.yml:3");
    assertThat(file.repeated()).containsExactly("cache (config.yml:6)");
    assertThat(reading.faults()).isEmpty();
  }

  /** As of Docker Compose, whose file sets a password for two programs. */
  @Test
  void aVariableThatSeveralSettingsNeedIsOneFault() throws Exception {
    assertThat(
            read("redis:\n  password: ${PW_X}\n  url: redis://${HOST_X}/0\n  username: ${PW_X}\n")
                .faults())
        .extracting(Fault::toString)
        .containsExactly(
            "redis.password: refers to the variable PW_X, which is not set; set it, or write"
                + " ${PW_X:default}; also needed by redis.username (config.yml:4) (config.yml:2)",
            "redis.url: refers to the variable HOST_X, which is not set; set it, or write"
                + " ${HOST_X:default} (config.yml:3)");
  }

  /** As with a secret that is in a file, {@code …_FILE}. */
  @Test
  void aVariableThatIsNotSetIsNoFaultIfTheEnvironmentHasTheSetting() throws Exception {
    String text = "redis:\n  password: ${NO_SUCH_VARIABLE}\n";
    assertThat(read(text).faults())
        .singleElement()
        .asString()
        .contains("refers to the variable NO_SUCH_VARIABLE, which is not set", "config.yml:2");
    variables.put(
        "ELASTAUTH_REDIS_PASSWORD_FILE",
        Files.writeString(folder.resolve("password"), "s3cret\n").toString());
    Reading<Settings> reading = read(text);
    assertThat(reading.faults()).isEmpty();
    assertThat(reading.settings().redis().password()).isEqualTo("s3cret");
  }

  @Test
  void aFileThatCannotBeUsedIsOneFault() throws Exception {
    assertUnusable(folder.resolve("none.yml"), "does not exist");
    assertUnusable(
        Files.createDirectories(folder.resolve("sub/config.yml")).getParent(), "is a folder");
    assertUnusable(write("a: 1\n---\nb: 2\n"), "contains several documents");
    assertUnusable(write("- a\n"), "contains no settings at its top level");
    assertUnusable(write("a: &x {b: *x}\n"), "contains itself");
    assertThat(file.faults()).singleElement().asString().endsWith("(config.yml:1)");
    assertUnusable(write("a: 1\nb:\n\tc: 1\n"), "is not YAML; a tab must not indent it");
    assertThat(file.faults()).singleElement().asString().endsWith("(config.yml:3)");
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
