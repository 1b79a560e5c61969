package org.elastauth.migrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that want more written than settings, or secrets where others read them. */
@Timeout(120)
class MigrationSecretsTest {
  private static final String HEAD = "auth_provider: authelia\n";

  @TempDir Path folder;

  private Path settings;
  private Path secrets;
  private Migration migration;

  private void migrate(String text) throws IOException {
    migrate("theirs.yml", text);
  }

  private void migrate(String name, String text) throws IOException {
    Path theirs = Files.writeString(folder.resolve(name), text);
    migration = Migration.of(List.of(theirs), Optional.empty(), "");
    settings = migration.write(folder.resolve("mine.yml")).get(0);
    secrets = folder.resolve("mine.env");
  }

  private String shown() {
    return migration.title()
        + String.join("\n", Table.of(migration.rows()))
        + String.join("\n", migration.todo());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"A=1\\nLD_PRELOAD=/tmp/x", "X;touch x;", "X$(id)", "X Y", "", "\u00c4", "a.b"})
  void aKeyThatIsNoNameOfAVariableIsToBeDone(String key) throws Exception {
    migrate(HEAD + "oidc: {custom_headers: {\"%s\": hunter2, X-Api: good}}\n".formatted(key));
    assertThat(secrets)
        .content()
        .contains("ELASTAUTH_OIDC_CUSTOM_HEADERS_X_API=good\n")
        .doesNotContain("hunter2", "LD_PRELOAD", "touch", "$(");
    assertThat(migration.todo()).anyMatch(line -> line.contains("no variable can have this name"));
    assertThat(shown()).doesNotContain("hunter2");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\\n", "\\r", "\\0"})
  void aSecretWithALineBreakIsToBeDone(String control) throws Exception {
    String value = "\"good" + control + "LD_PRELOAD=bad\"";
    migrate(
        HEAD
            + "oidc: {client_secret: %s, custom_headers: {a: %s}}\nredis: {password: %s}\n"
                .formatted(value, value, value));
    assertThat(secrets).content().doesNotContain("LD_PRELOAD", "good");
    assertThat(settings).content().doesNotContain("LD_PRELOAD", "client_secret: ");
    assertThat(migration.todo())
        .filteredOn(line -> line.contains("has a line break"))
        .anyMatch(line -> line.startsWith("oidc.client_secret (theirs.yml:2)"))
        .anyMatch(line -> line.startsWith("oidc.custom_headers.a (theirs.yml:2)"))
        .hasSize(3);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "${PW:-hunter2}",
        "${PW:hunter2}",
        "hunter2${PW}",
        "${A}${PW:-hunter2}",
        "${A:-${B:-hunter2}}"
      })
  void aDefaultOfASecretIsASecret(String value) throws Exception {
    migrate(HEAD + "redis: {password: '%s'}\n".formatted(value));
    assertThat(settings).content().doesNotContain("hunter2");
    assertThat(secrets).content().contains("hunter2");
    assertThat(shown()).doesNotContain("hunter2");
    assertThat(migration.todo()).anyMatch(line -> line.startsWith("redis.password"));
  }

  @Test
  void aPasswordInTheQueryOfAUrlIsASecret() throws Exception {
    migrate(HEAD + "cache: {url: 'jdbc:postgresql://${DB}/a?password=hunter2'}\n");
    assertThat(settings).content().doesNotContain("hunter2");
    assertThat(shown()).doesNotContain("hunter2");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://u:hunter2@es:9200",
        "[http://es:9200, 'http://u:hunter2@es:9200']",
        "http://u:p@hunter2@es:9200",
        "http://u:p/hunter2@es:9200",
        "'http://u:${P:-hunter2}@es:9200'",
        "u:hunter2@es:9200"
      })
  void aUserInAUrlIsLeftOut(String hosts) throws Exception {
    migrate(HEAD + "elasticsearch: {hosts: %s}\n".formatted(hosts));
    assertThat(settings).content().contains("es:9200").doesNotContain("hunter2", "@");
    assertThat(shown()).doesNotContain("hunter2");
    assertThat(migration.todo())
        .anyMatch(line -> line.contains("set elasticsearch.username and elasticsearch.password"));
  }

  @Test
  void aUserInAnItemOfSeveralVariablesIsLeftOut() throws Exception {
    migrate(
        "theirs.env",
        """
        ELASTAUTH_AUTH_PROVIDER=authelia
        ELASTAUTH_ELASTICSEARCH_HOSTS_0=http://u:hunter2@a
        ELASTAUTH_ELASTICSEARCH_HOSTS_1=http://b
        ELASTAUTH_SECRET_KEYS_0=hunter2
        ELASTAUTH_SECRET_KEYS_1=hunter3
        """);
    assertThat(settings).content().contains("- http://a", "- http://b").doesNotContain("hunter");
    assertThat(secrets).content().contains("ELASTAUTH_SECRET_KEYS=hunter2,hunter3");
    assertThat(shown()).doesNotContain("hunter");
  }

  @Test
  void aUserOfVariablesOnlyStays() throws Exception {
    migrate(HEAD + "elasticsearch: {hosts: 'http://${U}:${P}@es:9200'}\n");
    assertThat(settings).content().contains("http://${U}:${P}@es:9200");
  }

  @Test
  void noTextOfTheFileEndsALineOrReachesTheTerminal() throws Exception {
    migrate(
        "compose.yml",
        """
        services:
          "a\\nlisten: evil\\e[2J":
            environment:
              ELASTAUTH_AUTH_PROVIDER: "authelia\\e]0;x\\a"
              "ELASTAUTH_LDAP_ENABLED\\nlisten: evil": "true"
              ELASTAUTH_LISTEN: "127.0.0.1\\u009b2J\\u2028x"
            env_file: ".env\\nlisten: evil"
        """);
    assertThat(shown().replace("\n", "")).doesNotContainPattern("[\\p{Cntrl}\\x80-\\x9f\\u2028]");
    assertThat(migration.title()).contains("service a?listen: evil?[2J");
    assertThat(settings)
        .content()
        .doesNotContainPattern("(?m)^listen: evil")
        .doesNotContain("\u001b");
    assertThat(migration.todo()).allMatch(line -> line.lines().count() == 1);
  }

  /** The table of several files names each line's file, and a file may have any name. */
  @Test
  void noNameOfAFileReachesTheTerminal() throws Exception {
    Path first = Files.writeString(folder.resolve("\u001b[2J.env"), "CACHE_TYPE=redis\n");
    Path second = Files.writeString(folder.resolve("b.env"), "ELASTAUTH_LDAP_ENABLED=true\n");
    migration = Migration.of(List.of(first, second), Optional.empty(), "");
    assertThat(Table.of(migration.rows()))
        .anyMatch(line -> line.contains("?[2J.env:1"))
        .noneMatch(line -> line.contains("\u001b"));
  }

  @Test
  void noTextOfTheFileInAnErrorReachesTheTerminal() throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("v1.yml"), "services: {a: {build: ., env_file: \"x\\e[2J\"}}");
    assertThatThrownBy(() -> Migration.of(List.of(file), Optional.empty(), ""))
        .hasMessageEndingWith(
            "v1.yml reads its variables from x?[2J; give both: migrate x?[2J v1.yml");
  }

  @Test
  void anAddressOfThisMachineIsToBeDone() throws Exception {
    migrate(HEAD);
    assertThat(migration.todo())
        .contains("listen: the default of elastauth 2; a container needs 0.0.0.0:5000");
  }
}
