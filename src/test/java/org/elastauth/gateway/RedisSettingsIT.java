package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import org.awaitility.Awaitility;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.RedisServer;
import org.elastauth.server.Servers;
import org.elastauth.server.TestGateway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** SPEC 7 and 13.6: what is set for the connection to Redis is what it is made with. */
@ExtendWith(Servers.class)
@Timeout(60)
class RedisSettingsIT {
  /** What seed 001 grants. */
  private static final String[] ACL = {
    "--user", "gateway", "on", ">acl-pw", "~elastauth-*", "+@read", "+@write"
  };

  private final ElasticsearchServer elasticsearch;

  RedisSettingsIT(ElasticsearchServer elasticsearch) {
    this.elasticsearch = elasticsearch;
  }

  private TestGateway.Builder gateway(RedisServer redis) {
    return TestGateway.builder()
        .on(elasticsearch)
        .with(redis)
        .set("redis.health_check.interval", "1s")
        .set("redis.circuit_breaker.timeout", "1s");
  }

  private static void assertCachesInRedis(TestGateway gateway, RedisServer redis, String user) {
    Awaitility.await("healthy")
        .until(() -> gateway.health().path("status").asText().equals("healthy"));
    String header = gateway.login(user);
    long hits = hits(redis);
    assertThat(gateway.login(user)).isEqualTo(header);
    assertThat(hits(redis) - hits).isEqualTo(1);
  }

  private static long hits(RedisServer redis) {
    return Long.parseLong(redis.info("stats", "keyspace_hits"));
  }

  private static void assertServesFromMemory(TestGateway gateway, String user) {
    String header = gateway.login(user);
    Awaitility.await("degraded")
        .until(() -> gateway.health().path("status").asText().equals("degraded"));
    assertThat(gateway.health().path("redis").path("available").asBoolean()).isFalse();
    assertThat(gateway.login(user)).isEqualTo(header);
    assertThat(gateway.get("/elastauth/ready").statusCode()).isEqualTo(200);
  }

  @Test
  void aPassword() {
    try (RedisServer redis = RedisServer.start("--requirepass", "redis-pw")) {
      try (TestGateway gateway = gateway(redis).set("redis.password", "redis-pw").start()) {
        assertCachesInRedis(gateway, redis, "redis.password");
        assertThat(redis.template().keys("*")).hasSize(1);
      }
      redis.flush();
      try (TestGateway gateway = gateway(redis).set("redis.password", "wrong").start()) {
        assertServesFromMemory(gateway, "redis.wrong");
      }
      try (TestGateway gateway = gateway(redis).start()) {
        assertServesFromMemory(gateway, "redis.none");
      }
      assertThat(redis.template().keys("*")).isEmpty();
    }
  }

  @Test
  void anotherDatabase() {
    try (RedisServer redis = RedisServer.start();
        TestGateway gateway = gateway(redis).set("redis.db", 3).start()) {
      assertCachesInRedis(gateway, redis, "redis.db");
      assertThat(redis.info("keyspace", "db3")).startsWith("keys=1,");
      assertThat(redis.info("keyspace", "db0")).isNull();
    }
  }

  /** It may not PING, which proves that Redis is alive as well as PONG does. */
  @Test
  void aUserWhoMayOnlyReadAndWriteItsOwnKeys() {
    try (RedisServer redis = RedisServer.start(ACL)) {
      try (TestGateway gateway =
          gateway(redis).set("redis.username", "gateway").set("redis.password", "acl-pw").start()) {
        assertCachesInRedis(gateway, redis, "redis.acl");
        assertThat(redis.template().keys("*")).hasSize(1);
      }
      redis.flush();
      try (TestGateway gateway =
          gateway(redis).set("redis.username", "gateway").set("redis.password", "wrong").start()) {
        assertServesFromMemory(gateway, "redis.acl-wrong");
      }
      try (TestGateway gateway =
          gateway(redis)
              .set("redis.username", "gateway")
              .set("redis.password", "acl-pw")
              .set("cache.key_prefix", "other-")
              .start()) {
        // Redis answers, but not about these keys
        String header = gateway.login("redis.acl-prefix");
        assertThat(gateway.login("redis.acl-prefix")).isEqualTo(header);
      }
      assertThat(redis.template().keys("*")).isEmpty();
    }
  }
}
