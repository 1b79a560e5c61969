package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.elastauth.server.RedisServer;
import org.elastauth.server.TestGateway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** SPEC 7: redis.circuit_breaker and redis.health_check do what they say, and recover alone. */
@Timeout(120)
class RedisBreakerIT {
  private static final String USER = "breaker.user";

  private RedisServer redis;

  @BeforeEach
  void start() {
    redis = RedisServer.start();
  }

  @AfterEach
  void stop() {
    redis.resume();
    redis.close();
  }

  /** With no background look after the first, so that only requests meet Redis. */
  private TestGateway.Builder gateway(String type) {
    return TestGateway.builder()
        .set("elasticsearch.dry_run", true)
        .with(redis)
        .set("cache.type", type)
        .set("redis.read_timeout", "200ms")
        .set("redis.health_check.interval", "1h");
  }

  private static String breaker(TestGateway gateway, String field) {
    return gateway.health().path("cache").path("circuit_breaker").path(field).asText();
  }

  private static void assertState(TestGateway gateway, String state) {
    assertThat(breaker(gateway, "state")).isEqualTo(state);
    assertThat(gateway.get("/metrics").body())
        .contains("elastauth_circuit_breaker_state{name=\"redis\",state=\"" + state + "\"} 1.0");
  }

  private static void awaitState(TestGateway gateway, String state) {
    Awaitility.await(state)
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertState(gateway, state));
  }

  /** Each of them is a user memory does not know, so that hybrid has to ask Redis as well. */
  private static void askAnew(TestGateway gateway, int times) {
    for (int i = 0; i < times; i++) {
      gateway.login(USER + System.nanoTime());
    }
  }

  /** SPEC 7: threshold N means N failures in a row. */
  @ParameterizedTest
  @CsvSource({"redis, 1", "redis, 3", "hybrid, 4"})
  void itOpensAtTheThreshold(String type, int threshold) {
    try (TestGateway gateway =
        gateway(type)
            .set("redis.circuit_breaker.threshold", threshold)
            .set("redis.circuit_breaker.timeout", "1h")
            .start()) {
      askAnew(gateway, threshold);
      redis.freeze();
      askAnew(gateway, threshold - 1);
      assertState(gateway, "closed");
      assertThat(breaker(gateway, "failures")).isEqualTo(Integer.toString(threshold - 1));
      askAnew(gateway, 1);
      assertState(gateway, "open");
      assertThat(gateway.health().path("status").asText()).isEqualTo("degraded");
      assertThat(gateway.health().path("redis").path("available").asBoolean()).isFalse();
      assertThat(gateway.get("/metrics").body())
          .contains("elastauth_redis_connections_active 0.0")
          .contains("elastauth_circuit_breaker_state{name=\"redis\",state=\"closed\"} 0.0");
    }
  }

  /** SPEC 7: failures in a row, not in all. */
  @Test
  void oneAnswerBetweenFailuresKeepsItClosed() {
    redis.acl("changing");
    try (TestGateway gateway =
        gateway("redis")
            .set("redis.username", "changing")
            .set("redis.password", "pw")
            .set("redis.circuit_breaker.threshold", 2)
            .set("redis.circuit_breaker.timeout", "1h")
            .start()) {
      gateway.login(USER);
      for (int i = 0; i < 3; i++) {
        redis.acl("changing", "-getrange");
        gateway.login(USER);
        assertThat(breaker(gateway, "failures")).isEqualTo("1");
        redis.acl("changing", "+getrange");
        gateway.login(USER);
        assertState(gateway, "closed");
      }
      redis.acl("changing", "-getrange");
      gateway.login(USER);
      gateway.login(USER);
      assertState(gateway, "open");
    }
  }

  @Test
  void openItAsksNothingUntilItsTimeIsOver() {
    try (TestGateway gateway =
        gateway("redis")
            .set("redis.circuit_breaker.threshold", 1)
            .set("redis.circuit_breaker.timeout", "1h")
            .set("redis.health_check.interval", "1s")
            .start()) {
      gateway.login(USER);
      redis.freeze();
      gateway.login(USER);
      assertState(gateway, "open");
      redis.resume();
      long pings = redis.calls("ping");
      Awaitility.await("the background look finds Redis again")
          .until(() -> redis.calls("ping") > pings + 10);
      long reads = redis.reads();
      for (int i = 0; i < 20; i++) {
        gateway.login(USER);
      }
      assertThat(redis.reads()).isEqualTo(reads);
      assertState(gateway, "open");
    }
  }

  @ParameterizedTest
  @CsvSource({"redis", "hybrid"})
  void afterItsTimeRedisIsUsedAgain(String type) {
    try (TestGateway gateway =
        gateway(type)
            .set("redis.circuit_breaker.threshold", 1)
            .set("redis.circuit_breaker.timeout", "1s")
            .start()) {
      redis.freeze();
      askAnew(gateway, 1);
      assertThat(breaker(gateway, "state")).isNotEqualTo("closed");
      redis.resume();
      Awaitility.await("Redis is written again")
          .atMost(Duration.ofSeconds(30))
          .until(
              () -> {
                askAnew(gateway, 1);
                return !redis.template().keys("*").isEmpty();
              });
      awaitState(gateway, "closed");
    }
  }

  @Test
  void switchedOffItNeverOpens() {
    try (TestGateway gateway =
        gateway("redis")
            .set("redis.circuit_breaker.enabled", false)
            .set("redis.circuit_breaker.threshold", 1)
            .start()) {
      String header = gateway.login(USER);
      redis.freeze();
      for (int i = 0; i < 5; i++) {
        assertThat(gateway.login(USER)).isEqualTo(header);
      }
      assertState(gateway, "disabled");
    }
  }

  @Test
  void theBackgroundLookIsAsOftenAsConfigured() {
    try (TestGateway often = gateway("redis").set("redis.health_check.interval", "1s").start()) {
      int connections = 10;
      Awaitility.await("looks, and not only the one at the start")
          .until(() -> redis.calls("ping") > 2 * connections);
      redis.kill();
      // nobody has asked for anything, and yet it is known
      Awaitility.await("degraded")
          .until(() -> often.health().path("status").asText().equals("degraded"));
      assertThat(breaker(often, "failures")).isEqualTo("0");
      redis.restart();
      Awaitility.await("healthy")
          .until(() -> often.health().path("status").asText().equals("healthy"));
    }
  }
}
