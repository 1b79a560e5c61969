package org.elastauth.startup;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.elastauth.config.ConfigurationFaults;
import org.elastauth.config.Fault;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.io.ByteArrayResource;

/** Which settings of others stop the start, and who may change the files. */
@ExtendWith(OutputCaptureExtension.class)
class ConfigurationCheckTest {
  @TempDir Path folder;

  private static List<Fault> faults(Map<String, Object> variables, Map<String, Object> values) {
    ConfigurableEnvironment environment =
        new StandardEnvironment() {
          @Override
          public Map<String, Object> getSystemEnvironment() {
            return variables;
          }
        };
    Map<String, Object> prefixed = new HashMap<>();
    values.forEach((key, value) -> prefixed.put("elastauth." + key, value));
    environment.getPropertySources().addFirst(new MapPropertySource("test", prefixed));
    ConfigurationCheck check = SettingsLoader.load(environment);
    ConfigurationFaults faults = catchThrowableOfType(ConfigurationFaults.class, check::check);
    return faults == null ? List.of() : faults.faults();
  }

  private static List<Fault> faults(String name, Object value) {
    return faults(Map.of(), Map.of(name, value));
  }

  @ParameterizedTest
  @CsvSource({
    "proxy.enabled, true",
    "proxy.enabled, yes",
    "operation_mode, direct-auth",
    "server.mode, standalone",
    "redis_port, 6380",
    "local_users.enabled, true",
    "ldap.enabled, on",
    "user_management.enabled, false",
    "role_mappings[0].pattern, admin*",
    "role_mapping[0].group, admins",
    "oidc.mappings[0].es_user, admin",
    "default_es_user, readonly",
    "oidc.default_es_user, readonly",
    "elasticsearch.users[0].username, admin"
  })
  void aForeignSettingThatDecidesWhoGetsInOrWhereDataGoesStopsTheStart(String name, String value) {
    assertThat(faults(name, value))
        .singleElement()
        .satisfies(
            fault -> {
              assertThat(fault.key()).isEqualTo(name.replaceFirst("\\[.*", ""));
              assertThat(fault.value()).isEmpty();
              assertThat(fault.mend()).isNotBlank();
            });
    if (!name.contains("[")) {
      String variable = "ELASTAUTH_" + name.replace('.', '_').toUpperCase(java.util.Locale.ROOT);
      assertThat(faults(Map.of(variable, value), Map.of()))
          .extracting(Fault::key)
          .containsExactly(variable);
    }
  }

  /** It asks for what the gateway does anyway. */
  @ParameterizedTest
  @CsvSource({
    "proxy.enabled, false",
    "proxy.enabled, FALSE",
    "proxy.enabled, ''",
    "operation_mode, forward-auth",
    "server.mode, forward_auth",
    "redis_port, 6379",
    "ldap.enabled, off",
    "local_users.enabled, no",
    "user_management.enabled, true"
  })
  void itsHarmlessValueIsIgnoredSilently(String name, String value, CapturedOutput output) {
    assertThat(faults(name, value)).isEmpty();
    assertThat(output).doesNotContain("ignored");
  }

  @ParameterizedTest
  @CsvSource({
    "proxy.elasticsearch_url, https://es:9200",
    "proxy.tls.insecure_skip_verify, true",
    "ldap.bind_password, hunter2",
    "user_management.password_length, 32",
    "base_path, /elastauth",
    "enable_metrics, true",
    "enableOtel, false",
    "enableOtelHostMetrics, true",
    "observability.otel_enabled, true",
    "observability.metrics_enabled, true",
    "upstream.url, http://kibana:5601",
    "session.session_secret, hunter2",
    "verify_ssl, 0",
    "debug, true"
  })
  void anotherForeignSettingIsAWarning(String name, String value, CapturedOutput output) {
    assertThat(faults(name, value)).isEmpty();
    assertThat(output)
        .contains("Settings of elastauth are ignored: ", "names=\"" + name + "\"")
        .doesNotContain("did you mean", "hunter2");
  }

  /** They belong to the operator's own routes, say. */
  @Test
  void aPropertyOutsideOfElastauthDecidesNothing(CapturedOutput output) throws Exception {
    StandardEnvironment environment = new StandardEnvironment();
    new YamlPropertySourceLoader()
        .load(
            "application.yaml",
            new ByteArrayResource("ldap: {enabled: true}\nproxy.enabled: true".getBytes(UTF_8)))
        .forEach(environment.getPropertySources()::addLast);
    SettingsLoader.load(environment).check();
    assertThat(output)
        .contains("Unknown setting ldap.enabled is ignored", "Unknown setting proxy.enabled is");
  }

