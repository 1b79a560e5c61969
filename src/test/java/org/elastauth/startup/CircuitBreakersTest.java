package org.elastauth.startup;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.awaitility.Awaitility;
import org.elastauth.config.TestSettings;
import org.elastauth.health.Health;
import org.elastauth.health.TestHealth;
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

  private final Health health = TestHealth.withRedis(breaker);

  private void fail() {
    breaker.onError(1, TimeUnit.MILLISECONDS, new IllegalStateException("not connected"));
  }

  private boolean isOut() {
    return health.problems().get("redis").getAsBoolean();
  }

  /** The next check of the timer, which would say so, may be half a minute away. */
  @Test
  void theReasonIsKnownAsSoonAsRequestsStopToUseRedis(CapturedOutput output) {
    AtomicReference<String> refusal = new AtomicReference<>("WRONGPASS invalid pair");
    LongSupplier ping =
        () -> {
          if (refusal.get() != null) {
            throw new IllegalStateException(refusal.get());
          }
          return 1;
        };
    health.redisAnswered(1);
    CircuitBreakers.checkAtChange(breaker, ping, health);
    for (int i = 0; i < 5; i++) {
      fail();
    }
    Awaitility.await().until(() -> output.getOut().contains("WRONGPASS invalid pair"));
    assertThat(isOut()).isTrue();
    breaker.transitionToHalfOpenState();
    fail();
    refusal.set(null);
    breaker.transitionToHalfOpenState();
    breaker.onSuccess(1, TimeUnit.MILLISECONDS);
    Awaitility.await().until(() -> !isOut());
    assertThat(output).containsOnlyOnce("falling back to memory").contains("Redis answers again");
    assertThat(output.getAll().lines().filter(line -> line.contains(CHANGED)))
        .as("without the failed probe")
        .hasSize(2)
        .last()
        .asString()
        .contains("INFO", "state=\"closed\"");
  }
}
