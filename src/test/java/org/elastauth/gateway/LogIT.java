package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
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
            .contains("Refused: this account is reserved")
            .doesNotContain(
                TestGateway.KEY,
                REDIS_PASSWORD,
                "query-pw-in-no-log",
                ElasticsearchServer.GATEWAY_PASSWORD,
                ElasticsearchServer.basic(
                        ElasticsearchServer.GATEWAY, ElasticsearchServer.GATEWAY_PASSWORD)
                    .substring(6),
                "own-pw-in-no-log");
        String decision = repaired.headers().firstValue("Elastauth-Decision").orElseThrow();
        assertThat(gateway.log().lines().filter(line -> line.contains(decision)))
            .as("on the event loop, and in the thread that asks Elasticsearch")
            .anyMatch(line -> line.contains("Cache miss"))
            .anyMatch(line -> line.contains("Elasticsearch rejected the password"));
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
        .containsOnlyOnce("(logged once a minute per address)")
        .contains(" peer=\"127.0.0.1\"");
  }

  /** An attacker must not fill the log, or read in it what others sent. */
  @Test
  @ExtendWith(OutputCaptureExtension.class)
  void anInvalidRequestIsLoggedOnceAndNotShown(CapturedOutput output) {
    String get = "GET /elastauth HTTP/1.1\r\nHost: g\r\nRemote-User: log.invalid\r\n";
    try (TestGateway gateway =
        TestGateway.builder()
            .set("elasticsearch.dry_run", "true")
            .set("log_level", "trace")
            .start()) {
      for (String invalid :
          List.of(
              get + "Authorization: Bearer in-no-log\u0001\r\n\r\n",
              get + "\r\n" + get + "Cookie: in-no-log\0\r\n\r\n" + get + "\r\n",
              get + "in-no-log\u0001: x\r\n\r\n",
              get + "in-no-log\r\n\r\n",
              get + "Content-Length: in-no-log\r\n\r\n",
              get + "Transfer-Encoding: in-no-log\r\n\r\n",
              get + "Expect: in-no-log\r\n\r\n",
              get + "Host: in-no-log%41\r\n\r\n",
              get + "Transfer-Encoding: chunked\r\n\r\nin-no-log\r\n\r\n",
              get + "Transfer-Encoding: chunked\r\n\r\n0\r\nin-no-log: \u0001\r\n\r\n",
              "in-no-log\u0001 / HTTP/1.1\r\nHost: g\r\n\r\n",
              "GET /elastauth/authz/%zz?code=in-no-log HTTP/1.1\r\nHost: g\r\nConnection: close\r\n\r\n",
              "GET /elastauth/in-no-log/../x HTTP/1.1\r\nHost: g\r\n\r\n",
              "GET /in-no-log HTTP/in-no-log\r\nHost: g\r\n\r\n")) {
        assertThat(gateway.raw(invalid)).as(invalid).doesNotContain("in-no-log");
      }
    }
    assertThat(output.toString()).doesNotContain("in-no-log").doesNotContain("\tat ");
    assertThat(output.getOut())
        .containsOnlyOnce("Refused: malformed HTTP request (the same is logged once a minute)");
  }

  /** An operator sees who was refused, from where and why, without a debug log. */
  @Test
  @ExtendWith(OutputCaptureExtension.class)
  void aRefusalIsLoggedOnceAMinute(CapturedOutput output) {
    TestGateway.SetClock clock = new TestGateway.SetClock(Instant.parse("2026-01-15T10:00:00Z"));
    try (TestGateway gateway =
        TestGateway.builder()
            .set("elasticsearch.dry_run", "true")
            .set("log_level", "info")
            .set("enable_group_whitelist", true)
            .set("group_whitelist", "known")
            .clock(clock)
            .start()) {
      for (int i = 0; i < 3; i++) {
        assertThat(gateway.get("/elastauth").statusCode()).isEqualTo(401);
        assertThat(gateway.decide("log.one", "unknown").statusCode()).isEqualTo(403);
        assertThat(gateway.decide("log.two", "unknown").statusCode()).isEqualTo(403);
        assertThat(
                gateway
                    .get("/", "Remote-User", "a:b", "X-Forwarded-For", "203.0.113.9")
                    .statusCode())
            .isEqualTo(400);
      }
      assertThat(gateway.get("/nothing").statusCode()).isEqualTo(404);
      assertThat(gateway.decide("log.three", "known").statusCode()).isEqualTo(200);
      assertThat(output.getOut().lines().filter(line -> line.contains("Refused: ")))
          .hasSize(4)
          .anyMatch(
              line ->
                  line.contains("Refused: no identity")
                      && line.contains("client=\"127.0.0.1\"")
                      && line.contains("path=\"/elastauth\"")
                      && line.contains("status=\"401\"")
                      && line.contains("reason=\"no_identity\""))
          .anyMatch(line -> line.contains("user=\"log.one\"") && line.contains("group_whitelist"))
          .anyMatch(
              line -> line.contains("user=\"log.two\"") && line.contains("not on the whitelist"))
          .anyMatch(line -> line.contains("malformed") && line.contains("client=\"203.0.113.9\""));
      clock.advance(Duration.ofSeconds(61));
      assertThat(gateway.decide("log.one", "unknown").statusCode()).isEqualTo(403);
      assertThat(output.getOut().lines().filter(line -> line.contains("user=\"log.one\"")))
          .hasSize(2);
      assertThat(gateway.get("/metrics").body())
          .contains("elastauth_decisions_total{outcome=\"allowed\",reason=\"none\"} 1.0")
          .contains("elastauth_decisions_total{outcome=\"refused\",reason=\"no_identity\"} 3.0")
          .contains("elastauth_decisions_total{outcome=\"refused\",reason=\"malformed\"} 3.0")
          .contains(
              "elastauth_decisions_total{outcome=\"refused\",reason=\"group_whitelist\"} 7.0");
    }
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