  @Test
  void anUnknownListIsOneSetting(CapturedOutput output) {
    assertThat(faults(Map.of(), Map.of("cors[0]", "https://a", "cors[1]", "https://b"))).isEmpty();
    assertThat(output.toString().lines().filter(line -> line.contains("Unknown setting")))
        .singleElement()
        .asString()
        .contains("cors is ignored");
  }

  @Test
  @Timeout(120)
  void manyUnknownSettingsAreNamedAndCounted(CapturedOutput output) {
    Map<String, Object> values = new HashMap<>();
    for (int i = 0; i < 10_000; i++) {
      values.put("cache_typo_" + i, "1");
    }
    assertThat(faults(Map.of(), values)).isEmpty();
    assertThat(output).contains("9900 further unknown settings are ignored");
  }

  @Test
  void aBlockOfThemIsOneLine(CapturedOutput output) {
    assertThat(
            faults(
                Map.of("ELASTAUTH_PROXY_TIMEOUT", "30s"),
                Map.of("proxy.elasticsearch_url", "u", "proxy.tls.enabled", true)))
        .isEmpty();
    assertThat(output.getAll().lines().filter(line -> line.contains("ignored")))
        .singleElement()
        .asString()
        .contains("names=\"ELASTAUTH_PROXY_TIMEOUT,proxy.elasticsearch_url,proxy.tls.enabled\"");
  }

  @Test
  void aFaultNamesThePlaceOfItsValue() throws Exception {
    Files.writeString(
        folder.resolve("config.yml"),
        "# mine\nlog_level: loud\nredis:\n  db: x\ntrusted_proxies:\n  - 10.0.0.0/8\n  - here\n");
    assertThat(
            faults(
                Map.of("ELASTAUTH_CONFIG", folder.toString(), "CACHE_TYPE", "nothing"),
                Map.of("listen", "no port")))
        .map(Fault::toString)
        .anySatisfy(fault -> assertThat(fault).startsWith("log_level=").endsWith("(config.yml:2)"))
        .anySatisfy(fault -> assertThat(fault).startsWith("redis.db=").endsWith("(config.yml:4)"))
        .anySatisfy(
            fault -> assertThat(fault).startsWith("trusted_proxies[1]=").endsWith("(config.yml:7)"))
        .anySatisfy(fault -> assertThat(fault).startsWith("cache.type=").endsWith("(CACHE_TYPE)"));
  }

  private Path writable(String name, String rights) throws Exception {
    Path file =
        Files.writeString(
            folder.resolve(name),
            "- route: {id: %1$s, from: {uri: 'direct:%1$s', steps: [{log: a}]}}\n"
                .formatted(name.replaceFirst("\\..*", "")));
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(rights));
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw-rw-rw-", "rw-r---w-"})
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void aRouteThatEverybodyMayChangeStopsTheStart(String rights) throws Exception {
    writable("good.camel.yaml", "rw-r--r--");
    writable("mine.camel.yaml", rights);
    assertThat(faults("routes", folder.toString()))
        .singleElement()
        .asString()
        .startsWith("routes: ")
        .contains("mine.camel.yaml can be changed by every user of this system");
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void aFolderToWhichEverybodyMayAddARouteStopsTheStart() throws Exception {
    writable("good.camel.yaml", "rw-r--r--");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThat(faults("routes", folder.toString())).hasSize(1);
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    assertThat(faults("routes", folder.toString())).isEmpty();
  }

  /** All of them are read, or held, by the gateway. */
  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void anotherFileThatEverybodyMayChangeIsAWarning(CapturedOutput output) throws Exception {
    Path config = writable("config.yml", "rw-rw-rw-");
    Files.writeString(config, "log_level: warn\n");
    Path entries = Files.createDirectory(folder.resolve("entries"));
    Files.setPosixFilePermissions(entries, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThat(
            faults(
                Map.of("ELASTAUTH_CONFIG", folder.toString()),
                Map.of("cache.type", "file", "cache.path", entries.toString())))
        .isEmpty();
    Path database = writable("h2.mv.db", "rw-rw-rw-");
    assertThat(
            faults(
                Map.of(),
                Map.of(
                    "cache.type",
                    "database",
                    "secret_key",
                    "0123456789abcdef".repeat(4),
                    "cache.url",
                    "jdbc:h2:file:" + folder.resolve("h2") + ";MODE=REGULAR")))
        .isEmpty();
    for (Path path : List.of(config, entries, database)) {
      assertThat(output.getAll().lines().filter(line -> line.contains("file=\"" + path + "\"")))
          .as(path.toString())
          .singleElement()
          .asString()
          .contains("WARN", "Every user of this system can change this");
    }
  }
}
