package org.elastauth.migrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.elastauth.config.SettingsReader.Reading;
import org.elastauth.server.TestGateway;
import org.elastauth.startup.Settings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The published examples of other programs: their names, values of ours. */
@Timeout(120)
class MigrationTest {
  @TempDir Path folder;

  private static Migration migration(String... names) throws IOException {
    List<Path> files = List.of(names).stream().map(ForeignFiles.FOLDER::resolve).toList();
    return Migration.of(files, Optional.empty(), "");
  }

  private Migration of(String name, String text) throws IOException {
    return Migration.of(
        List.of(Files.writeString(folder.resolve(name), text)), Optional.empty(), "");
  }

  /** The written files, read as a start reads them. */
  private Reading<Settings> written(Migration migration) throws IOException {
    Path output = folder.resolve("written-" + System.nanoTime() + ".yml");
    List<Path> files = migration.write(output);
    Map<String, String> variables = ForeignFiles.variables();
    variables.keySet().retainAll(migration.variables());
    if (files.size() > 1) {
      variables.putAll(ForeignFiles.lines(files.get(1)));
    }
    return ForeignFiles.read(output, variables);
  }

  private static String text(Migration migration) {
    return String.join("\n", Table.of(migration.rows())) + String.join("\n", migration.todo());
  }

  static List<String> files() throws IOException {
    return ForeignFiles.names();
  }

