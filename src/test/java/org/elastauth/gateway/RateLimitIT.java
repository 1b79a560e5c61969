package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.awaitility.Awaitility;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.ProviderDouble;
import org.elastauth.server.RedisCluster;
import org.elastauth.server.RedisServer;
import org.elastauth.server.Servers;
import org.elastauth.server.TestGateway;
import org.elastauth.server.TestGateway.SetClock;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** SPEC 6: who may ask how often, where it is counted, and by whom. */
@ExtendWith({Servers.class, OutputCaptureExtension.class})
@Timeout(120)
class RateLimitIT {
  private static final int LIMIT = 3;
  private static final String CLIENT = "203.0.113.7";

  private final RedisServer redis;

  RateLimitIT(RedisServer redis) {
    this.redis = redis;
  }

  @BeforeEach
  void empty() {
    redis.flush();
  }

  private static TestGateway.Builder limiting() {
    return TestGateway.builder()
        .set("elasticsearch.dry_run", true)
        .set("rate_limit.enabled", true)
        .set("rate_limit.max_requests", LIMIT)
        .set("rate_limit.window", "1h")
        .set("redis.health_check.interval", "1s");
  }

  private TestGateway.Builder shared() {
    return limiting().with(redis);
  }

  private static String header(HttpResponse<String> response, String name) {
    return response.headers().firstValue(name).orElse(null);
  }

  private static int ask(TestGateway gateway, String... headers) {
    return gateway.get("/elastauth", headers).statusCode();
  }

  /** LIMIT times the first status, and then another. */
  private static void assertLimited(TestGateway gateway, int first, String... headers) {
    for (int i = 0; i < LIMIT; i++) {
      assertThat(ask(gateway, headers)).as("request %d", i + 1).isEqualTo(first);
    }
    assertThat(ask(gateway, headers)).as("one more").isEqualTo(429);
  }

  private static JsonNode breaker(TestGateway gateway) {
    return gateway.health().path("cache").path("circuit_breaker");
  }

  private static void awaitCounting(TestGateway gateway, RedisServer server) {
    Awaitility.await("Redis counts")
        .atMost(Duration.ofSeconds(20))
        .until(
            () -> {
              gateway.decide("limit.probe");
              return !server.template().keys("*rate:user:*").isEmpty();
            });
    server.flush();
  }

  private static List<String> limitingRoutes(TestGateway gateway) {
    return gateway.bean(CamelContext.class).getRoutes().stream()
        .map(Route::getRouteId)
        .filter(id -> id.startsWith("rate-limit"))
        .toList();
  }

  @Test
  void overTheLimitIs429ThatSaysWhenToComeBack() {
    try (TestGateway gateway = shared().start()) {
      for (int left = LIMIT - 1; left >= 0; left--) {
        HttpResponse<String> admitted = gateway.decide("limit.jane");
        assertThat(admitted.statusCode()).isEqualTo(200);
        assertThat(TestGateway.authorization(admitted)).isPresent();
        assertThat(header(admitted, "RateLimit-Limit")).isEqualTo("3");
        assertThat(header(admitted, "RateLimit-Remaining")).isEqualTo("" + left);
        assertThat(header(admitted, "RateLimit-Reset")).isEqualTo("3600");
        assertThat(header(admitted, "Retry-After")).isNull();
      }
      HttpResponse<String> refused = gateway.decide("limit.jane");
      assertThat(refused.statusCode()).isEqualTo(429);
      assertThat(TestGateway.authorization(refused)).isEmpty();
      assertThat(header(refused, "Content-Type")).isEqualTo("application/json");
      assertThat(header(refused, "Cache-Control")).isEqualTo("no-store");
      assertThat(ElasticsearchServer.json(refused).path("code").asInt()).isEqualTo(429);
      assertThat(ElasticsearchServer.json(refused).path("message").asText())
          .isEqualTo("too many requests; try again later");
      assertThat(header(refused, "RateLimit-Limit")).isEqualTo("3");
      assertThat(header(refused, "RateLimit-Remaining")).isEqualTo("0");
      assertThat(header(refused, "RateLimit-Reset")).isEqualTo(header(refused, "Retry-After"));
      assertThat(Integer.parseInt(header(refused, "Retry-After"))).isBetween(3_400, 3_600);

      assertThat(gateway.decide("limit.john").statusCode()).as("another user").isEqualTo(200);
      assertThat(gateway.get("/metrics").body())
          .contains("elastauth_rate_limit_requests_total{by=\"user\",outcome=\"allowed\"} 4.0")
          .contains("elastauth_rate_limit_requests_total{by=\"user\",outcome=\"limited\"} 1.0")
          .contains("elastauth_redis_operations_total{operation=\"evalsha\"} 5.0");
    }
  }

