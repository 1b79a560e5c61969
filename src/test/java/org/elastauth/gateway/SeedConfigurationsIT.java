package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.KeycloakServer;
import org.elastauth.server.PackagedJar;
import org.elastauth.server.RedisServer;
import org.elastauth.server.Servers;
import org.elastauth.server.TestGateway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * SPEC 11: the complete configurations of elastauth's own documentation, with their variables set,
 * let a user in. Nothing is changed in them but the addresses.
 */
@ExtendWith(Servers.class)
@Timeout(300)
class SeedConfigurationsIT {
  private static final String REDIS_PASSWORD = "redis-pw1";

  @TempDir Path folder;

  private String seed(String name) throws Exception {
    return new String(
        getClass().getResourceAsStream("/seeds/" + name + ".yml").readAllBytes(),
        StandardCharsets.UTF_8);
  }

  private static Map<String, String> variables(
      RedisServer redis, ElasticsearchServer elasticsearch, KeycloakServer keycloak) {
    Map<String, String> variables = new HashMap<>();
    variables.put("OIDC_ISSUER", keycloak.issuer());
    variables.put("OIDC_CLIENT_ID", KeycloakServer.CLIENT);
    variables.put("OIDC_CLIENT_SECRET", KeycloakServer.CLIENT_SECRET);
    variables.put("REDIS_HOST", redis.address());
    variables.put("REDIS_CLUSTER_HOST", redis.address());
    variables.put("REDIS_USERNAME", "default");
    variables.put("REDIS_PASSWORD", REDIS_PASSWORD);
    variables.put("CACHE_EXPIRATION", "7d");
    for (int i = 1; i <= 3; i++) {
      variables.put("ELASTICSEARCH_HOST_" + i, elasticsearch.url());
    }
    variables.put("ELASTICSEARCH_USERNAME", ElasticsearchServer.GATEWAY);
    variables.put("ELASTICSEARCH_PASSWORD", ElasticsearchServer.GATEWAY_PASSWORD);
    variables.put("SECRET_KEY", TestGateway.KEY);
    return variables;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "basic|[\"kibana_user\"]",
        "production|[\"dev_role\",\"kibana_user\"]",
        "high-availability|[\"dev_limited_access\",\"kibana_admin\",\"kibana_user\",\"superuser\"]"
      })
  void aCompleteConfigurationLetsAUserIn(
      String name, String roles, ElasticsearchServer elasticsearch, KeycloakServer keycloak)
      throws Exception {
    boolean basic = name.equals("basic");
    try (RedisServer redis =
        basic ? RedisServer.start() : RedisServer.start("--requirepass", REDIS_PASSWORD)) {
      int port = RedisServer.freePort();
      Map<String, String> variables = variables(redis, elasticsearch, keycloak);
      if (basic) {
        variables.remove("REDIS_PASSWORD");
        variables.remove("REDIS_USERNAME");
        variables.put("OIDC_ISSUER", "");
      }
      variables.put("ELASTAUTH_LISTEN", "127.0.0.1:" + port);
      Files.writeString(
          folder.resolve("config.yml"),
          seed(name)
              .replace("https://auth.example.com", keycloak.issuer())
              .replace("https://elasticsearch:9200", elasticsearch.url())
              .replace("localhost:6379", redis.address())
              .replace("redis:6379", redis.address()));
      try (PackagedJar gateway = PackagedJar.run(folder, variables)) {
        gateway.awaitReady(port);
        HttpResponse<String> response =
            gateway.get(
                port,
                "/elastauth",
                "Authorization",
                "Bearer " + keycloak.token(KeycloakServer.JOHN));
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        JsonNode user =
            ElasticsearchServer.json(
                elasticsearch.request(
                    "GET",
                    "/_security/_authenticate",
                    TestGateway.authorization(response).orElseThrow(),
                    null));
        assertThat(user.path("username").asText()).isEqualTo("john.doe");
        assertThat(user.path("roles").toString()).isEqualTo(roles);
        assertThat(redis.template().keys("*"))
            .as("shared through Redis")
            .contains("elastauth-am9obi5kb2U%3D")
            .anyMatch(key -> key.startsWith("elastauth-oidc-jwks-"));
        assertThat(gateway.output())
            .contains("Setting cache (config.yml:")
            .contains("is set twice in the file; the last value is used")
            .contains("Using Redis caching backend")
            .doesNotContain("Unknown setting");
      }
    }
  }

  /** What has no effect here is named, and nothing must change. */
  @ParameterizedTest
  @ValueSource(strings = {"every-key-of-1", "every-key-of-2"})
  void everyKeyOfElastauthIsAccepted(String name) throws Exception {
    Files.writeString(folder.resolve("config.yml"), seed(name));
    try (PackagedJar gateway = PackagedJar.run(folder, Map.of(), "--check-config")) {
      assertThat(gateway.exitCode()).as(gateway.output()).isZero();
      assertThat(gateway.output())
          .contains(
              "Settings of elastauth are ignored: there is no tracing", "configuration is valid")
          .doesNotContain("Unknown setting", "your-client-secret", "changeme");
    }
  }

  /** The proxy mode of elastauth 2, in one line. */
  @Test
  void whatMustChangeIsOneLine() throws Exception {
    Files.writeString(
        folder.resolve("config.yml"),
        seed("every-key-of-2").replaceFirst("enabled: false", "enabled: true"));
    try (PackagedJar gateway =
        PackagedJar.run(folder, Map.of("ELASTAUTH_CONFIG", folder.toString()), "--check-config")) {
      assertThat(gateway.exitCode()).isEqualTo(1);
      assertThat(gateway.output().lines().filter(line -> line.contains("\"error\"")))
          .singleElement()
          .asString()
          .contains("Configuration: proxy.enabled: turns on a reverse proxy");
    }
  }

  /** The first of them names none. */
  @Test
  void withoutAKeyItEndsInTheMessageThatSaysSo() throws Exception {
    Path file = Files.writeString(folder.resolve("mine.yml"), seed("basic"));
    try (PackagedJar gateway =
        PackagedJar.run(
            folder,
            Map.of("OIDC_CLIENT_SECRET", "s", "ELASTICSEARCH_PASSWORD", "p"),
            "--config",
            file.toString(),
            "--check-config")) {
      assertThat(gateway.exitCode()).isEqualTo(1);
      assertThat(gateway.output()).contains("secret_key: is missing").doesNotContain("oidc.");
    }
  }

  @Test
  void aFileThatCannotBeReadIsOneMessageWithoutItsText() throws Exception {
    Path broken = Files.writeString(folder.resolve("broken.yml"), "oidc: {client_secret: s3cret\n");
    for (String name : new String[] {broken.toString(), folder.resolve("none.yml").toString()}) {
      try (PackagedJar gateway =
          PackagedJar.run(folder, Map.of(), "--config=" + name, "--check-config")) {
        assertThat(gateway.exitCode()).isEqualTo(1);
        assertThat(gateway.output()).contains("--config: ").doesNotContain("s3cret", name);
      }
    }
  }

  @Test
  void theEnvironmentWinsAndElastauthsOwnFormWinsOverApplicationYaml() throws Exception {
    Files.writeString(
        folder.resolve("config.yml"),
        "listen: ${HOST:-127.0.0.1}:${PORT:-0}\nlog_format: json\ncache: {typ: memory}\n");
    Files.writeString(
        folder.resolve("application.yaml"), "elastauth: {log_format: text, log_level: wrong}");
    try (PackagedJar gateway =
        PackagedJar.run(folder, Map.of("PORT", "", "LOG_LEVEL", "info"), "--check-config")) {
      assertThat(gateway.exitCode()).as("shared through Redis").isZero();
      assertThat(gateway.output())
          .contains("\"msg\":\"Unknown setting elastauth.cache.typ is ignored; did you mean")
          .contains("configuration is valid");
    }
  }
}