  @ParameterizedTest
  @MethodSource("files")
  void theResultOfEachExampleLoadsAndShowsNoSecret(String name) throws Exception {
    Migration migration = migration(name);
    Reading<Settings> written = written(migration);
    assertThat(written.unknown()).isEmpty();
    // an account without a name is one of the things to do
    assertThat(written.faults())
        .allMatch(fault -> fault.key().equals("elasticsearch.username"))
        .allMatch(fault -> migration.todo().toString().contains("elasticsearch.username"));
    assertThat(text(migration)).doesNotContain("hunter2", TestGateway.KEY);
    Path output = folder.resolve("again.yml");
    List<Path> files = migration.write(output);
    assertThat(output).content().doesNotContain("hunter2", TestGateway.KEY, "changed");
    boolean hasSecret =
        migration.rows().stream()
            .anyMatch(row -> row.value().contains("***") && !row.remark().contains("a new key"));
    assertThat(
            files.size() > 1 && Files.readString(files.get(1)).matches("(?s).*(hunter2|=redis:).*"))
        .as("its secrets are in the other file")
        .isEqualTo(hasSecret && !name.equals("authly-compose.yml"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "elastauth-v1.yml                     | elastauth 1 | elasticsearch.hosts listen",
        "elastauth-v1.env                     | elastauth 1 | default_roles",
        "elastauth-v1-flask.env               | elastauth 1 | default_roles listen",
        "elastauth-v2.yml                     | elastauth 2 |",
        "elastauth-v2.env                     | elastauth 2 | default_roles",
        "elastauth-v2-auth-only-compose.yml   | elastauth 2 | default_roles",
        "elastauth-v2-auth-only.env           | elastauth 2 | default_roles listen",
        "elastauth-v2-direct-proxy-compose.yml| elastauth 2 | ELASTAUTH_PROXY_ENABLED",
        "elastauth-v2-direct-proxy.yml        | elastauth 2 | proxy.enabled",
        "elastauth-v2-demo-compose.yml        | elastauth 2 | ELASTAUTH_CONFIG default_roles elasticsearch.hosts",
        "elastauth-v2-demo.yml                | elastauth 2 | default_roles",
        "elastauth-v2-configmap.yml           | elastauth 2 | listen",
        "elastauth-v2-kubernetes.yml          | elastauth 2 | default_roles elasticsearch.hosts",
        "elastauth-v2-production-compose.yml  | elastauth 2 | default_roles elasticsearch.hosts volumes",
        "keyline.yaml                         | Keyline     | oidc.default_es_user oidc.mappings role_mappings[1] role_mappings[3]",
        "keyline-standalone.yaml              | Keyline     | local_users.enabled local_users.users server.mode",
        "keyline-forwardauth.yaml             | Keyline     |",
        "traefikoidc.yml                      | traefikoidc | default_roles elasticsearch.hosts",
        "traefikoidc-compose.yml              | traefikoidc | default_roles elasticsearch.hosts",
        "traefikoidc-kubernetes.yml           | traefikoidc | callbackURL default_roles elasticsearch.hosts",
        "traefikoidc-dynamic.yml              | traefikoidc | allowedUserDomains callbackURL default_roles elasticsearch.hosts",
        "traefikoidc.env                      | traefikoidc | default_roles elasticsearch.hosts",
        "authly.env                           | Authly      | default_roles elasticsearch.hosts",
        "authly-compose.yml                   | Authly      | default_roles elasticsearch.hosts",
        "coalition-builder.env                | Coalition Builder | default_roles elasticsearch.hosts",
        "coalition-builder-ecs.json           | Coalition Builder | default_roles elasticsearch.hosts"
      })
  void theProgramIsRecognizedAndWhatDecidesIsToBeDone(String name, String program, String todo)
      throws Exception {
    Migration migration = migration(name);
    assertThat(migration.title()).endsWith("(" + program + ")");
    assertThat(
            migration.rows().stream()
                .filter(Row::decides)
                .map(row -> row.theirs().isEmpty() ? row.ours() : row.theirs())
                .distinct()
                .sorted()
                .toList())
        .containsExactly(todo == null ? new String[0] : todo.split(" "));
  }

  /** What a file says under names that the gateway also reads itself has the same meaning. */
  @ParameterizedTest
  @CsvSource({
    "elastauth-v1.env",
    "elastauth-v2.yml",
    "elastauth-v2.env",
    "elastauth-v2-demo.yml",
    "traefikoidc.yml",
    "traefikoidc.env",
    "authly.env"
  })
  void theResultIsTheGatewayThatTheirFileStarts(String name) throws Exception {
    Settings written = written(migration(name)).settings();
    Settings theirs = ForeignFiles.read(ForeignFiles.FOLDER.resolve(name)).settings();
    assertThat(written.redis()).isEqualTo(theirs.redis());
    assertThat(written.cache()).isEqualTo(theirs.cache());
    assertThat(written.session()).isEqualTo(theirs.session());
    assertThat(written.rateLimit()).isEqualTo(theirs.rateLimit());
    assertThat(written.roles()).isEqualTo(theirs.roles());
    assertThat(written.identity()).isEqualTo(theirs.identity());
    // a variable has capitals only, and so has its header
    assertThat(written.oidc())
        .usingRecursiveComparison()
        .ignoringFields("customHeaders")
        .isEqualTo(theirs.oidc());
    assertThat(written.oidc().customHeaders().values())
        .containsExactlyElementsOf(theirs.oidc().customHeaders().values());
    assertThat(written.authProvider()).isEqualTo(theirs.authProvider());
    assertThat(written.elasticsearch().hosts()).isEqualTo(theirs.elasticsearch().hosts());
    assertThat(written.elasticsearch().tls()).isEqualTo(theirs.elasticsearch().tls());
    assertThat(written.elasticsearch().password()).isEqualTo(theirs.elasticsearch().password());
    assertThat(written.logLevel()).isEqualTo(theirs.logLevel());
  }

  @Test
  void keylinesSettingsHaveOurNames() throws Exception {
    Settings settings = written(migration("keyline.yaml")).settings();
    assertThat(settings.port()).isEqualTo(9000);
    assertThat(settings.authProvider()).isEqualTo("oidc");
    assertThat(settings.oidc().claimMappings().username()).isEqualTo("email");
    assertThat(settings.oidc().redirectUrl())
        .isEqualTo("https://auth.example.com/elastauth/oidc/callback");
    assertThat(settings.session().cookieDomain()).isEqualTo("example.com");
    assertThat(settings.roles().groupMappings())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "admin", List.of("superuser"), "developers", List.of("developer", "kibana_user")));
    assertThat(settings.elasticsearch().adopt()).isEqualTo("keyline");
    assertThat(settings.keys().secretKey()).hasSize(64);
  }

  /** As published, the section is not YAML. */
  @Test
  void aBrokenSectionIsNamedAndTheOthersAreTranslated() throws Exception {
    assertThat(migration("keyline.yaml").todo().get(0))
        .startsWith("keyline.yaml:30 is not YAML; check the indentation")
        .endsWith("the section local_users is left out");
  }

  @Test
  void keylineAndTraefikoidcNameUsersByEmail() throws Exception {
    for (String name : List.of("keyline-forwardauth.yaml", "traefikoidc-kubernetes.yml")) {
      assertThat(written(migration(name)).settings().oidc().claimMappings().username())
          .isEqualTo("email");
    }
  }

  @Test
  void aRemarkOfEachMappingSaysWhatToDo() throws Exception {
    assertThat(migration("keyline.yaml").rows())
        .anySatisfy(
            row -> {
              assertThat(row.theirs()).isEqualTo("role_mappings[1]");
              assertThat(row.place()).isEqualTo("keyline.yaml:70");
              assertThat(row.remark()).contains("*-developers", "one entry for each");
            })
        .anySatisfy(
            row -> {
              assertThat(row.theirs()).isEqualTo("role_mappings[3]");
              assertThat(row.remark()).contains("the claim email", "group_mappings");
            });
  }

  /** Each user's password follows from the key, so a published one must not be used. */
  @Test
  void aPublishedOrUnusableKeyIsReplaced() throws Exception {
    for (String name :
        List.of("elastauth-v2.yml", "elastauth-v1-flask.env", "traefikoidc-dynamic.yml")) {
      String key = written(migration(name)).settings().keys().secretKey();
      assertThat(key).hasSize(64).doesNotStartWith("0123456789abcdef").doesNotContain("hunter2");
      assertThat(written(migration(name)).settings().keys().secretKey()).isNotEqualTo(key);
    }
    assertThat(written(migration("elastauth-v1.env")).settings().keys().secretKey())
        .isEqualTo(TestGateway.KEY);
  }

  @Test
  void severalFilesAreOneConfigurationAndVariablesOverrideFiles() throws Exception {
    Migration migration = migration("elastauth-v2-demo.yml", "elastauth-v2-demo.env");
    Settings settings = written(migration).settings();
    assertThat(settings.logLevel()).isEqualTo("info");
    assertThat(settings.port()).isEqualTo(3000);
    assertThat(settings.redis().host()).isEqualTo("redis:6379");
    assertThat(text(migration))
        .contains("elastauth-v2-demo.yml:21", "not used, because the value is taken from")
        .contains("AUTHELIA_SESSION_SECRET");
  }

  @Test
  void aServiceCanBeChosen() throws Exception {
    Path file = ForeignFiles.FOLDER.resolve("elastauth-v2-production-compose.yml");
    assertThat(Migration.of(List.of(file), Optional.empty(), "elastauth-2").title())
        .contains("service elastauth-2");
    assertThatThrownBy(() -> Migration.of(List.of(file), Optional.empty(), "elastauth-3"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("it has service redis, service elastauth-1, service elastauth-2");
  }

  @Test
  void theOtherFilesOfAServiceAreNamed() throws Exception {
    assertThat(migration("elastauth-v2-production-compose.yml").todo())
        .contains(
            "volumes (elastauth-v2-production-compose.yml:19): reads ./elastauth-config.yml; give both:"
                + " migrate ./elastauth-config.yml elastauth-v2-production-compose.yml");
    assertThat(migration("elastauth-v2-production-compose.yml", "elastauth-v2.yml").todo())
        .isEmpty();
    assertRefused(
        "v1.yml",
        "services: {proxy: {build: ., env_file: ./src/.env}}",
        "v1.yml reads its variables from ./src/.env; give both: migrate ./src/.env v1.yml");
  }

  @Test
  void variablesOfDockerComposeHaveOurForm() throws Exception {
    Migration migration =
        of(
            "compose.yml",
            """
            services:
              elastauth:
                environment:
                  SECRET_KEY: ${SECRET_KEY:?make one}
                  CACHE_EXPIRATION: ${CACHE_EXPIRATION-2h}
                  ELASTAUTH_LISTEN: $ADDRESS
                  ELASTAUTH_DEFAULT_ROLES: a$$b
                  REDIS_PASSWORD:
            """);
    Path output = folder.resolve("result.yml");
    migration.write(output);
    assertThat(output)
        .content()
        .contains(
            "secret_key: ${SECRET_KEY}",
            "expiration: ${CACHE_EXPIRATION:-2h}",
            "listen: ${ADDRESS}",
            "- a$b",
            "password: ${REDIS_PASSWORD}");
  }

  @Test
  void noFileIsOverwritten() throws Exception {
    Migration migration = migration("elastauth-v2.yml");
    Path output = folder.resolve("mine.yml");
    Path secrets = Files.writeString(folder.resolve("mine.env"), "mine");
    assertThatThrownBy(() -> migration.write(output))
        .isInstanceOf(FileAlreadyExistsException.class)
        .hasMessageContaining("mine.env exists, and is not overwritten");
    assertThat(output).doesNotExist();
    Files.move(secrets, output);
    assertThatThrownBy(() -> migration.write(output)).isInstanceOf(IOException.class);
    assertThat(output).hasContent("mine");
    assertThat(secrets).doesNotExist();
    assertThatThrownBy(() -> migration.write(folder.resolve("none/mine.yml")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("none is not a folder; create it");
    assertThatThrownBy(() -> migration.write(folder)).hasMessageContaining("exists, and is not");
    assertThatThrownBy(() -> migration.write(Path.of("/"))).isInstanceOf(IOException.class);
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void onlyTheOwnerReadsTheFiles() throws Exception {
    List<Path> files = migration("elastauth-v2.yml").write(folder.resolve("mine.yml"));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(files.get(1))))
        .isEqualTo("rw-------");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "redis: {address: [a, b], keyPrefix: c}     | redis.address | is a list, but redis.host takes one value",
        "headers: [a]\\ndefault_roles: [b]        | headers       | is unknown",
        "cache_type: {a: b}\\ndefault_roles: [b]  | cache_type.a  | is unknown",
        "role_mappings: {claim: groups}\\ncache: {backend: redis} | role_mappings.claim | chooses accounts by rules",
        "role_mappings: [admin]                     | role_mappings[0] | has no pattern or no es_roles",
        "group_mappings: admin\\nheaders: {name: a}  | group_mappings | must be a map",
        "cache_lists: [{a: b}]\\nheaders: {name: a} | cache_lists   | is unknown",
        "default_roles: {a: b}\\nheaders: {name: a}  | default_roles.a | is unknown",
        "cache_tpye: redis\\nheaders: {name: a}      | cache_tpye     | is unknown; did you mean cache.type?",
        "ldap: {enabled: true, bind_password: 12345} | ldap.enabled  | adds users that this gateway cannot identify"
      })
  void aValueOfTheWrongKindIsNamed(String text, String name, String remark) throws Exception {
    Migration migration = of("theirs.yml", text.replace("\\n", "\n"));
    assertThat(migration.rows())
        .anySatisfy(
            row -> {
              assertThat(row.theirs()).isEqualTo(name);
              assertThat(row.remark()).startsWith(remark);
              assertThat(row.place()).startsWith("theirs.yml:");
            });
    assertThat(text(migration)).doesNotContain("12345");
    assertThat(written(migration).unknown()).isEmpty();
  }

  @Test
  void aValueThatBreaksARuleIsToBeDone() throws Exception {
    Migration migration =
        of("theirs.yml", "cache_type: redis\ncache_expire: soon\nlog_level: loud\n");
    assertThat(migration.todo())
        .anyMatch(line -> line.startsWith("cache.expiration=soon: not a duration"))
        .anyMatch(line -> line.startsWith("log_level=loud: is not one of"));
  }

  @Test
  void aFileThatCannotBeUsedIsRefusedWithTheReason() throws Exception {
    assertRefused(folder.resolve("none.yml"), "none.yml does not exist; correct the path");
    assertRefused(folder, "is a folder; name the file in it");
    assertRefused("large.yml", "#" + "x".repeat(1 << 20), "large.yml is larger than 1 MiB");
    assertRefused("binary.yml", "\0\1\2", "binary.yml is no text");
    assertRefused("empty.yml", "", "empty.yml contains no settings of a program");
    assertRefused("other.yml", "a: {b: c}", "other.yml contains no settings of a program");
    assertRefused("list.yml", "- a\n- b\n", "list.yml contains no settings of a program");
    assertRefused("cyclic.yml", "cache: &x {type: *x}", "cyclic.yml:1 contains itself through an");
    assertRefused(
        "tab.yml", "cache:\n\ttype: redis\n", "tab.yml:2 is not YAML; a tab must not indent it");
    assertRefused("nested.yml", "a: " + "[".repeat(5_000), "nested.yml is not YAML");
    assertRefused(
        "alone.yml", "apiVersion: v1\nkind: Secret\ndata: {a: b}\n", "contains no settings of a");
  }

  /** Each hint compares a name with all settings, so only the first names are compared. */
  private static void assertFewHints(Migration migration) {
    assertThat(migration.rows())
        .hasSizeGreaterThan(19_000)
        .filteredOn(row -> row.remark().endsWith("and has no counterpart"))
        .hasSize(100);
  }

  @Test
  void aFileOfTheLargestSizeEnds() throws Exception {
    StringBuilder variables = new StringBuilder("CACHE_TYPE=redis\n");
    StringBuilder keys = new StringBuilder("headers:\n");
    for (int i = 0; i < 19_000; i++) {
      variables.append("ELASTAUTH_CACHE_TYPO_").append(i).append("=1\n");
      keys.append("  cache_typo_").append(i).append(": 1\n");
    }
    assertFewHints(of(".env", variables.toString()));
    assertFewHints(of("large.yml", keys.toString()));
    assertRefused("broken.yml", "a: 1\n".repeat(150_000) + "a: [", "broken.yml:150001 is not YAML");
    assertRefused("quotes.yml", "a: \"" + "x".repeat(1_000_000), "is not YAML");
  }

  /** An expression that tries each of them as a start would not end within the time limit. */
  @ParameterizedTest
  @ValueSource(strings = {"${a-", "${a:-", "${", "$a"})
  void variablesThatAreNotClosedEnd(String variable) throws Exception {
    String value = variable.repeat(200_000);
    of(
        "compose.yml",
        "services: {e: {environment: {ELASTAUTH_AUTH_PROVIDER: authelia, ELASTAUTH_LOG_LEVEL: '%s'}}}"
            .formatted(value));
    of(
        "own.yml",
        "auth_provider: authelia\nheaders: {name: x}\nlog_level: '%s'\n".formatted(value));
  }

  @Test
  void aLineOfAnotherFormIsNamedAndARepeatedKey() throws Exception {
    assertThat(of(".env", "CACHE_TYPE=redis\nhunter2\nSECRET_KEY=a\n").todo())
        .contains(".env:2 is not of the form NAME=VALUE, and is left out");
    assertThat(of("twice.yml", "cache: {type: redis}\nheaders: {name: a, name: b}\n").todo())
        .contains("twice.yml sets headers.name (line 2) twice; the last value is used");
  }

  private void assertRefused(String name, String text, String reason) throws Exception {
    assertRefused(Files.writeString(folder.resolve(name), text), reason);
  }

  private static void assertRefused(Path file, String reason) {
    assertThatThrownBy(() -> Migration.of(List.of(file), Optional.empty(), ""))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(reason);
  }
}
