package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.PackagedGateway;
import org.elastauth.server.RecordingTcpProxy;
import org.elastauth.server.RedisServer;
import org.elastauth.server.Servers;
import org.elastauth.server.TestGateway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** SPEC 10: what a log says, and what it must not. */
@ExtendWith(Servers.class)
@Timeout(120)
class LogIT {
  private static final String REDIS_PASSWORD = "redis-pw-in-no-log";

  private final ElasticsearchServer elasticsearch;

  LogIT(ElasticsearchServer elasticsearch) {
    this.elasticsearch = elasticsearch;
  }

  /** SPEC 13.10: at the lowest level, when everything that can fail does. */
  @Test
  void noSecretAtAnyLevel(@TempDir Path folder) throws Exception {
    try (RedisServer redis = RedisServer.start("--requirepass", REDIS_PASSWORD);
        RecordingTcpProxy toElasticsearch =
            RecordingTcpProxy.to(URI.create(elasticsearch.url()).getPort())) {
      Map<String, String> environment = new HashMap<>();
      environment.put("ELASTAUTH_LOG_LEVEL", "trace");
      environment.put("ELASTAUTH_REDIS_HOST", redis.address());
      environment.put("ELASTAUTH_REDIS_PASSWORD", REDIS_PASSWORD);
      environment.put("ELASTAUTH_REDIS_HEALTH_CHECK_INTERVAL", "1s");
      environment.put(
          "ELASTAUTH_ELASTICSEARCH_HOSTS", "http://127.0.0.1:" + toElasticsearch.port());
      environment.put("ELASTAUTH_ELASTICSEARCH_USERNAME", ElasticsearchServer.GATEWAY);
      environment.put("ELASTAUTH_ELASTICSEARCH_PASSWORD", ElasticsearchServer.GATEWAY_PASSWORD);
      try (PackagedGateway gateway = PackagedGateway.start(folder, environment)) {
        String user = "log.user";
        HttpResponse<String> login = gateway.get("/elastauth", "Remote-User", user);
        assertThat(login.statusCode()).isEqualTo(200);
        String authorization = TestGateway.authorization(login).orElseThrow();
        // its own choice makes the gateway prove, and repair, the password
        elasticsearch.request(
            "POST",
            "/_security/user/_password",
            authorization,
            "{\"password\":\"own-pw-in-no-log\"}");
        HttpResponse<String> repaired =
            gateway.get(
                "/elastauth",
                "Remote-User",
                user,
                "Remote-Groups",
                "moved",
                "Authorization",
                authorization);
        assertThat(repaired.statusCode()).isEqualTo(200);
        assertThat(gateway.get("/elastauth", "Remote-User", "elastic").statusCode()).isEqualTo(403);
        assertThat(gateway.get("/elastauth", "Remote-User", "..").statusCode()).isEqualTo(400);
        assertThat(gateway.get("/elastauth?Authorization=" + "query-pw-in-no-log").statusCode())
            .isEqualTo(401);
        toElasticsearch.cut();
        assertThat(gateway.get("/elastauth", "Remote-User", "log.uncached").statusCode())
            .isEqualTo(503);
        Awaitility.await()
            .until(() -> gateway.log().contains("Redis connection initialized successfully"));
        redis.kill();
        Awaitility.await()
            .until(
                () ->
                    gateway.log().contains("Redis connection failed, falling back to memory")
                        && gateway
                            .log()
                            .contains("Elasticsearch is unreachable or refuses requests"));
        assertThat(gateway.get("/elastauth", "Remote-User", user, "Remote-Groups", "moved").body())
            .contains(user);

        assertThat(gateway.log())
            .contains("Cache miss")
            .contains("Refused: the account is reserved")
            .doesNotContain(
                TestGateway.KEY,
                REDIS_PASSWORD,
                "query-pw-in-no-log",
                ElasticsearchServer.GATEWAY_PASSWORD,
                ElasticsearchServer.basic(
                        ElasticsearchServer.GATEWAY, ElasticsearchServer.GATEWAY_PASSWORD)
                    .substring(6),
                "own-pw-in-no-log");
        for (HttpResponse<String> answer : List.of(login, repaired)) {
          String credentials = TestGateway.authorization(answer).orElseThrow().substring(6);
          assertThat(gateway.log())
              .doesNotContain(credentials)
              .doesNotContain(
                  new String(Base64.getDecoder().decode(credentials), StandardCharsets.UTF_8)
                      .substring(user.length() + 1));
        }
      }
    }
  }

  /**
   * The first mistake that is made with containers, and a proxy shows its operator only the 403.
   */
  @Test
  @ExtendWith(OutputCaptureExtension.class)
  void aPeerThatIsNotTrustedIsNamedOnceAMinute(CapturedOutput output) {
    try (TestGateway gateway =
        TestGateway.builder()
            .set("elasticsearch.dry_run", "true")
            .set("trusted_proxies", "192.0.2.1/32")
            .start()) {
      assertThat(gateway.decide("log.untrusted").statusCode()).isEqualTo(403);
      assertThat(gateway.decide("log.untrusted").statusCode()).isEqualTo(403);
    }
    assertThat(output.getOut())
        .containsOnlyOnce("(logged once a minute per address) peer=\"127.0.0.1\"");
  }

  @Test
  @ExtendWith(OutputCaptureExtension.class)
  void aWrongPasswordForRedisIsSaidAndNotShown(CapturedOutput output) {
    String wrong = "wrong-redis-pw-in-no-log";
    try (RedisServer redis = RedisServer.start("--requirepass", REDIS_PASSWORD);
        TestGateway gateway =
            TestGateway.builder()
                .on(elasticsearch)
                .with(redis)
                .set("redis.password", wrong)
                .set("log_level", "trace")
                .start()) {
      String header = gateway.login("log.wrong");
      Awaitility.await()
          .until(
              () -> output.toString().contains("Redis connection failed, falling back to memory"));
      assertThat(output.toString())
          .contains("WRONGPASS")
          .contains("Cache miss")
          .doesNotContain(
              wrong,
              TestGateway.KEY,
              header.substring(6),
              ElasticsearchServer.GATEWAY_PASSWORD,
              REDIS_PASSWORD);
    }
  }

  @Test
  @ExtendWith(OutputCaptureExtension.class)
  void aDryRunWarnsThatWhatItAnswersOpensNothing(CapturedOutput output) {
    try (TestGateway gateway = TestGateway.builder().set("elasticsearch.dry_run", true).start()) {
      assertThat(gateway.decide("log.dry").statusCode()).isEqualTo(200);
    }
    assertThat(output.toString().lines())
        .anyMatch(
            line ->
                line.contains(" WARN ")
                    && line.contains("elasticsearch.dry_run is on")
                    && line.contains("not valid there"));
  }
}
