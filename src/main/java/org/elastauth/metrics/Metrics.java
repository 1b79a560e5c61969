package org.elastauth.metrics;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.Locale;
import org.elastauth.health.Health;
import org.elastauth.redis.RedisConnections;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;

/** What the routes count, and the page Prometheus reads. */
@Component("metrics")
public final class Metrics {
  private static final String REDIS_OPERATIONS = "elastauth.redis.operations";

  private final PrometheusMeterRegistry registry;
  private final Counter gets;
  private final Counter hits;
  private final Counter misses;

  public Metrics(
      PrometheusMeterRegistry registry,
      CircuitBreakerRegistry breakers,
      Health health,
      ObjectProvider<RedisConnections> connections) {
    this.registry = registry;
    this.gets = registry.counter(REDIS_OPERATIONS, "operation", "get");
    this.hits = registry.counter("elastauth.redis.cache.hits");
    this.misses = registry.counter("elastauth.redis.cache.misses");
    Gauge.builder(
            "elastauth.redis.connections.active",
            health,
            h -> h.redisConnected() ? connections.getObject().active() : 0)
        .register(registry);
    for (CircuitBreaker breaker : breakers.getAllCircuitBreakers()) {
      for (CircuitBreaker.State state : CircuitBreaker.State.values()) {
        Gauge.builder(
                "elastauth.circuit.breaker.state", breaker, b -> b.getState() == state ? 1 : 0)
            .description("1 for the state the breaker is in")
            .tag("name", breaker.getName())
            .tag("state", state.name().toLowerCase(Locale.ROOT))
            .register(registry);
      }
    }
  }

  /** Counts a read of the shared cache by what it found. */
  public void redisGet(String value) {
    gets.increment();
    (value == null ? misses : hits).increment();
  }

  /**
   * Counts another command.
   *
   * @param operation its name in lower case
   */
  public void redisOperation(String operation) {
    registry.counter(REDIS_OPERATIONS, "operation", operation).increment();
  }

  /** The text format of Prometheus, version 0.0.4. */
  public String scrape() {
    return registry.scrape();
  }
}
