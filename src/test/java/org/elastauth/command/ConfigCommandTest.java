package org.elastauth.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;

class ConfigCommandTest {
  private static final String SETTINGS =
      """
      listen: :5001
      secret_key: 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
      redis: {url: "redis://hunter2:hunter2@redis:6379/1", password: hunter2}
      cache: {expire: 90m, url: "jdbc:postgresql://db/x?user=hunter2&password=hunter2"}
      oidc: {client_secret: hunter2, custom_headers: {X-Api-Key: hunter2}}
      admin: {credential: hunter2-0123456789-abcdefgh-QRSTUVW}
      elasticsearch: {username: gateway, password: hunter2}
      group_mappings:
        Platform.Admins: [superuser, monitoring_user]
      my: {folder: /files, webhook_token: hunter2, server: "https://hunter2:hunter2@h/x"}
      cahce: hunter2
      """;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  @TempDir Path folder;

  private int run(String... arguments) throws Exception {
    Path file = Files.writeString(folder.resolve("mine.yml"), SETTINGS);
    String[] all = new String[arguments.length + 2];
    all[0] = "config";
    all[1] = "--config=" + file;
    System.arraycopy(arguments, 0, all, 2, arguments.length);
    return ElastauthCommand.execute(new PrintWriter(out, true), new PrintWriter(err, true), all);
  }

  @Test
  void whatDiffersFromTheDefaultsIsYamlWithItsOrigin() throws Exception {
    assertThat(run("--elastauth.log_level=debug")).as(err.toString()).isZero();
    assertThat(out.toString().lines().map(line -> line.strip().replaceAll(" +", " ")))
        .contains(
            "# file: " + folder.resolve("mine.yml"),
            "listen: :5001 # mine.yml:1",
            "log_level: debug # --elastauth.log_level",
            "expiration: 1h30m # mine.yml:4, as cache.expire",
            "type: redis # follows from redis.url",
            "url: jdbc:postgresql://db/x?*** # mine.yml:4",
            "url: redis://***@redis:6379/1 # mine.yml:3",
            "Platform.Admins: [superuser, monitoring_user] # mine.yml:9",
            "X-Api-Key: '***' # mine.yml:5",
            "folder: /files # mine.yml:10",
            "server: https://***@h/*** # mine.yml:10",
            "webhook_token: '***' # mine.yml:10")
        .noneMatch(line -> line.contains("default") || line.contains("hunter2"));
    assertThat(err.toString())
        .isEqualToIgnoringNewLines("config: unknown settings are ignored: elastauth.cahce");
    Map<String, Map<String, Object>> read = new Yaml().load(out.toString());
    assertThat(read.get("elastauth").get("group_mappings").toString())
        .isEqualTo("{Platform.Admins=[superuser, monitoring_user]}");
  }

  @Test
  void allSettingsAreJsonWithoutSecrets() throws Exception {
    assertThat(run("--all", "--json")).isZero();
    JsonNode settings = new ObjectMapper().readTree(out.toString());
    assertThat(settings.path("redis.password").path("value").asText()).isEqualTo("***");
    assertThat(settings.path("redis.sentinel_password").toString())
        .isEqualTo("{\"value\":\"\",\"origin\":\"default\"}");
    assertThat(settings.path("cache.expiration").toString())
        .isEqualTo("{\"value\":\"1h30m\",\"origin\":\"mine.yml:4\",\"alias\":\"cache.expire\"}");
    assertThat(settings.path("redis.patience").path("value").asText()).isEqualTo("200ms");
    assertThat(settings.path("redis.pool_size").path("value").isInt()).isTrue();
    assertThat(out.toString()).doesNotContain("hunter2").doesNotContain("000102");
  }

  /** It may be a secret in the wrong place. */
  @Test
  void anInvalidValueIsNotShown() throws Exception {
    assertThat(run("--json", "--elastauth.listen=hunter2", "--elastauth.cache.key_prefix=hunter 2"))
        .isEqualTo(1);
    assertThat(out.toString()).contains("--elastauth.listen").doesNotContain("hunter");
    assertThat(run("--json", "--elastauth.response.headers.X-User=hunter2")).isEqualTo(1);
    assertThat(out.toString()).contains("response.headers.X-User").doesNotContain("hunter");
    assertThat(err.toString()).contains("elastauth check names them");
    assertThat(run("--json", "--elastauth.elasticsearch.hosts=hunter2:pw@h:9200,http://h2:9200"))
        .isEqualTo(1);
    assertThat(out.toString()).doesNotContain("hunter");
  }
}
