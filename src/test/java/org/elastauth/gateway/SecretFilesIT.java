package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.KillArgs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.RedisServer;
import org.elastauth.server.Servers;
import org.elastauth.server.TestGateway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Passwords in files, which an operator or Kubernetes replaces while the gateway runs. */
@ExtendWith({Servers.class, OutputCaptureExtension.class})
class SecretFilesIT {
  private static final String ACCOUNT = "rotated.account";

  @TempDir Path folder;

  private final ElasticsearchServer elasticsearch;

  SecretFilesIT(ElasticsearchServer elasticsearch) {
    this.elasticsearch = elasticsearch;
  }

  private void account(String password) {
    assertThat(
            elasticsearch
                .admin(
                    "PUT",
                    "/_security/user/" + ACCOUNT,
                    "{\"password\":\"" + password + "\",\"roles\":[\"elastauth_gateway\"]}")
                .statusCode())
        .isEqualTo(200);
  }

  @Test
  void aNewPasswordNeedsNoRestart(CapturedOutput output) throws Exception {
    account("first-pw");
    Path ofRedis = Files.writeString(folder.resolve("redis"), "redis-first\n");
    Path ofElasticsearch = Files.writeString(folder.resolve("elasticsearch"), "first-pw\n");
    try (RedisServer redis = RedisServer.start("--requirepass", "redis-first");
        TestGateway gateway =
            TestGateway.builder()
                .on(elasticsearch)
                .with(redis)
                .set("elasticsearch.username", ACCOUNT)
                .set("elasticsearch.password", "")
                .set("elasticsearch.password_file", ofElasticsearch)
                .set("redis.password_file", ofRedis)
                .start()) {
      String authorization = gateway.login("rotated.user");

      Files.writeString(ofElasticsearch, "second-pw\n");
      account("second-pw");
      gateway.login("rotated.other");
      assertThat(output.getOut())
          .contains("Elasticsearch refused the password of the gateway; its file has another")
          .doesNotContain("second-pw");

      Files.writeString(ofRedis, "redis-second\n");
      redis.admin().configSet("requirepass", "redis-second");
      redis.admin().clientKill(KillArgs.Builder.typeNormal().skipme());
      long entries = redis.admin().dbsize();
      Awaitility.await("the new password of Redis")
          .atMost(Duration.ofSeconds(30))
          .until(
              () -> {
                gateway.login("rotated.third" + System.nanoTime());
                return redis.admin().dbsize() > entries;
              });
      assertThat(gateway.login("rotated.user")).isEqualTo(authorization);
      assertThat(gateway.health().path("status").asText()).isEqualTo("healthy");
    }
  }
}
