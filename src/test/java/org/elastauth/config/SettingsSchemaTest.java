package org.elastauth.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;

/** The JSON Schemas of the configuration files are fresh, and judge as the gateway does. */
class SettingsSchemaTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path FOLDER = Path.of("src/docs/reference");
  private static final String CONFIG = "config.schema.json";
  private static final String APPLICATION = "application.schema.json";

  @Test
  void theSchemasSayWhatTheCodeSays() throws IOException {
    Map<String, JsonNode> schemas =
        Map.of(
            CONFIG,
            SettingsSchema.ofConfig(DescribedSettings.read()),
            APPLICATION,
            SettingsSchema.ofApplication());
    for (String name : schemas.keySet()) {
      String made =
          JSON.writerWithDefaultPrettyPrinter().writeValueAsString(schemas.get(name)) + "\n";
      Path copy = Files.writeString(Path.of("target", name), made);
      assertThat(Files.readString(FOLDER.resolve(name)))
          .as("copy %s to %s", copy, FOLDER)
          .isEqualTo(made);
    }
  }

  private static Set<String> faults(String schema, String yaml) {
    LoaderOptions options = new LoaderOptions();
    options.setAllowDuplicateKeys(true);
    return faults(schema, JSON.<JsonNode>valueToTree(new Yaml(options).load(yaml)));
  }

  private static Set<String> faults(String schema, JsonNode file) {
    JsonSchema judge =
        JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7)
            .getSchema(SchemaLocation.of(FOLDER.resolve(schema).toUri().toString()));
    return judge.validate(file).stream()
        .map(ValidationMessage::getMessage)
        .collect(Collectors.toSet());
  }

  @Test
  void applicationYamlIsValidWithAndWithoutItsComments() throws IOException {
    assertThat(faults(APPLICATION, Files.readString(DescribedSettings.FILE))).isEmpty();
    assertThat(faults(APPLICATION, CommentedDefaultsTest.uncommented())).isEmpty();
    assertThat(faults(APPLICATION, "spring: {main: {}}\nmy: {folder: /data}\nelastauth:\n"))
        .isEmpty();
    assertThat(faults(APPLICATION, "cache: {type: redis}")).isNotEmpty();
    assertThat(faults(APPLICATION, "elastauth: {cache: {typ: redis}}")).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"basic", "production", "high-availability"})
  void anExampleOfElastauthIsValid(String name) throws IOException {
    assertThat(faults(CONFIG, Files.readString(Path.of("src/test/resources/seeds", name + ".yml"))))
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{cache: {type: folder, expiration: 90, extend: 'On'}}",
        "{cache: {key-prefix: 'a-', keyPrefix: 'a-', expiration: 1h30m}}",
        "{cache_type: redis, redis.host: 'redis:6379', default_es_roles: a}",
        "{redis: {password_file: /run/secrets/a, addr: 'redis:6379', pool_size: '${SIZE:-10}'}}",
        "{session: {policy: Fail-Open, enabled: 1}, log_level: INFO, listen: 5000}",
        "{oidc: {enabled: true, issuer: ''}, headers: {groups: X-Groups}, my: {any: [1]}}",
        "{group_mappings: {any: a, other: [b]}, trusted_proxies: 10.0.0.0/8}",
        "{expiry: {delete_after: 0s}, elasticsearch:}"
      })
  void whatTheGatewayReadsIsValid(String yaml) {
    assertThat(faults(CONFIG, yaml)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{cache: {typ: redis}}",
        "{cach: {type: redis}}",
        "{cache: {expiration: 1 hour}}",
        "{cache: {expiration: 30}}",
        "{cache: {type: 'a b'}}",
        "{redis: {pool_size: 0}}",
        "{redis: {pool_size: many}}",
        "{redis: {host_file: /a}}",
        "{log_level: loud}",
        "{session: {enabled: perhaps}}",
        "{secret_key: abc}",
        "{oidc: {issuer: keycloak}}",
        "{listen: [5000]}",
        "{group_mappings: [a]}"
      })
  void whatTheGatewayRefusesIsInvalid(String yaml) {
    assertThat(faults(CONFIG, yaml)).isNotEmpty();
  }

  /** Editors of version 1.1 of YAML would read other values. */
  @Test
  void everyDefaultIsValid() throws JsonProcessingException, IOException {
    JsonNode definitions = JSON.readTree(FOLDER.resolve(CONFIG).toFile()).get("definitions");
    assertThat(definitions.properties().stream().filter(each -> each.getValue().has("default")))
        .isNotEmpty()
        .allSatisfy(
            each ->
                assertThat(
                        JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7)
                            .getSchema(each.getValue())
                            .validate(each.getValue().get("default")))
                    .as(each.getKey())
                    .isEmpty());
  }
}
