package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.elastauth.identity.Identity;
import org.elastauth.server.RedisServer;
import org.elastauth.server.SessionPort;
import org.elastauth.server.TestGateway;
import org.elastauth.session.Session;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** A slow, late or failing Redis weakens no promise of a feature that does not need it. */
@Timeout(120)
class RedisLateIT {
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

  private TestGateway.Builder gateway() {
    return TestGateway.builder()
        .set("elasticsearch.dry_run", true)
        .with(redis)
        .set("redis.circuit_breaker.threshold", 1)
        .set("redis.circuit_breaker.timeout", "1s")
        .set("redis.health_check.interval", "1s");
  }

  private TestGateway.Builder withSessions() {
    return gateway().set("session.enabled", true).set("session.store", "redis");
  }

  private static Session session(String subject) {
    long now = Instant.now().getEpochSecond();
    Identity identity = new Identity("john.doe", "", "", List.of(), now);
    String sid = UUID.randomUUID().toString();
    return new Session(identity, subject, sid, "", "", "", now + 300, now, now + 3_600);
  }

  private static CircuitBreaker breaker(TestGateway gateway) {
    return gateway.bean(CircuitBreakerRegistry.class).circuitBreaker("redis");
  }

  /** Redis carries out the write of a session after its timeout, and after the user's logout. */
  @Test
  void aLateWriteAfterALogoutDoesNotBringTheSessionBack() {
    try (TestGateway gateway =
            withSessions()
                .set("redis.write_timeout", "200ms")
                .set("redis.circuit_breaker.timeout", "5s")
                .start();
        TestGateway other = withSessions().start()) {
      SessionPort sessions = new SessionPort(gateway);
      redis.freeze();
      String key = sessions.put(session("late"));
      assertThat(breaker(gateway).getState()).isEqualTo(CircuitBreaker.State.OPEN);
      sessions.delete(key);
      redis.resume();
      Awaitility.await("the end is written")
          .atMost(Duration.ofSeconds(60))
          .until(
              () ->
                  redis.admin().keys("elastauth-session-*" + key).stream()
                      .anyMatch(hash -> redis.admin().hkeys(hash).equals(List.of("ended"))));
      assertThat(new SessionPort(other).get(key)).isNull();
      assertThat(sessions.get(key)).isNull();
    }
  }

  @Test
  void aRedisThatFailsAnotherFeatureIsNoReasonNotToWriteTheDatabase(@TempDir Path folder) {
    String url =
        TestGateway.createCacheTable("jdbc:h2:" + folder.resolve("cache") + ";AUTO_SERVER=TRUE");
    try (TestGateway gateway =
        gateway()
            .set("cache.type", "database")
            .set("cache.url", url)
            .set("rate_limit.enabled", true)
            .set("rate_limit.store", "redis")
            .start()) {
      redis.kill();
      String header = gateway.login("late.database");
      assertThat(gateway.login("late.database")).isEqualTo(header);
      assertThat(
              new JdbcTemplate(new DriverManagerDataSource(url))
                  .queryForObject("SELECT COUNT(*) FROM elastauth_cache", Integer.class))
          .isEqualTo(1);
    }
  }

  /** The breaker that slow replies have opened does not refuse what only Redis may answer. */
  @Test
  void slowRepliesDoNotRefuseRequestsThatFailClosed() {
    try (TestGateway gateway =
        gateway()
            .set("cache.type", "redis")
            .set("rate_limit.enabled", true)
            .set("rate_limit.policy", "fail_closed")
            .set("redis.patience", "100ms")
            .set("redis.read_timeout", "60s")
            .set("redis.write_timeout", "60s")
            .set("redis.circuit_breaker.timeout", "1h")
            .set("redis.health_check.interval", "1h")
            .start()) {
      String header = gateway.login("late.closed");
      redis.freeze();
      String base64 =
          Base64.getEncoder().encodeToString("late.closed".getBytes(StandardCharsets.US_ASCII));
      gateway.call(
          "direct:cache-redis-get",
          null,
          Map.of(
              "cacheKey",
              "elastauth-" + URLEncoder.encode(base64, StandardCharsets.US_ASCII),
              "identity",
              new Identity("late.closed", "", "", List.of(), 1)));
      assertThat(breaker(gateway).getState()).isEqualTo(CircuitBreaker.State.OPEN);
      CompletableFuture<HttpResponse<String>> waiting = gateway.decideLater("late.closed");
      redis.resume();
      assertThat(TestGateway.authorization(waiting.join())).hasValue(header);
    }
  }

  @Test
  void aPendingWriteThatKeepsFailingKeepsNoOtherFromBeingWritten() {
    redis.acl("settling", "+ping");
    try (TestGateway gateway =
        withSessions()
            .set("redis.username", "settling")
            .set("redis.password", "pw")
            .set("redis.circuit_breaker.threshold", 100)
            .start()) {
      SessionPort sessions = new SessionPort(gateway);
      redis.acl("settling", "-hset", "-zrangebyscore");
      String key = sessions.put(session("settled"));
      sessions.deleteAll("subject", "another subject");
      redis.acl("settling", "-zrangebyscore");
      Awaitility.await("the session is written, while the logout still fails")
          .atMost(Duration.ofSeconds(30))
          .until(() -> redis.admin().keys("elastauth-session-*" + key).size() == 1);
    }
  }
}
