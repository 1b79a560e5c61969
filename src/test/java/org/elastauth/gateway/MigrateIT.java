package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.PackagedJar;
import org.elastauth.server.RedisServer;
import org.elastauth.server.Servers;
import org.elastauth.server.TestGateway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The page "migration": from the published Compose file of elastauth 2 to a login. */
@ExtendWith(Servers.class)
@Timeout(300)
class MigrateIT {
  @TempDir Path folder;

  @Test
  void thePublishedComposeFileMovesOver(ElasticsearchServer elasticsearch) throws Exception {
    elasticsearch.admin(
        "PUT",
        "/_security/user/migrate.john",
        "{\"password\":\"theirs-1\",\"roles\":[\"viewer\"],\"enabled\":true,\"email\":\"\","
            + "\"full_name\":\"\",\"metadata\":{\"groups\":[\"dev\"]}}");
    try (RedisServer redis = RedisServer.start()) {
      String compose =
          Files.readString(
              Path.of("src/test/resources/migrate/elastauth-v2-auth-only-compose.yml"));
      Files.writeString(
          folder.resolve("docker-compose.yml"),
          compose
              .replace("http://elasticsearch:9200", elasticsearch.url())
              .replace("USERNAME=elastic", "USERNAME=" + ElasticsearchServer.GATEWAY)
              .replace("hunter2-es", ElasticsearchServer.GATEWAY_PASSWORD)
              .replace("redis:6379", redis.address()));
      try (PackagedJar migrate =
          PackagedJar.run(folder, Map.of(), "migrate", "docker-compose.yml")) {
        assertThat(migrate.exitCode()).isEqualTo(3);
        assertThat(migrate.output())
            .contains("To do: default_roles: ", "Wrote migrated.yml", "Wrote migrated.env")
            .doesNotContain(ElasticsearchServer.GATEWAY_PASSWORD);
      }
      int port = RedisServer.freePort();
      Files.writeString(
          folder.resolve("migrated.yml"),
          "default_roles: [viewer]\nlisten: 127.0.0.1:" + port + "\n",
          StandardOpenOption.APPEND);
      try (PackagedJar gateway = PackagedJar.run(folder, secrets(), "--config", "migrated.yml")) {
        gateway.awaitReady(port);
        HttpResponse<String> response =
            gateway.get(port, "/", "Remote-User", "migrate.john", "Remote-Groups", "dev");
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        assertThat(
                elasticsearch
                    .request(
                        "GET",
                        "/_security/_authenticate",
                        TestGateway.authorization(response).orElseThrow(),
                        null)
                    .statusCode())
            .isEqualTo(200);
        assertThat(gateway.output())
            .contains("Taking over a user that elastauth created", "Using Redis caching backend")
            .doesNotContain("Unknown setting", "ERROR");
      }
    }
  }

  private Map<String, String> secrets() throws Exception {
    Map<String, String> secrets = new HashMap<>();
    for (String line : Files.readAllLines(folder.resolve("migrated.env"))) {
      if (!line.startsWith("#")) {
        secrets.put(line.replaceFirst("=.*", ""), line.replaceFirst("[^=]*=", ""));
      }
    }
    return secrets;
  }
}
