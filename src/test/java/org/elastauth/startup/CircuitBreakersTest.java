package org.elastauth.startup;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.lettuce.core.RedisCommandExecutionException;
import java.time.Clock;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.elastauth.config.TestSettings;
import org.elastauth.health.Health;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class CircuitBreakersTest {
  private static final String CHANGED = "Circuit breaker changed state";

  private final CircuitBreaker breaker =
      new CircuitBreakers()
          .redisBreaker(
              CircuitBreakerRegistry.ofDefaults(), TestSettings.of(Map.of("redis.host", "redis")));

  private final Health health =
      new Health(
          Map.of("cache", "redis"),
          Set.of("cache"),
          true,
          false,
          false,
          breaker,
          CircuitBreaker.ofDefaults("elasticsearch"),
          CircuitBreaker.ofDefaults("database"),
          Clock.systemUTC());

  private void fail() {
    breaker.onError(
        1, TimeUnit.MILLISECONDS, new RedisCommandExecutionException("WRONGPASS invalid pair."));
  }

  /** The background check, which would say so, may be half a minute away. */
  @Test
  void theReasonIsKnownAsSoonAsRequestsStopToUseRedis(CapturedOutput output) {
    health.redisAnswered(1);
    CircuitBreakers.report(breaker, health);
    for (int i = 0; i < 5; i++) {
      fail();
    }
    assertThat(breaker.getState()).isEqualTo(CircuitBreaker.State.OPEN);
    assertThat(health.problems().get("redis").getAsBoolean()).isTrue();
    assertThat(output)
        .containsPattern("WARN.*" + CHANGED + ".*")
        .contains("Redis connection failed, falling back to memory")
        .contains("WRONGPASS invalid pair; check redis.username and redis.password");
    breaker.transitionToHalfOpenState();
    fail();
    breaker.transitionToHalfOpenState();
    breaker.onSuccess(1, TimeUnit.MILLISECONDS);
    assertThat(health.problems().get("redis").getAsBoolean()).isFalse();
    assertThat(output).containsOnlyOnce("falling back to memory").contains("Redis answers again");
    assertThat(output.getAll().lines().filter(line -> line.contains(CHANGED)))
        .as("without the failed probe")
        .hasSize(2)
        .last()
        .asString()
        .contains("INFO", "state=\"closed\"");
  }
}
