package org.elastauth.health;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** What /health says about Redis between two background checks. */
class RedisHealthTest {
  private final AtomicBoolean open = new AtomicBoolean(true);
  private final Health health = TestHealth.withRedis(CircuitBreaker.ofDefaults("redis"));

  private JsonNode redis() {
    return TestHealth.report(health).path("cache").path("redis");
  }

  private String status() {
    return TestHealth.report(health).path("status").asText();
  }

  /** An idle gateway sends no command that could fail. */
  @Test
  void aClosedConnectionShowsAtOnceAndSoDoesTheNextOne() {
    health.redisIsOpen(open::get);
    health.redisAnswered(3);
    assertThat(redis().toString()).isEqualTo("{\"connected\":true,\"latency\":\"3ms\"}");
    open.set(false);
    assertThat(redis().toString()).isEqualTo("{\"connected\":false,\"reason\":\"unreachable\"}");
    assertThat(status()).isEqualTo("degraded");
    open.set(true);
    assertThat(redis().path("connected").asBoolean()).isTrue();
    assertThat(status()).isEqualTo("healthy");
  }

  @Test
  void aFailedCheckHasAReasonAndNoLatency() {
    health.redisAnswered(3);
    health.redisFailed(new IllegalStateException("NOAUTH Authentication required"));
    assertThat(redis().toString()).isEqualTo("{\"connected\":false,\"reason\":\"NOAUTH\"}");
  }
}
