package org.elastauth.startup;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowSynchronizationStrategy;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import java.time.Duration;
import java.util.function.Predicate;
import org.elastauth.redis.RedisFailure;
import org.elastauth.redis.RedisSettings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * One breaker a server, and one for userinfo, shared by every route that calls it. A threshold of N
 * means N failures in a row: a window of N calls that opens at 100 % failures.
 */
@Configuration(proxyBeanMethods = false)
class CircuitBreakers {
  private static final Logger LOG = LoggerFactory.getLogger(CircuitBreakers.class);
  private static final int ELASTICSEARCH_THRESHOLD = 5;

  /** The background look closes it long before; who asks to log in should not have to probe. */
  private static final Duration ELASTICSEARCH_OPEN = Duration.ofSeconds(60);

  private static final int DATABASE_THRESHOLD = 5;

  /** The background look closes it long before. */
  private static final Duration DATABASE_OPEN = Duration.ofSeconds(60);

  private static final int PROVIDER_THRESHOLD = 5;

  /** Nobody looks in the background: the next one who needs the provider tries. */
  private static final Duration PROVIDER_OPEN = Duration.ofSeconds(5);

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
            // the value of one user must not keep Redis from all others, nor a full Redis be unread
            failure -> RedisFailure.refusal(failure).isEmpty());
    if (!configured.enabled()) {
      breaker.transitionToDisabledState();
    }
    return breaker;
  }

  @Bean
  CircuitBreaker elasticsearchBreaker(CircuitBreakerRegistry registry) {
    return breaker(
        registry, "elasticsearch", ELASTICSEARCH_THRESHOLD, ELASTICSEARCH_OPEN, failure -> true);
  }

  @Bean
  CircuitBreaker databaseBreaker(CircuitBreakerRegistry registry) {
    return breaker(registry, "database", DATABASE_THRESHOLD, DATABASE_OPEN, failure -> true);
  }

  @Bean
  CircuitBreaker providerBreaker(CircuitBreakerRegistry registry) {
    return breaker(registry, "provider", PROVIDER_THRESHOLD, PROVIDER_OPEN, failure -> true);
  }

  /** Of its own, as anybody can show a token that the provider is asked about. */
  @Bean
  CircuitBreaker userinfoBreaker(CircuitBreakerRegistry registry) {
    return breaker(registry, "userinfo", PROVIDER_THRESHOLD, PROVIDER_OPEN, failure -> true);
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
                // a lock-free window of one call, as half open it is, throws at its second call,
                // which may have been under way since before (Resilience4j 2.3)
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
    breaker
        .getEventPublisher()
        .onStateTransition(
            event ->
                LOG.atWarn()
                    .addKeyValue("breaker", name)
                    .addKeyValue("state", event.getStateTransition().getToState().name())
                    .log("Circuit breaker changed its state"));
    return breaker;
  }
}