  /** Nothing is kept for longer than it counts, and a flood of refused requests not at all. */
  @Test
  void whatRedisKeepsIsBounded() {
    try (TestGateway gateway = shared().borrow()) {
      assertLimited(gateway, 200, "Remote-User", "limit.bounded");
      for (int i = 0; i < 10; i++) {
        assertThat(ask(gateway, "Remote-User", "limit.bounded")).isEqualTo(429);
      }
      String key = "elastauth-rate:user:bGltaXQuYm91bmRlZA%3D%3D";
      assertThat(redis.template().keys("*rate*")).containsExactly(key);
      assertThat(redis.admin().zcard(key)).isEqualTo(LIMIT);
      assertThat(redis.admin().pttl(key)).isBetween(1L, Duration.ofHours(1).toMillis());
    }
  }

  @Test
  void theWindowSlides() {
    try (TestGateway gateway = shared().set("rate_limit.window", "2s").borrow()) {
      // after a stall, the first requests are no longer in the window
      Awaitility.await("limited")
          .pollInterval(Duration.ofMillis(10))
          .until(() -> ask(gateway, "Remote-User", "limit.slides") == 429);
      for (int round = 0; round < 2; round++) {
        Awaitility.await("let in again")
            .until(() -> ask(gateway, "Remote-User", "limit.slides") == 200);
      }
      Awaitility.await("forgotten").until(() -> redis.template().keys("*rate*").isEmpty());
    }
  }

  @Test
  void allGatewaysCountTogetherWhateverTheirClocksSay() {
    try (TestGateway late = shared().clockOffBy(Duration.ofDays(-1)).start();
        TestGateway early = shared().clockOffBy(Duration.ofDays(1)).start()) {
      assertThat(ask(late, "Remote-User", "limit.clocks")).isEqualTo(200);
      assertThat(ask(early, "Remote-User", "limit.clocks")).isEqualTo(200);
      assertThat(ask(late, "Remote-User", "limit.clocks")).isEqualTo(200);
      assertThat(ask(late, "Remote-User", "limit.clocks")).isEqualTo(429);
      assertThat(ask(early, "Remote-User", "limit.clocks")).isEqualTo(429);
    }
  }

  @Test
  void itCostsOneRoundTrip() {
    // one that no other gateway asks anything
    try (RedisServer own = RedisServer.start();
        TestGateway gateway =
            limiting()
                .with(own)
                .set("rate_limit.max_requests", 100)
                .set("redis.health_check.interval", "1h")
                .start()) {
      own.awaitConnections(gateway);
      awaitCounting(gateway, own);
      gateway.login("limit.trips");
      Map<String, Long> before = sent(own);
      for (int i = 0; i < 10; i++) {
        gateway.login("limit.trips");
      }
      Map<String, Long> more = sent(own);
      before.forEach(
          (command, calls) ->
              more.computeIfPresent(command, (c, n) -> n.equals(calls) ? null : n - calls));
      assertThat(more).as("and nothing else").isEqualTo(Map.of("getrange", 10L, "evalsha", 10L));
    }
  }

  /** How often the cache was read. */
  private static long gets(RedisServer server) {
    return server.calls("get") + server.calls("getrange");
  }

