package org.elastauth.startup;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.StateTransition;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowSynchronizationStrategy;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.elastauth.health.Health;
import org.elastauth.redis.RedisFailure;
import org.elastauth.redis.RedisSettings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * One breaker for each server, and one for userinfo. A threshold of N means N failures in a row: a
 * window of N calls that opens at a failure rate of 100 %.
 */
@Configuration(proxyBeanMethods = false)
class CircuitBreakers {
  private static final Logger LOG = LoggerFactory.getLogger(CircuitBreakers.class);
  private static final int THRESHOLD = 5;

  /** The background check usually closes the breaker earlier, so that no login has to probe. */
  private static final Duration OPEN_WITH_CHECK = Duration.ofSeconds(60);

  /** Without a background check, the next request probes. */
  private static final Duration OPEN = Duration.ofSeconds(5);

  @Bean
  CircuitBreakerRegistry circuitBreakerRegistry() {
    return CircuitBreakerRegistry.ofDefaults();
  }

  @Bean
  CircuitBreaker redisBreaker(CircuitBreakerRegistry registry, Settings settings) {
    return redisBreaker(registry, "redis", settings);
  }

  /** Of requests that only Redis may answer: slow answers do not open it. */
  @Bean
  CircuitBreaker redisFailClosedBreaker(CircuitBreakerRegistry registry, Settings settings) {
    return redisBreaker(registry, "redis-fail-closed", settings);
  }

  private static CircuitBreaker redisBreaker(
      CircuitBreakerRegistry registry, String name, Settings settings) {
    RedisSettings.CircuitBreaker configured = settings.redis().circuitBreaker();
    CircuitBreaker breaker =
        breaker(
            registry,
            name,
            configured.threshold(),
            configured.timeout(),
            // an error reply to one command says nothing about other users; a full Redis still
            // reads
            failure -> RedisFailure.refusal(failure).isEmpty());
    if (!configured.enabled()) {
      breaker.transitionToDisabledState();
    }
    return breaker;
  }

  @Bean
  CircuitBreaker elasticsearchBreaker(CircuitBreakerRegistry registry) {
    return breaker(registry, "elasticsearch", THRESHOLD, OPEN_WITH_CHECK, failure -> true);
  }

  @Bean
  CircuitBreaker databaseBreaker(CircuitBreakerRegistry registry) {
    return breaker(registry, "database", THRESHOLD, OPEN_WITH_CHECK, failure -> true);
  }

  @Bean
  @ConditionalOnProperty("elastauth.audit.delivered")
  CircuitBreaker auditBreaker(CircuitBreakerRegistry registry) {
    return breaker(registry, "audit", THRESHOLD, OPEN, failure -> true);
  }

  @Bean
  CircuitBreaker providerBreaker(CircuitBreakerRegistry registry) {
    return breaker(registry, "provider", THRESHOLD, OPEN, failure -> true);
  }

  /** A separate breaker, because any client can trigger userinfo requests with unknown tokens. */
  @Bean
  CircuitBreaker userinfoBreaker(CircuitBreakerRegistry registry) {
    return breaker(registry, "userinfo", THRESHOLD, OPEN, failure -> true);
  }

  private static CircuitBreaker breaker(
      CircuitBreakerRegistry registry,
      String name,
      int threshold,
      Duration open,
      Predicate<Throwable> failures) {
    CircuitBreaker breaker =
        registry.circuitBreaker(
            name,
            CircuitBreakerConfig.custom()
                .slidingWindowType(SlidingWindowType.COUNT_BASED)
                .slidingWindowSize(threshold)
                // LOCK_FREE throws on a late result after a failed probe (Resilience4j 2.3)
                .slidingWindowSynchronizationStrategy(
                    SlidingWindowSynchronizationStrategy.SYNCHRONIZED)
                .minimumNumberOfCalls(threshold)
                .failureRateThreshold(100)
                .recordException(failures)
                .waitDurationInOpenState(open)
                .automaticTransitionFromOpenToHalfOpenEnabled(true)
                .permittedNumberOfCallsInHalfOpenState(1)
                .writableStackTraceEnabled(false)
                .build());
    breaker.getEventPublisher().onStateTransition(event -> log(name, event.getStateTransition()));
    return breaker;
  }

  /** Not each probe of a server that still fails, which changes the state twice. */
  private static void log(String name, StateTransition moved) {
    if (moved == StateTransition.CLOSED_TO_OPEN) {
      LOG.atWarn()
          .addKeyValue("breaker", name)
          .addKeyValue("state", "open")
          .log("Circuit breaker changed state");
    } else if (moved.getToState() == State.CLOSED) {
      LOG.atInfo()
          .addKeyValue("breaker", name)
          .addKeyValue("state", "closed")
          .log("Circuit breaker changed state");
    }
  }

  /**
   * Checks Redis when requests stop to use it, and when they use it again. The next check of the
   * timer, which finds the reason of an outage, may be half a minute away.
   *
   * @param ping returns the latency; waits for Redis
   */
  static void checkAtChange(CircuitBreaker redis, LongSupplier ping, Health health) {
    redis
        .getEventPublisher()
        .onStateTransition(
            event -> {
              StateTransition moved = event.getStateTransition();
              if (moved == StateTransition.CLOSED_TO_OPEN
                  || moved == StateTransition.HALF_OPEN_TO_CLOSED) {
                Thread check = new Thread(() -> check(redis, ping, health), "redis-check");
                check.setDaemon(true);
                check.start();
              }
            });
  }

  private static void check(CircuitBreaker redis, LongSupplier ping, Health health) {
    try {
      health.redisAnswered(ping.getAsLong());
    } catch (RuntimeException failure) {
      if (redis.getState() != State.CLOSED) { // else it began before Redis answered again
        health.redisFailed(failure);
      }
    }
  }
}
