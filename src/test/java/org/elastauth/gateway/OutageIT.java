package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.FaultyTcpProxy;
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
    gateway = builder().start();
    awaitRedis(gateway, true);
  }

  private TestGateway.Builder builder() {
    return TestGateway.builder()
        .on(elasticsearch)
        .with(redis)
        .set("redis.read_timeout", "1s")
        .set("redis.circuit_breaker.timeout", "1s")
        .set("redis.health_check.interval", "1s")
        .set("elasticsearch.read_timeout", "2s");
  }

  @AfterEach
  void stop() {
    elasticsearch.resume();
    gateway.close();
    redis.close();
  }

  private static void awaitRedis(TestGateway gateway, boolean connected) {
    Awaitility.await("redis.available = " + connected)
        .atMost(Duration.ofSeconds(20))
        .until(() -> gateway.health().path("redis").path("available").asBoolean() == connected);
  }

  /** Degraded, which is neither an error nor a reason to send nobody. */
  private static void assertDegraded(TestGateway gateway) {
    assertThat(gateway.health().path("status").asText()).isEqualTo("degraded");
    assertThat(gateway.get("/health").statusCode()).isEqualTo(200);
    assertThat(gateway.get("/elastauth/ready").statusCode()).isEqualTo(200);
  }

  private String breaker() {
    return gateway.health().path("cache").path("circuit_breaker").path("state").asText();
  }

  /** SPEC 8: Redis down, and back; nobody notices. */
  @Test
  void redisKilledAndRestartedUnderLoad() {
    try (Load load = new Load(gateway, "outage.a", "outage.b", "outage.c", "outage.d")) {
      redis.kill();
      awaitRedis(gateway, false);
      assertDegraded(gateway);
      load.awaitRound();
      redis.restart();
      awaitRedis(gateway, true);
      Awaitility.await("breaker").until(() -> breaker().equals("closed"));
      Awaitility.await("Redis is read and filled again")
          .until(() -> redis.template().keys("*").size() == 4);
    }
  }

  /** SPEC 8: Redis slow. */
  @Test
  void redisFrozen() {
    try (Load load = new Load(gateway, "outage.frozen")) {
      redis.freeze();
      Awaitility.await("breaker").until(() -> breaker().equals("open"));
      redis.resume();
      Awaitility.await("breaker").until(() -> breaker().equals("closed"));
      awaitRedis(gateway, true);
    }
  }

  /** SPEC 8: Redis emptied. */
  @Test
  void redisEmptiedUnderLoadCostsElasticsearchNoWrite() {
    try (Load load = new Load(gateway, "outage.emptied", "outage.emptied2")) {
      long version = elasticsearch.version("outage.emptied");
      redis.flush();
      Awaitility.await("Redis is filled again").until(() -> redis.template().keys("*").size() == 2);
      assertThat(elasticsearch.version("outage.emptied")).isEqualTo(version);
    }
  }

  /** SPEC 8: Redis refusing. */
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

  /** SPEC 13.6: Redis down at start does not mean memory for ever. */
  @Test
  void redisThereOnlyLaterIsUsedByItself() {
    redis.kill();
    try (TestGateway early = builder().start()) {
      String header = early.login("outage.early");
      Awaitility.await("degraded")
          .until(() -> early.health().path("status").asText().equals("degraded"));
      redis.restart();
      awaitRedis(early, true);
      Awaitility.await("Redis is filled")
          .until(
              () -> {
                // another group is a miss, whatever memory holds
                assertThat(early.login("outage.early", "moved")).isEqualTo(header);
                assertThat(early.login("outage.early")).isEqualTo(header);
                return redis.template().keys("*").size() == 1;
              });
      long gets = redis.reads();
      assertThat(early.login("outage.early")).isEqualTo(header);
      assertThat(redis.reads() - gets).as("and read").isEqualTo(1);
    }
  }

  /**
   * SPEC 8: a key written in the meantime is deleted in Redis before it is read. Here Elasticsearch
   * was wiped too, so that what Redis held bears the higher generation, and would be believed.
   */
  @Test
  void whatWasWrittenWhileRedisWasAwayIsDeletedThereBeforeItIsRead() {
    String user = "outage.stale";
    String first = gateway.login(user, "one");
    elasticsearch.request("POST", "/_security/user/_password", first, "{\"password\":\"my-own\"}");
    String second = gateway.login(user, "two");
    assertThat(second).isNotEqualTo(first);
    assertThat(gateway.login(user, "one")).isEqualTo(second);
    String key = redis.template().keys("*").iterator().next();
    String entry = redis.template().opsForValue().get(key);

    redis.kill();
    elasticsearch.admin("DELETE", "/_security/user/" + user, null);
    assertThat(gateway.login(user, "two")).isEqualTo(first);
    assertThat(gateway.login(user, "one")).isEqualTo(first);
    redis.restart();
    redis.template().opsForValue().set(key, entry);
    awaitRedis(gateway, true);
    Awaitility.await("the entry of before is replaced")
        .until(
            () -> {
              assertThat(gateway.login(user, "one")).isEqualTo(first);
              return !entry.equals(redis.template().opsForValue().get(key));
            });
    assertThat(redis.calls("del")).isEqualTo(1);
  }

  /** SPEC 8: Elasticsearch down, password cached: nothing; nothing cached: 503. SPEC 13.13. */
  @Test
  void elasticsearchFrozenHoldsUpNobodyWhoIsCachedNorDoRedisAndElasticsearchTogether() {
    try (Load load = new Load(gateway, "outage.cached", "outage.cached2")) {
      elasticsearch.freeze();
      List<CompletableFuture<HttpResponse<String>>> missing =
          IntStream.range(0, 60).mapToObj(i -> gateway.decideLater("outage.missing")).toList();
      load.awaitRound();
      missing.forEach(answer -> assertUnavailable(answer.join()));
      openBreaker(gateway);
      assertDegraded(gateway);

      redis.kill();
      awaitRedis(gateway, false);
      load.awaitRound();
      assertDegraded(gateway);
      assertUnavailable(gateway.decide("outage.missing"));

      elasticsearch.resume();
      Awaitility.await("a miss is served again")
          .atMost(Duration.ofSeconds(30))
          .until(() -> gateway.decide("outage.missing").statusCode() == 200);
      // comes back empty, so that everybody misses
      redis.restart();
      awaitRedis(gateway, true);
      Awaitility.await("healthy")
          .until(() -> gateway.health().path("status").asText().equals("healthy"));
    }
  }

  private static void assertUnavailable(HttpResponse<String> answer) {
    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.headers().firstValue("Retry-After")).isPresent();
    assertThat(answer.body()).contains("\"code\":503").doesNotContain("127.0.0.1");
  }

  private static void openBreaker(TestGateway gateway) {
    IntStream.range(0, 6).forEach(i -> assertUnavailable(gateway.decide("outage.missing" + i)));
    assertThat(
            gateway.health().path("elasticsearch").path("circuit_breaker").path("state").asText())
        .isEqualTo("open");
  }

  /** SPEC 8: Elasticsearch down, with connections refused as by a process that was killed. */
  @Test
  void elasticsearchKilledUnderLoad() {
    try (FaultyTcpProxy tcpProxy = FaultyTcpProxy.to(elasticsearch).open();
        TestGateway behind = builder().set("elasticsearch.hosts", tcpProxy.url()).start();
        Load load = new Load(behind, "outage.killed", "outage.killed2")) {
      tcpProxy.shut();
      openBreaker(behind);
      load.awaitRound();
      assertDegraded(behind);
      tcpProxy.open();
      Awaitility.await("a miss is served again")
          .atMost(Duration.ofSeconds(30))
          .until(() -> behind.decide("outage.missing-killed").statusCode() == 200);
    }
  }

  /** SPEC 8: Elasticsearch wiped, healed at the next miss, with the password of before. */
  @Test
  void elasticsearchWipedUnderLoad() {
    try (Load load = new Load(gateway, "outage.wiped", "outage.wiped2")) {
      elasticsearch.admin("DELETE", "/_security/user/outage.wiped", null);
      load.awaitRound();
      redis.flush();
      Awaitility.await("made again")
          .until(() -> !elasticsearch.user("outage.wiped").isMissingNode());
    }
    String header = gateway.login("outage.wiped");
    assertThat(elasticsearch.request("GET", "/_security/_authenticate", header, null).statusCode())
        .isEqualTo(200);
  }

  /** SPEC 13.12: internal errors are not shown to clients. */
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
