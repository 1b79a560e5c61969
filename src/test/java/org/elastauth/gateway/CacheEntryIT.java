package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.awaitility.Awaitility;
import org.elastauth.crypto.PaddedEntry;
import org.elastauth.crypto.SecretKeys;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.RedisServer;
import org.elastauth.server.Servers;
import org.elastauth.server.TestGateway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** SPEC 4: what lies in Redis is read with suspicion, and losing it loses nothing. */
@ExtendWith(Servers.class)
class CacheEntryIT {
  private final ElasticsearchServer elasticsearch;
  private final RedisServer redis;

  CacheEntryIT(ElasticsearchServer elasticsearch, RedisServer redis) {
    this.elasticsearch = elasticsearch;
    this.redis = redis;
  }

  private TestGateway.Builder gateway() {
    return TestGateway.builder().on(elasticsearch).with(redis);
  }

  private static String key(String user) {
    return "elastauth-"
        + java.net.URLEncoder.encode(
            java.util.Base64.getEncoder()
                .encodeToString(user.getBytes(java.nio.charset.StandardCharsets.US_ASCII)),
            java.nio.charset.StandardCharsets.US_ASCII);
  }

  /** SPEC 13.10: credentials are not cached in clear. */
  @Test
  void theEntryIsEncryptedNamedAndBoundedByTheWindow() {
    // the name may belong to a subject of another test
    elasticsearch.admin("DELETE", "/_security/user/john.doe", null);
    try (TestGateway gateway = gateway().borrow()) {
      String authorization = gateway.login("john.doe");
      String value = redis.template().opsForValue().get("elastauth-am9obi5kb2U%3D");
      assertThat(value)
          .matches("[A-Za-z0-9_-]+")
          .doesNotContain(authorization.substring("Basic ".length()));
      long until =
          elasticsearch.user("john.doe").path("metadata").path("elastauth").path("until").asLong();
      long ttl = redis.template().getExpire("elastauth-am9obi5kb2U%3D");
      assertThat(ttl).isPositive().isLessThanOrEqualTo(until - Instant.now().getEpochSecond() + 1);
    }
  }

  @Test
  void aCachedDecisionIsExactlyOneRoundTrip() {
    // one that no other gateway asks anything
    try (RedisServer own = RedisServer.start();
        TestGateway gateway =
            gateway().with(own).set("redis.health_check.interval", "1h").start()) {
      own.awaitConnections(gateway);
      gateway.login("cache.trips");
      // the first background PING may still be on its way
      Awaitility.await().until(() -> gateway.health().path("redis").path("available").asBoolean());
      long gets = own.reads();
      long before = own.commands();
      for (int i = 0; i < 10; i++) {
        gateway.login("cache.trips");
      }
      // the second look at the statistics counts itself
      assertThat(own.commands() - before).isEqualTo(11);
      assertThat(own.reads() - gets).isEqualTo(10);
    }
  }

  /** SPEC 8: a cached entry that is unreadable is a miss. */
  @ParameterizedTest
  @ValueSource(strings = {"", "damaged", "AdAAAA", "\u00e4", "Zm9yZWlnbg=="})
  void aDamagedEntryIsAMiss(String value) {
    try (TestGateway gateway = gateway().borrow()) {
      String authorization = gateway.login("cache.damaged");
      long version = elasticsearch.version("cache.damaged");
      redis.template().opsForValue().set(key("cache.damaged"), value);
      assertThat(gateway.login("cache.damaged")).isEqualTo(authorization);
      assertThat(redis.template().opsForValue().get(key("cache.damaged"))).isNotEqualTo(value);
      assertThat(elasticsearch.version("cache.damaged")).isEqualTo(version);
    }
  }

  /** SPEC 8: so is one that is too large. */
  @Test
  void anEntryOver64KiBIsAMiss() {
    try (TestGateway gateway = gateway().borrow()) {
      String authorization = gateway.login("cache.huge");
      String entry = redis.template().opsForValue().get(key("cache.huge"));
      String huge = PaddedEntry.of(TestGateway.KEY, key("cache.huge"), entry, 70_000);
      redis.template().opsForValue().set(key("cache.huge"), huge);
      assertThat(gateway.login("cache.huge")).isEqualTo(authorization);
      assertThat(redis.template().opsForValue().get(key("cache.huge")))
          .as("replaced, thus a miss")
          .hasSizeLessThan(1_000);
    }
  }