  /**
   * Commands of clients: without those that ran in the script, and what tests and background checks
   * ask.
   */
  private static Map<String, Long> sent(RedisServer redis) {
    Set<String> others =
        Set.of(
            "ping",
            "set",
            "info",
            "zadd",
            "zcard",
            "zremrangebyscore",
            "zrange",
            "pexpire",
            "pexpireat",
            "pttl");
    return redis
        .admin()
        .info("commandstats")
        .lines()
        .filter(line -> line.startsWith("cmdstat_"))
        .collect(
            Collectors.toMap(
                line -> line.replaceAll("cmdstat_([a-z|]+).*", "$1"),
                line -> Long.parseLong(line.replaceAll(".*:calls=(\\d+),.*", "$1"))))
        .entrySet()
        .stream()
        .filter(command -> !others.contains(command.getKey()))
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  @Test
  void offThereIsNoRouteForIt() {
    try (TestGateway gateway = shared().set("rate_limit.enabled", false).borrow()) {
      for (int i = 0; i <= LIMIT; i++) {
        HttpResponse<String> response = gateway.decide("limit.off");
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(header(response, "RateLimit-Limit")).isNull();
      }
      assertThat(limitingRoutes(gateway)).isEmpty();
      assertThat(redis.template().keys("*rate*")).isEmpty();
      assertThat(gateway.get("/metrics").body()).doesNotContain("rate_limit");
      assertThat(gateway.health().path("redis").path("features").path("rate_limit").asBoolean())
          .isFalse();
    }
  }

  @Test
  void whoHasNoUserIsCountedByAddress() {
    try (TestGateway gateway = shared().start()) {
      assertLimited(gateway, 401, "X-Forwarded-For", CLIENT);
      assertThat(ask(gateway, "X-Forwarded-For", "203.0.113.8")).as("another").isEqualTo(401);
      assertThat(ask(gateway, "X-Forwarded-For", CLIENT, "Remote-User", "limit.same"))
          .as("a user from there")
          .isEqualTo(200);
      assertThat(ask(gateway, "X-Forwarded-For", CLIENT, "Remote-User", "no:good"))
          .as("a malformed name is none")
          .isEqualTo(429);
      HttpResponse<String> refused = gateway.get("/", "X-Forwarded-For", "203.0.113.9");
      assertThat(refused.statusCode()).isEqualTo(401);
      assertThat(header(refused, "RateLimit-Remaining")).isEqualTo("2");
      assertThat(gateway.get("/metrics").body())
          .contains("elastauth_rate_limit_requests_total{by=\"address\",outcome=\"limited\"} 2.0");
    }
  }

  /** What is over the limit anyway costs the provider no question. */
  @Test
  void anAddressOverItsLimitIsRefusedBeforeItsTokensAreLookedAt() {
    SetClock clock = new SetClock(Instant.now());
    try (ProviderDouble provider = new ProviderDouble();
        TestGateway asking =
            limited(provider, clock).set("oidc.token_validation", "userinfo").start();
        TestGateway checking = limited(provider, clock).start()) {
      provider.setStatus("/userinfo", 401);
      for (int i = 0; i < 3 * LIMIT; i++) {
        assertThat(show(asking, "opaque" + i, CLIENT)).isEqualTo(i < LIMIT ? 401 : 429);
      }
      assertThat(provider.asked("/userinfo")).isEqualTo(LIMIT + 1);
      assertThat(show(asking, "opaque", "203.0.113.8")).as("another address").isEqualTo(401);

      String seen = provider.token("limit.seen");
      assertThat(show(checking, seen, CLIENT)).isEqualTo(200);
      for (int i = 0; i <= LIMIT; i++) {
        assertThat(show(checking, "a.b." + i, CLIENT)).isEqualTo(i < LIMIT ? 401 : 429);
      }
      String unseen = provider.token("limit.unseen");
      HttpResponse<String> refused =
          checking.get(
              "/elastauth", "Authorization", "Bearer " + unseen, "X-Forwarded-For", CLIENT);
      assertThat(refused.statusCode()).isEqualTo(429);
      assertThat(Integer.parseInt(header(refused, "Retry-After"))).isBetween(1, 60);
      assertThat(header(refused, "RateLimit-Remaining")).isEqualTo("0");
      assertThat(show(checking, seen, CLIENT)).as("costs nothing").isEqualTo(200);
      assertThat(show(checking, unseen, "203.0.113.8")).isEqualTo(200);
      clock.advance(Duration.ofSeconds(61));
      assertThat(show(checking, provider.token("limit.later"), CLIENT)).isEqualTo(200);
    }
  }

  private static TestGateway.Builder limited(ProviderDouble provider, SetClock clock) {
    return provider
        .believer()
        .set("rate_limit.enabled", true)
        .set("rate_limit.max_requests", LIMIT)
        .set("rate_limit.window", "1m")
        .clock(clock);
  }

  private static int show(TestGateway gateway, String token, String from) {
    return ask(gateway, "Authorization", "Bearer " + token, "X-Forwarded-For", from);
  }

  /** SPEC 13.5: what a client writes into X-Forwarded-For stands left of what the proxy adds. */
  @Test
  void aForgedAddressHelpsNobody() {
    try (TestGateway gateway = shared().borrow()) {
      assertLimited(gateway, 401, "X-Forwarded-For", CLIENT);
      assertThat(ask(gateway, "X-Forwarded-For", "198.51.100.1, " + CLIENT)).isEqualTo(429);
      assertThat(ask(gateway, "X-Forwarded-For", "198.51.100.1, " + CLIENT + ":4711, 10.1.2.3"))
          .as("through another proxy of ours")
          .isEqualTo(429);
      assertThat(ask(gateway, "X-Forwarded-For", "198.51.100.1", "X-Forwarded-For", CLIENT))
          .as("in two lines")
          .isEqualTo(429);
      assertThat(ask(gateway, "X-Forwarded-For", CLIENT + ", 198.51.100.1"))
          .as("somebody else, who names our client")
          .isEqualTo(401);
    }
  }

  private TestGateway.Builder fast(int limit, SetClock clock) {
    return shared().set("rate_limit.max_requests", limit).clock(clock);
  }

  private static double asked(TestGateway gateway) {
    return gateway
        .bean(MeterRegistry.class)
        .get("elastauth.redis.operations")
        .tag("operation", "evalsha")
        .counter()
        .count();
  }

  @Test
  void theNextRequestsOfAFastClientAreCountedWithOneAndReturnedIfTheyDoNotCome() {
    SetClock clock = new SetClock(Instant.now());
    try (TestGateway gateway = fast(10_000, clock).start()) {
      for (int sent = 1; sent <= 200; sent++) {
        assertThat(header(gateway.decide("limit.fast"), "RateLimit-Remaining"))
            .as("request %d", sent)
            .isEqualTo(Integer.toString(10_000 - sent));
      }
      assertThat(asked(gateway)).as("1, 4, 16 and 64 at a time").isEqualTo(6);
      clock.advance(Duration.ofSeconds(1));
      assertThat(header(gateway.decide("limit.fast"), "RateLimit-Remaining"))
          .isEqualTo(Integer.toString(10_000 - 201));
      assertThat(redis.admin().zcard("elastauth-rate:user:bGltaXQuZmFzdA%3D%3D")).isEqualTo(201);
      gateway.decide("limit.fast");
      assertThat(asked(gateway)).as("it is slow again").isEqualTo(8);
    }
  }

  @Test
  void aFastClientHasNoMoreAndNoLessThroughTwoGateways() {
    SetClock clock = new SetClock(Instant.now());
    int limit = 512;
    try (TestGateway one = fast(limit, clock).start();
        TestGateway other = fast(limit, clock).start()) {
      int admitted = 0;
      int refused = 0;
      while (refused < 2) {
        int statusOne = ask(one, "Remote-User", "limit.both");
        int statusOther = ask(other, "Remote-User", "limit.both");
        admitted += (statusOne == 200 ? 1 : 0) + (statusOther == 200 ? 1 : 0);
        refused = (statusOne == 429 ? 1 : 0) + (statusOther == 429 ? 1 : 0);
      }
      assertThat(admitted).isEqualTo(limit);
      assertThat(asked(one) + asked(other)).as("calls to Redis").isLessThan(limit);
    }
  }

  @Test
  void aFastClientLeavesTheEndOfItsLimitToTheOtherGateway() {
    SetClock clock = new SetClock(Instant.now());
    int limit = 512;
    try (TestGateway one = fast(limit, clock).start();
        TestGateway other = fast(limit, clock).start()) {
      for (int sent = 0; sent < 1 + 4 + 7 + 7; sent++) { // as Redis counts them
        assertThat(ask(one, "Remote-User", "limit.end")).isEqualTo(200);
      }
      for (int sent = 0; sent < 481; sent++) {
        assertThat(ask(other, "Remote-User", "limit.end")).isEqualTo(200);
      }
      assertThat(ask(one, "Remote-User", "limit.end")).isEqualTo(200);
      for (int sent = 501; sent < limit; sent++) {
        assertThat(ask(other, "Remote-User", "limit.end")).as("after %d", sent).isEqualTo(200);
      }
      assertThat(ask(other, "Remote-User", "limit.end")).isEqualTo(429);
    }
  }

  @Test
  void aTrustedProxyItselfIsNeverCounted() {
    try (TestGateway gateway = shared().borrow()) {
      for (int i = 0; i <= LIMIT; i++) {
        assertThat(ask(gateway)).isEqualTo(401);
        assertThat(ask(gateway, "X-Forwarded-For", "10.0.0.1, 192.168.1.1")).isEqualTo(401);
      }
      assertThat(redis.template().keys("*")).isEmpty();
    }
  }

  @Test
  void whoIsNoTrustedProxyIsCountedHimselfWhateverHeForwards() {
    try (TestGateway gateway = shared().set("trusted_proxies", "192.0.2.1/32").borrow()) {
      for (int i = 0; i < LIMIT; i++) {
        assertThat(ask(gateway, "X-Forwarded-For", "203.0.113." + i, "Remote-User", "limit.any"))
            .isEqualTo(403);
      }
      assertThat(ask(gateway, "X-Forwarded-For", CLIENT, "Remote-User", "limit.any"))
          .isEqualTo(429);
      assertThat(redis.template().keys("*")).containsExactly("elastauth-rate:address:127.0.0.1");
    }
  }

  @Test
  void aKnownUserWhoIsNotLetInIsCountedAsUser() {
    try (TestGateway gateway =
        shared().set("enable_group_whitelist", true).set("group_whitelist", "in").borrow()) {
      String[] outsider = {"Remote-User", "limit.outsider", "Remote-Groups", "out"};
      assertLimited(gateway, 403, outsider);
      assertThat(ask(gateway, "Remote-User", "limit.outsider", "Remote-Groups", "in"))
          .isEqualTo(429);
      assertThat(redis.template().keys("*rate:user:*")).hasSize(1);
    }
  }

  @Test
  void withoutRedisEachGatewayCountsInMemoryByAClockThatNobodySets() {
    SetClock clock = new SetClock(Instant.now());
    try (TestGateway gateway = limiting().clock(clock).start();
        TestGateway other = limiting().start()) {
      assertThat(limitingRoutes(gateway)).doesNotContain("rate-limit-redis");
      assertLimited(gateway, 200, "Remote-User", "limit.memory");
      assertLimited(other, 200, "Remote-User", "limit.memory");
      HttpResponse<String> refused = gateway.decide("limit.memory");
      assertThat(header(refused, "Retry-After")).isEqualTo("3600");
      assertThat(header(refused, "RateLimit-Remaining")).isEqualTo("0");
      clock.advance(Duration.ofMinutes(59));
      assertThat(ask(gateway, "Remote-User", "limit.memory")).isEqualTo(429);
      clock.advance(Duration.ofMinutes(1));
      assertLimited(gateway, 200, "Remote-User", "limit.memory");
    }
  }

  /** Seed 003: each feature behind its own switch. */
  @ParameterizedTest
  @ValueSource(strings = {"memory", "file", "none"})
  void redisCountsWhereverTheCredentialsAre(
      String cache, @org.junit.jupiter.api.io.TempDir java.nio.file.Path folder) {
    try (TestGateway one = shared().set("cache.type", cache).set("cache.path", folder).start();
        TestGateway other = shared().set("cache.type", cache).set("cache.path", folder).start()) {
      assertThat(ask(one, "Remote-User", "limit.only")).isEqualTo(200);
      assertLimitedAfterOne(other);
      assertThat(ask(one, "Remote-User", "limit.only")).isEqualTo(429);
      JsonNode features = one.health().path("redis").path("features");
      assertThat(features.path("rate_limit").asBoolean()).isTrue();
      assertThat(features.path("cache").asBoolean()).isFalse();
      assertThat(redis.template().keys("*")).hasSize(1);
    }
  }

  private static void assertLimitedAfterOne(TestGateway gateway) {
    assertThat(ask(gateway, "Remote-User", "limit.only")).isEqualTo(200);
    assertThat(ask(gateway, "Remote-User", "limit.only")).isEqualTo(200);
    assertThat(ask(gateway, "Remote-User", "limit.only")).isEqualTo(429);
  }

  @Test
  void theCacheMayBeInRedisAndTheCountInMemory() {
    try (TestGateway gateway = shared().set("rate_limit.store", "memory").borrow()) {
      assertLimited(gateway, 200, "Remote-User", "limit.apart");
      assertThat(redis.template().keys("*")).hasSize(1);
      assertThat(redis.template().keys("*rate*")).isEmpty();
    }
  }

  private TestGateway.Builder failing(RedisServer server, String policy) {
    return limiting()
        .with(server)
        .set("rate_limit.policy", policy)
        .set("redis.read_timeout", "1s")
        .set("redis.write_timeout", "1s")
        .set("redis.circuit_breaker.timeout", "1s");
  }

  @ParameterizedTest
  @ValueSource(strings = {"redis", "hybrid"})
  void redisAwayMemoryCountsAndRedisGoesOnWhenItIsBack(String cache) {
    try (RedisServer mortal = RedisServer.start();
        TestGateway gateway = failing(mortal, "memory").set("cache.type", cache).start()) {
      awaitCounting(gateway, mortal);
      assertThat(ask(gateway, "Remote-User", "limit.away")).isEqualTo(200);
      mortal.kill();
      assertLimited(gateway, 200, "Remote-User", "limit.away");
      assertLimited(gateway, 401, "X-Forwarded-For", CLIENT);
      mortal.restart();
      awaitCounting(gateway, mortal);
      assertLimited(gateway, 200, "Remote-User", "limit.away");
      assertThat(mortal.template().keys("*rate*")).hasSize(1);
    }
  }

  @Test
  void failOpenLetsPassWhatRedisDoesNotCount() {
    try (RedisServer mortal = RedisServer.start();
        TestGateway gateway = failing(mortal, "fail_open").start()) {
      awaitCounting(gateway, mortal);
      assertLimited(gateway, 200, "Remote-User", "limit.open");
      mortal.kill();
      for (int i = 0; i <= LIMIT; i++) {
        HttpResponse<String> passed = gateway.decide("limit.open");
        assertThat(passed.statusCode()).isEqualTo(200);
        assertThat(header(passed, "RateLimit-Limit")).isNull();
      }
      assertThat(ask(gateway, "X-Forwarded-For", CLIENT)).as("still nobody").isEqualTo(401);
      assertThat(gateway.get("/metrics").body())
          .contains("elastauth_rate_limit_requests_total{by=\"user\",outcome=\"unchecked\"} 4.0");
      mortal.restart();
      awaitCounting(gateway, mortal);
      assertLimited(gateway, 200, "Remote-User", "limit.open");
    }
  }

  @Test
  void failClosedRefusesWhatRedisDoesNotCount() {
    try (RedisServer mortal = RedisServer.start();
        TestGateway gateway = failing(mortal, "fail_closed").start()) {
      awaitCounting(gateway, mortal);
      assertThat(ask(gateway, "Remote-User", "limit.closed")).isEqualTo(200);
      mortal.kill();
      for (int i = 0; i <= 10; i++) {
        HttpResponse<String> refused = gateway.decide("limit.closed");
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(header(refused, "Retry-After")).isEqualTo("5");
        assertThat(TestGateway.authorization(refused)).isEmpty();
      }
      assertThat(ask(gateway, "X-Forwarded-For", CLIENT)).isEqualTo(503);
      mortal.restart();
      awaitCounting(gateway, mortal);
      assertThat(ask(gateway, "Remote-User", "limit.closed")).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"redis", "hybrid"})
  void oneRequestWaitsForRedisOnce(String cache) {
    try (RedisServer frozen = RedisServer.start();
        TestGateway gateway =
            failing(frozen, "memory")
                .set("cache.type", cache)
                .set("redis.health_check.interval", "1h")
                .set("redis.circuit_breaker.threshold", 50)
                .start()) {
      awaitCounting(gateway, frozen);
      frozen.freeze();
      gateway.login("limit.frozen");
      assertThat(breaker(gateway).path("failures").asInt()).isEqualTo(1);
      assertThat(gateway.login("limit.frozen")).isNotEmpty();
      assertThat(breaker(gateway).path("failures").asInt()).isEqualTo(2);
      frozen.resume();
    }
  }

  /** SPEC 7: without +eval +evalsha that is said at start, and memory counts; the cache stays. */
  @Test
  void withoutTheRightToRunScriptsMemoryCounts(CapturedOutput output) {
    redis.acl("narrow");
    try (TestGateway gateway =
        shared()
            .set("redis.username", "narrow")
            .set("redis.password", "pw")
            .set("redis.circuit_breaker.threshold", 1)
            .start()) {
      assertThat(output.getOut())
          .contains(
              "The Redis user lacks a right that rate limiting needs; this gateway's memory is used instead"
                  + " missing=\"+eval +evalsha\"")
          .doesNotContain("the credential cache needs");
      assertLimited(gateway, 200, "Remote-User", "limit.narrow");
      assertThat(redis.template().keys("*")).hasSize(1);
      assertThat(redis.template().keys("*rate*")).isEmpty();
      assertThat(breaker(gateway).path("state").asText()).isEqualTo("closed");
      assertThat(gateway.health().path("status").asText()).isEqualTo("healthy");
    }
  }

  /** SPEC 7: the rights that the documentation names are enough. */
  @Test
  void withTheRightsOfTheDocumentationRedisCounts(CapturedOutput output) {
    redis.acl(
        "scripting",
        "+eval",
        "+evalsha",
        "+ping",
        "+publish",
        "+subscribe",
        "resetchannels",
        "&elastauth-*");
    redis.admin().aclLogReset();
    redis.admin().scriptFlush();
    try (TestGateway gateway =
        shared().set("redis.username", "scripting").set("redis.password", "pw").start()) {
      assertLimited(gateway, 200, "Remote-User", "limit.scripting");
      assertThat(redis.template().keys("*rate:user:*")).hasSize(1);
    }
    assertThat(output).doesNotContain("lacks a right").doesNotContain("refuses");
    assertThat(redis.admin().aclLog()).isEmpty();
  }

  /**
   * A script that is stopped half way neither forgets what was counted nor leaves a key for ever.
   */
  @ParameterizedTest
  @ValueSource(strings = {"zadd", "zremrangebyscore", "pttl", "zcard"})
  void withOneCommandForbiddenMemoryCounts(String command) {
    redis.acl("half", "+eval", "+evalsha", "+ping", "+publish", "+subscribe", "-" + command);
    String user = "limit.half-" + command;
    String key = "elastauth-rate:user:" + user;
    redis.admin().zadd(key, System.currentTimeMillis(), "before");
    redis.admin().expire(key, 3_600);
    try (TestGateway gateway =
        shared().set("redis.username", "half").set("redis.password", "pw").start()) {
      assertLimited(gateway, 200, "Remote-User", user);
      assertThat(breaker(gateway).path("state").asText()).isEqualTo("closed");
    }
    assertThat(redis.admin().zscore(key, "before")).isNotNull();
    assertThat(redis.admin().ttl(key)).isBetween(1L, 3_600L);
  }

  @Test
  void aScriptThatRedisForgotIsHandedOverAgain() {
    try (TestGateway gateway = shared().borrow()) {
      assertThat(ask(gateway, "Remote-User", "limit.forgot")).isEqualTo(200);
      redis.admin().scriptFlush();
      assertThat(ask(gateway, "Remote-User", "limit.forgot")).isEqualTo(200);
      assertThat(ask(gateway, "Remote-User", "limit.forgot")).isEqualTo(200);
      assertThat(ask(gateway, "Remote-User", "limit.forgot")).isEqualTo(429);
      assertThat(breaker(gateway).path("failures").asInt()).isZero();
    }
  }

  @Test
  void aValueOfAForeignTypeUnderTheKeyIsNoCount() {
    redis.template().opsForValue().set("elastauth-rate:address:" + CLIENT, "foreign");
    try (TestGateway gateway = shared().borrow()) {
      assertLimited(gateway, 401, "X-Forwarded-For", CLIENT);
    }
  }

  /** A clock that jumps: forward, everything is long ago; back, what lies far ahead is no count. */
  @Test
  void redissClockJumps() {
    String key = "elastauth-rate:address:" + CLIENT;
    double now = System.currentTimeMillis();
    double day = Duration.ofDays(1).toMillis();
    try (TestGateway gateway = shared().borrow()) {
      for (int i = 0; i < LIMIT; i++) {
        redis.admin().zadd(key, now + day, "ahead" + i);
      }
      assertLimited(gateway, 401, "X-Forwarded-For", CLIENT);
      redis.flush();
      for (int i = 0; i < LIMIT; i++) {
        redis.admin().zadd(key, now - day, "behind" + i);
      }
      assertLimited(gateway, 401, "X-Forwarded-For", CLIENT);
      assertThat(redis.admin().zcard(key)).isEqualTo(LIMIT);
    }
  }

  /** Redis with maxmemory reached, and noeviction: no stranger's address makes it larger still. */
  @Test
  void aRedisThatIsFullIsReadAndMemoryCounts() {
    try (RedisServer full = RedisServer.start();
        TestGateway gateway = limiting().with(full).start()) {
      gateway.login("limit.full");
      full.admin().configSet("maxmemory", "1");
      long gets = gets(full);
      assertLimited(gateway, 200, "Remote-User", "limit.full");
      assertThat(gets(full) - gets).as("the cache is read").isEqualTo(LIMIT);
      assertLimited(gateway, 401, "X-Forwarded-For", CLIENT);
      assertThat(full.template().keys("*rate:address*")).isEmpty();
      assertThat(breaker(gateway).path("state").asText()).isEqualTo("closed");
    }
  }

  /** A master that has become a replica refuses to count; what its name leads to then is asked. */
  @Test
  void aReplicaDoesNotCountAndAMasterDoesAgain(CapturedOutput output) {
    try (RedisServer master = RedisServer.start();
        RedisServer turning = RedisServer.start();
        TestGateway gateway = limiting().with(turning).set("cache.type", "memory").start()) {
      assertThat(ask(gateway, "Remote-User", "limit.replica")).isEqualTo(200);
      turning.admin().replicaof("127.0.0.1", master.port());
      assertLimited(gateway, 200, "Remote-User", "limit.replica");
      assertThat(output.getOut()).contains("Redis refuses to count requests").contains("READONLY");
      assertThat(breaker(gateway).path("state").asText()).isEqualTo("closed");
      turning.admin().replicaofNoOne();
      turning.flush();
      assertLimited(gateway, 200, "Remote-User", "limit.replica");
      assertThat(turning.template().keys("*rate:user:*")).hasSize(1);
    }
  }

  /** A user's count lies in one slot, wherever that goes. */
  @Test
  void aClusterCounts() {
    Set<String> users =
        IntStream.range(0, 12).mapToObj(i -> "limit.cluster." + i).collect(Collectors.toSet());
    try (RedisCluster cluster = RedisCluster.start();
        TestGateway one = limiting().set("redis.url", cluster.url()).start();
        TestGateway other = limiting().set("redis.url", cluster.url()).start()) {
      for (String user : users) {
        assertThat(ask(one, "Remote-User", user)).isEqualTo(200);
        assertThat(ask(other, "Remote-User", user)).isEqualTo(200);
      }
      assertThat(cluster.nodes())
          .allMatch(node -> !node.admin().keys("elastauth-rate:*").isEmpty());
      String key = cluster.nodes().get(0).admin().keys("elastauth-rate:*").get(0);
      cluster.move(key, cluster.nodes().get(1));
      for (String user : users) {
        assertThat(ask(one, "Remote-User", user)).isEqualTo(200);
        assertThat(ask(other, "Remote-User", user)).isEqualTo(429);
      }
    }
  }
}
