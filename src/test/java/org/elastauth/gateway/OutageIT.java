package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.Load;
import org.elastauth.server.RedisServer;
import org.elastauth.server.Servers;
import org.elastauth.server.TestGateway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** SPEC 8: what users see when Redis or Elasticsearch is away. */
@ExtendWith(Servers.class)
@Timeout(120)
class OutageIT {
  private final ElasticsearchServer elasticsearch;
  private RedisServer redis;
  private TestGateway gateway;

  OutageIT(ElasticsearchServer elasticsearch) {
    this.elasticsearch = elasticsearch;
  }

  @BeforeEach
  void start() {
    redis = RedisServer.start();
    gateway =
        TestGateway.builder()
            .on(elasticsearch)
            .with(redis)
            .set("redis.read_timeout", "1s")
            .set("redis.circuit_breaker.timeout", "1s")
            .set("redis.health_check.interval", "1s")
            .set("elasticsearch.read_timeout", "2s")
            .start();
    awaitRedis(true);
  }

  @AfterEach
  void stop() {
    elasticsearch.resume();
    gateway.close();
    redis.close();
  }

  private void awaitRedis(boolean connected) {
    Awaitility.await("redis.available = " + connected)
        .atMost(Duration.ofSeconds(20))
        .until(() -> gateway.health().path("redis").path("available").asBoolean() == connected);
  }

  private String breaker() {
    return gateway.health().path("cache").path("circuit_breaker").path("state").asText();
  }

  @Test
  void redisKilledAndRestartedUnderLoad() {
    try (Load load = new Load(gateway, "outage.a", "outage.b", "outage.c", "outage.d")) {
      redis.kill();
      awaitRedis(false);
      assertThat(gateway.health().path("status").asText()).isEqualTo("degraded");
      assertThat(gateway.get("/elastauth/ready").statusCode()).isEqualTo(200);
      redis.restart();
      awaitRedis(true);
      Awaitility.await("breaker").until(() -> breaker().equals("closed"));
      Awaitility.await("Redis is read and filled again")
          .until(() -> redis.template().keys("*").size() == 4);
    }
  }

  @Test
  void redisFrozen() {
    try (Load load = new Load(gateway, "outage.frozen")) {
      redis.freeze();
      Awaitility.await("breaker").until(() -> breaker().equals("open"));
      redis.resume();
      Awaitility.await("breaker").until(() -> breaker().equals("closed"));
      awaitRedis(true);
    }
  }

  @Test
  void redisEmptiedUnderLoadCostsElasticsearchNoWrite() {
    try (Load load = new Load(gateway, "outage.emptied", "outage.emptied2")) {
      long version = elasticsearch.version("outage.emptied");
      redis.flush();
      Awaitility.await("Redis is filled again").until(() -> redis.template().keys("*").size() == 2);
      assertThat(elasticsearch.version("outage.emptied")).isEqualTo(version);
    }
  }

  @Test
  void redisNeverThere() {
    try (TestGateway lonely =
        TestGateway.builder()
            .on(elasticsearch)
            .set("redis.host", "127.0.0.1:" + RedisServer.freePort())
            .start()) {
      String header = lonely.login("outage.lonely");
      assertThat(lonely.login("outage.lonely"))
          .isEqualTo(header)
          .isEqualTo(gateway.login("outage.lonely"));
      assertThat(lonely.get("/elastauth/ready").statusCode()).isEqualTo(200);
      Awaitility.await().until(() -> lonely.health().path("status").asText().equals("degraded"));
      assertThat(lonely.health().path("redis").path("available").asBoolean()).isFalse();
    }
  }

  @Test
  void whatWasWrittenWhileRedisWasAwayReplacesWhatItHolds() {
    String old = gateway.login("outage.stale", "one");
    String key = redis.template().keys("*").iterator().next();
    String entry = redis.template().opsForValue().get(key);
    redis.kill();
    // another group while Redis is away
    assertThat(gateway.login("outage.stale", "two")).isEqualTo(old);
    redis.restart();
    redis.template().opsForValue().set(key, entry);
    awaitRedis(true);
    Awaitility.await()
        .untilAsserted(
            () -> {
              assertThat(gateway.login("outage.stale", "two")).isEqualTo(old);
              assertThat(redis.template().opsForValue().get(key)).isNotNull().isNotEqualTo(entry);
            });
  }

  @Test
  void elasticsearchFrozenHoldsUpNobodyWhoIsCached() {
    String cached = gateway.login("outage.cached");
    elasticsearch.freeze();
    List<CompletableFuture<HttpResponse<String>>> missing =
        IntStream.range(0, 60).mapToObj(i -> gateway.decideLater("outage.missing")).toList();
    for (int i = 0; i < 100; i++) {
      assertThat(gateway.login("outage.cached")).isEqualTo(cached);
    }
    assertThat(missing).allSatisfy(answer -> assertThat(answer.join().statusCode()).isEqualTo(503));
    missing.forEach(
        answer -> {
          assertThat(answer.join().headers().firstValue("Retry-After")).isPresent();
          assertThat(answer.join().body()).contains("\"code\":503").doesNotContain("127.0.0.1");
        });
    IntStream.range(0, 6).forEach(i -> gateway.decide("outage.missing" + i));
    assertThat(
            gateway.health().path("elasticsearch").path("circuit_breaker").path("state").asText())
        .isEqualTo("open");

    redis.kill();
    assertThat(gateway.login("outage.cached")).as("both away").isEqualTo(cached);
    assertThat(gateway.health().path("status").asText()).isEqualTo("degraded");
    assertThat(gateway.get("/elastauth/ready").statusCode()).isEqualTo(200);

    elasticsearch.resume();
    Awaitility.await("a miss is served again")
        .atMost(Duration.ofSeconds(30))
        .until(() -> gateway.decide("outage.missing").statusCode() == 200);
  }

  @Test
  void elasticsearchThatRefusesTheGatewayIs503AndSaysSoOnlyToTheOperator() {
    try (TestGateway wrong =
        TestGateway.builder()
            .on(elasticsearch)
            .set("elasticsearch.password", "wrong-password")
            .start()) {
      HttpResponse<String> response = wrong.decide("outage.refused");
      assertThat(response.statusCode()).isEqualTo(503);
      assertThat(response.body())
          .doesNotContain("401")
          .doesNotContain("account")
          .doesNotContain("wrong-password");
      Awaitility.await()
          .until(() -> !wrong.health().path("elasticsearch").path("available").asBoolean());
    }
  }
}