  /** SPEC 8: so is one that was swapped. */
  @Test
  void anotherUsersEntryIsAMiss() {
    try (TestGateway gateway = gateway().borrow()) {
      gateway.login("cache.theirs");
      String mine = gateway.login("cache.mine");
      redis
          .template()
          .opsForValue()
          .set(key("cache.mine"), redis.template().opsForValue().get(key("cache.theirs")));
      assertThat(gateway.login("cache.mine")).isEqualTo(mine);
    }
  }

  /** SPEC 8: so is one with a lower (issued, generation) than was seen before. */
  @Test
  void aRolledBackEntryIsAMiss() {
    try (TestGateway gateway = gateway().borrow()) {
      String old = gateway.login("cache.rollback");
      String entry = redis.template().opsForValue().get(key("cache.rollback"));
      // the user changes the password; the next miss heals that with a new generation
      elasticsearch.request(
          "POST", "/_security/user/_password", old, "{\"password\":\"my-own-choice\"}");
      redis.flush();
      String healed = gateway.login("cache.rollback");
      assertThat(healed).isNotEqualTo(old);
      redis.template().opsForValue().set(key("cache.rollback"), entry);
      assertThat(gateway.login("cache.rollback")).isEqualTo(healed);
    }
  }

  /** SPEC 8, key rotated, and 13.7: a miss, not an error until the entry ends. */
  @Test
  void anEntryUnderAnotherKeyIsAMiss() {
    String foreign;
    try (TestGateway other =
        TestGateway.builder()
            .on(elasticsearch)
            .with(redis)
            .set("secret_key", SecretKeys.generate())
            .start()) {
      other.login("cache.key");
      foreign = redis.template().opsForValue().get(key("cache.key"));
    }
    try (TestGateway gateway = gateway().start()) {
      // started later than the writer, so it takes the user over
      String authorization = gateway.login("cache.key");
      assertThat(redis.template().opsForValue().get(key("cache.key"))).isNotEqualTo(foreign);
      assertThat(
              elasticsearch
                  .request("GET", "/_security/_authenticate", authorization, null)
                  .statusCode())
          .isEqualTo(200);
      assertThat(
              elasticsearch
                  .user("cache.key")
                  .path("metadata")
                  .path("elastauth")
                  .path("generation")
                  .asLong())
          .isEqualTo(2);
    }
  }

  /** SPEC 8: Redis emptied. */
  @Test
  void afterALossOfTheCacheNothingIsWritten() {
    try (TestGateway gateway = gateway().borrow()) {
      String authorization = gateway.login("cache.flushed");
      long version = elasticsearch.version("cache.flushed");
      redis.flush();
      assertThat(gateway.login("cache.flushed")).isEqualTo(authorization);
      assertThat(elasticsearch.version("cache.flushed")).isEqualTo(version);
      assertThat(redis.template().hasKey(key("cache.flushed"))).isTrue();
    }
  }

  /** SPEC 13.2: no cache makes a password last. */
  @Test
  void anEntryEndsWithItsWindowEvenWhereTheCacheKeepsIt() {
    TestGateway.SetClock clock = new TestGateway.SetClock(Instant.now());
    try (TestGateway gateway =
        TestGateway.builder()
            .on(elasticsearch)
            .with(redis)
            .set("cache.expiration", "2h")
            .clock(clock)
            .start()) {
      String first = gateway.login("cache.window");
      redis.template().persist(key("cache.window"));
      clock.advance(Duration.ofHours(2));
      String second = gateway.login("cache.window");
      assertThat(second).isNotEqualTo(first);
      assertThat(elasticsearch.request("GET", "/_security/_authenticate", first, null).statusCode())
          .isEqualTo(401);
      assertThat(
              elasticsearch.request("GET", "/_security/_authenticate", second, null).statusCode())
          .isEqualTo(200);
    }
  }
}
