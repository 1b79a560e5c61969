package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.awaitility.Awaitility;
import org.elastauth.cache.MemoryCache;
import org.elastauth.crypto.PaddedEntry;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.Load;
import org.elastauth.server.RedisServer;
import org.elastauth.server.Servers;
import org.elastauth.server.TestGateway;
import org.elastauth.server.TestGateway.SetClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** SPEC 4 and 8, cache.type hybrid: memory in front of a Redis that gateways share. */
@ExtendWith(Servers.class)
@Timeout(120)
class HybridCacheIT {
  private final ElasticsearchServer elasticsearch;
  private final RedisServer redis;
  private final SetClock clock = new SetClock(Instant.now());

  HybridCacheIT(ElasticsearchServer elasticsearch, RedisServer redis) {
    this.elasticsearch = elasticsearch;
    this.redis = redis;
  }

  private TestGateway.Builder hybrid(RedisServer shared) {
    return TestGateway.builder()
        .on(elasticsearch)
        .with(shared)
        .set("cache.type", "hybrid")
        .set("redis.read_timeout", "1s")
        .set("redis.circuit_breaker.timeout", "1s")
        .set("redis.health_check.interval", "1s");
  }

  /** Memory, Redis and the window on one clock that stands still, well inside a window. */
  private TestGateway extending(String user) {
    TestGateway gateway =
        hybrid(redis)
            .set("cache.extend", "true")
            .set("cache.expiration", "60s")
            .clock(clock)
            .start();
    gateway.login(user);
    long until = elasticsearch.user(user).path("metadata").path("elastauth").path("until").asLong();
    if (until - clock.instant().getEpochSecond() < 3_600) {
      clock.advance(Duration.ofHours(2));
      gateway.login(user);
    }
    return gateway;
  }

  private static String key(String user) {
    return "elastauth-"
        + URLEncoder.encode(
            Base64.getEncoder().encodeToString(user.getBytes(StandardCharsets.US_ASCII)),
            StandardCharsets.US_ASCII);
  }

  private static double asked(TestGateway gateway) {
    return gateway
        .get("/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith("elastauth_elasticsearch_requests_total{operation="))
        .filter(line -> line.contains("\"user_get\"") || line.contains("\"authenticate\""))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(' '))))
        .sum();
  }

  private static void awaitRedis(TestGateway gateway, boolean connected) {
    Awaitility.await("redis.available = " + connected)
        .atMost(Duration.ofSeconds(20))
        .until(() -> gateway.health().path("redis").path("available").asBoolean() == connected);
  }

  @Test
  void aHitInMemoryAsksRedisNothing() {
    // one that no other gateway asks anything
    try (RedisServer own = RedisServer.start();
        TestGateway gateway = hybrid(own).set("redis.health_check.interval", "1h").start()) {
      own.awaitConnections(gateway);
      String authorization = gateway.login("hybrid.trips");
      awaitRedis(gateway, true);
      assertThat(own.template().hasKey(key("hybrid.trips"))).isTrue();
      long before = own.commands();
      for (int i = 0; i < 10; i++) {
        assertThat(gateway.login("hybrid.trips")).isEqualTo(authorization);
      }
      // the second look at the statistics counts itself
      assertThat(own.commands() - before).isEqualTo(1);
      assertThat(gateway.health().path("cache").path("mode").asText()).isEqualTo("hybrid");
      assertThat(gateway.health().path("redis").path("features").path("cache").asBoolean())
          .isTrue();
    }
  }

  @Test
  void whatOneGatewayWroteTheOtherFindsInRedisOnce() {
    try (TestGateway one = hybrid(redis).borrow();
        TestGateway other = hybrid(redis).borrow()) {
      String authorization = one.login("hybrid.shared");
      long gets = redis.reads();
      double before = asked(other);
      for (int i = 0; i < 5; i++) {
        assertThat(other.login("hybrid.shared")).isEqualTo(authorization);
      }
      assertThat(redis.reads() - gets).isEqualTo(1);
      assertThat(asked(other)).isEqualTo(before);
    }
  }

  @Test
  void whatMemoryHasButDoesNotFitIsLookedForInRedis() {
    try (TestGateway one = hybrid(redis).set("group_mappings.b", "superuser").borrow();
        TestGateway other = hybrid(redis).set("group_mappings.b", "superuser").borrow()) {
      String authorization = one.login("hybrid.groups", "a");
      assertThat(other.login("hybrid.groups", "a")).isEqualTo(authorization);
      assertThat(one.login("hybrid.groups", "b")).isEqualTo(authorization);
      assertThat(elasticsearch.user("hybrid.groups").path("roles").toString())
          .isEqualTo("[\"superuser\"]");

      double before = asked(other);
      assertThat(other.login("hybrid.groups", "b")).isEqualTo(authorization);
      assertThat(asked(other)).as("one has left it in Redis").isEqualTo(before);
      long gets = redis.reads();
      assertThat(other.login("hybrid.groups", "b")).isEqualTo(authorization);
      assertThat(redis.reads()).as("and now memory has it").isEqualTo(gets);

      assertThat(other.login("hybrid.groups", "a")).isEqualTo(authorization);
      assertThat(elasticsearch.user("hybrid.groups").path("roles").toString())
          .as("nobody has that anywhere")
          .isEqualTo("[\"viewer\"]");
    }
  }

  /** SPEC 4: write L2, then L1. */
  @Test
  void redisIsWrittenBeforeMemory() {
    try (RedisServer own = RedisServer.start();
        TestGateway gateway = hybrid(own).set("redis.write_timeout", "50s").start()) {
      MemoryCache memory = gateway.bean(MemoryCache.class);
      own.freeze();
      gateway
          .bean(CamelContext.class)
          .createFluentProducerTemplate()
          .withExchangeProperty("cacheKey", "elastauth-order")
          .withExchangeProperty("ttl", 60L)
          .withBody("value")
          .to("direct:cache-hybrid-put")
          .asyncSend();
      Awaitility.await("somebody waits for Redis")
          .until(() -> Thread.getAllStackTraces().values().stream().anyMatch(this::writesToRedis));
      assertThat(memory.get("elastauth-order")).isNull();
      own.resume();
      Awaitility.await("memory").until(() -> memory.get("elastauth-order") != null);
      assertThat(own.template().hasKey("elastauth-order")).isTrue();
    }
  }

  private boolean writesToRedis(StackTraceElement[] stack) {
    List<String> calls =
        Stream.of(stack).map(call -> call.getClassName() + "." + call.getMethodName()).toList();
    return calls.contains("org.apache.camel.component.redis.RedisClient.setex")
        && calls.contains("java.util.concurrent.locks.LockSupport.parkNanos");
  }

  @Test
  void memoryKeepsNothingLongerThanRedis() {
    try (TestGateway one = hybrid(redis).start();
        TestGateway other = hybrid(redis).clock(clock).start()) {
      String authorization = one.login("hybrid.ttl");
      redis.template().expire(key("hybrid.ttl"), 30, TimeUnit.SECONDS);
      other.login("hybrid.ttl");
      long gets = redis.reads();
      clock.advance(Duration.ofSeconds(20));
      assertThat(other.login("hybrid.ttl")).isEqualTo(authorization);
      assertThat(redis.reads()).isEqualTo(gets);
      clock.advance(Duration.ofSeconds(10));
      assertThat(other.login("hybrid.ttl")).isEqualTo(authorization);
      assertThat(redis.reads()).isEqualTo(gets + 1);
    }
  }

  @Test
  void aSecondThatHasBegunToEndIsNotKept() {
    try (TestGateway one = hybrid(redis).start();
        TestGateway other = hybrid(redis).clock(clock).start()) {
      one.login("hybrid.ending");
      redis.template().expire(key("hybrid.ending"), 900, TimeUnit.MILLISECONDS);
      other.login("hybrid.ending");
      Awaitility.await().until(() -> !redis.template().hasKey(key("hybrid.ending")));
      other.login("hybrid.ending");
      assertThat(redis.template().hasKey(key("hybrid.ending")))
          .as("memory had nothing to serve, so it was settled and written")
          .isTrue();
    }
  }

  @Test
  void anEntryWithoutAnEndInRedisEndsWithItsWindow() {
    try (TestGateway gateway = hybrid(redis).set("cache.expiration", "2h").clock(clock).start()) {
      String first = gateway.login("hybrid.window");
      redis.template().persist(key("hybrid.window"));
      clock.advance(Duration.ofHours(2));
      assertThat(gateway.login("hybrid.window")).isNotEqualTo(first);
      assertThat(elasticsearch.request("GET", "/_security/_authenticate", first, null).statusCode())
          .isEqualTo(401);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "damaged", "AdAAAA", "\u00e4", "Zm9yZWlnbg=="})
  void aDamagedEntryInRedisIsAMissAndIsReplaced(String value) {
    try (TestGateway one = hybrid(redis).borrow();
        TestGateway other = hybrid(redis).borrow()) {
      String user = "hybrid.damaged-" + value.length();
      String authorization = one.login(user);
      redis.template().opsForValue().set(key(user), value);
      assertThat(other.login(user)).isEqualTo(authorization);
      assertThat(redis.template().opsForValue().get(key(user))).isNotEqualTo(value);
    }
  }

  @Test
  void anEntryOver64KiBIsAMissThatMemoryDoesNotKeep() {
    try (TestGateway one = hybrid(redis).borrow();
        TestGateway other = hybrid(redis).borrow()) {
      String authorization = one.login("hybrid.huge");
      String key = key("hybrid.huge");
      String entry = redis.template().opsForValue().get(key);
      redis.template().opsForValue().set(key, PaddedEntry.of(TestGateway.KEY, key, entry, 70_000));
      assertThat(other.login("hybrid.huge")).isEqualTo(authorization);
      assertThat(redis.template().opsForValue().get(key))
          .as("replaced, thus a miss")
          .hasSizeLessThan(1_000);
    }
  }

  @Test
  void withExtendAHitInMemoryRenewsInRedisOncePerHalfAnExpiration() {
    try (TestGateway gateway = extending("hybrid.renewed")) {
      gateway.login("hybrid.renewed");
      long gets = redis.reads();
      long renewals = redis.calls("pexpire");
      for (int i = 0; i < 10; i++) {
        gateway.login("hybrid.renewed");
      }
      assertThat(redis.calls("pexpire")).isEqualTo(renewals);
      for (int i = 1; i <= 4; i++) {
        clock.advance(Duration.ofSeconds(31));
        gateway.login("hybrid.renewed");
        assertThat(redis.calls("pexpire")).isEqualTo(renewals + i);
      }
      assertThat(redis.reads()).as("memory was renewed with it").isEqualTo(gets);
    }
  }

  @Test
  void withExtendMemoryDoesNotOutliveWhatRedisHasLost() {
    try (TestGateway gateway = extending("hybrid.lost")) {
      String authorization = gateway.login("hybrid.lost");
      redis.flush();
      clock.advance(Duration.ofSeconds(31));
      assertThat(gateway.login("hybrid.lost")).isEqualTo(authorization);
      assertThat(redis.template().hasKey(key("hybrid.lost"))).isFalse();
      clock.advance(Duration.ofSeconds(30));
      assertThat(gateway.login("hybrid.lost")).isEqualTo(authorization);
      assertThat(redis.template().hasKey(key("hybrid.lost"))).as("written again").isTrue();
    }
  }

  @Test
  void withExtendAnIdleEntryEndsInMemoryWithRedis() {
    try (TestGateway gateway = extending("hybrid.idle")) {
      gateway.login("hybrid.idle");
      clock.advance(Duration.ofSeconds(29));
      gateway.login("hybrid.idle");
      long gets = redis.reads();
      clock.advance(Duration.ofSeconds(31));
      gateway.login("hybrid.idle");
      assertThat(redis.reads()).isEqualTo(gets + 1);
    }
  }

  @Test
  void whatIsDroppedFromMemoryIsReadFromRedisAgain() {
    try (TestGateway gateway = hybrid(redis).borrow()) {
      String authorization = gateway.login("hybrid.dropped");
      long gets = redis.reads();
      gateway
          .bean(CamelContext.class)
          .createFluentProducerTemplate()
          .withExchangeProperty("cacheKey", key("hybrid.dropped"))
          .to("direct:cache-memory-delete")
          .send();
      assertThat(gateway.login("hybrid.dropped")).isEqualTo(authorization);
      assertThat(redis.reads()).isEqualTo(gets + 1);
    }
  }

  @Test
  void theNarrowAccountIsEnough() {
    try (RedisServer narrow =
            RedisServer.start(
                "--user", "gateway", "on", ">a-password", "~elastauth-*", "+@read", "+@write");
        TestGateway one =
            hybrid(narrow)
                .set("redis.username", "gateway")
                .set("redis.password", "a-password")
                .start();
        TestGateway other =
            hybrid(narrow)
                .set("redis.username", "gateway")
                .set("redis.password", "a-password")
                .start()) {
      String authorization = one.login("hybrid.narrow");
      double before = asked(other);
      assertThat(other.login("hybrid.narrow")).isEqualTo(authorization);
      assertThat(asked(other)).isEqualTo(before);
      awaitRedis(other, true);
    }
  }

  @Test
  void withRedisAwayMemoryServes() {
    try (RedisServer own = RedisServer.start();
        TestGateway one = hybrid(own).start();
        TestGateway other = hybrid(own).start()) {
      awaitRedis(one, true);
      try (Load load = new Load(one, "hybrid.killed", "hybrid.killed2")) {
        own.kill();
        awaitRedis(one, false);
        assertThat(one.health().path("status").asText()).isEqualTo("degraded");
        assertThat(one.get("/elastauth/ready").statusCode()).isEqualTo(200);
        String late = one.login("hybrid.late");
        assertThat(one.login("hybrid.late")).isEqualTo(late);
        assertThat(other.login("hybrid.late")).isEqualTo(late);
        own.restart();
        awaitRedis(one, true);
      }
      Awaitility.await("Redis is written again")
          .untilAsserted(
              () -> {
                one.login("hybrid.back", Long.toString(System.nanoTime()));
                assertThat(own.template().hasKey(key("hybrid.back"))).isTrue();
              });
    }
  }

  @Test
  void withRedisFrozenAHitInMemoryDoesNotWait() {
    try (RedisServer own = RedisServer.start();
        TestGateway gateway = hybrid(own).set("redis.read_timeout", "50s").start()) {
      String authorization = gateway.login("hybrid.frozen");
      own.freeze();
      for (int i = 0; i < 50; i++) {
        // with one wait for Redis this would be later than the test may take
        assertThat(gateway.login("hybrid.frozen")).isEqualTo(authorization);
      }
      own.resume();
    }
  }

  @Test
  void whatWasWrittenWhileRedisWasAwayReplacesWhatItHolds() {
    try (RedisServer own = RedisServer.start();
        TestGateway gateway = hybrid(own).start();
        TestGateway other = hybrid(own).start()) {
      String authorization = gateway.login("hybrid.stale", "one");
      String entry = own.template().opsForValue().get(key("hybrid.stale"));
      own.kill();
      assertThat(gateway.login("hybrid.stale", "two")).isEqualTo(authorization);
      own.restart();
      own.template().opsForValue().set(key("hybrid.stale"), entry);
      awaitRedis(gateway, true);
      awaitRedis(other, true);
      double before = asked(gateway);
      Awaitility.await("the old entry is deleted")
          .untilAsserted(
              () -> {
                assertThat(gateway.login("hybrid.stale", "two")).isEqualTo(authorization);
                assertThat(own.template().hasKey(key("hybrid.stale"))).isFalse();
              });
      assertThat(asked(gateway)).as("memory had the new one").isEqualTo(before);
      assertThat(other.login("hybrid.stale", "two")).isEqualTo(authorization);
      assertThat(own.template().hasKey(key("hybrid.stale"))).isTrue();
    }
  }

  @Test
  void redisNeverThere() {
    try (TestGateway gateway =
        TestGateway.builder()
            .on(elasticsearch)
            .set("cache.type", "hybrid")
            .set("redis.host", "127.0.0.1:" + RedisServer.freePort())
            .start()) {
      String authorization = gateway.login("hybrid.lonely");
      assertThat(gateway.login("hybrid.lonely")).isEqualTo(authorization);
      Awaitility.await().until(() -> gateway.health().path("status").asText().equals("degraded"));
    }
  }
}
