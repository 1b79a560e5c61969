package org.elastauth.metrics;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;

/** Counts the Redis commands of the routes, and prints all metrics for Prometheus. */
@Component("metrics")
public final class Metrics {
  private static final String REDIS_OPERATIONS = "elastauth.redis.operations";

  private final PrometheusMeterRegistry registry;
  private final Counter gets;
  private final Counter hits;
  private final Counter misses;

  /** Resolved once: a lookup in the registry costs more than the increment. */
  private final Map<String, Counter> operations = new ConcurrentHashMap<>();

  /**
   * @param features register their own metrics
   */
  public Metrics(
      PrometheusMeterRegistry registry,
      List<CircuitBreaker> breakers,
      ObjectProvider<MeterBinder> features) {
    this.registry = registry;
    this.gets = operation("get");
    this.hits = registry.counter("elastauth.redis.cache.hits");
    this.misses = registry.counter("elastauth.redis.cache.misses");
    features.forEach(feature -> feature.bindTo(registry));
    for (CircuitBreaker breaker : breakers) {
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

  /** Counts a read of the shared cache as a hit or, for null, a miss. */
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
    operations.computeIfAbsent(operation, this::operation).increment();
  }

  private Counter operation(String name) {
    return registry.counter(REDIS_OPERATIONS, "operation", name);
  }

  /** The text format of Prometheus, version 0.0.4. */
  public String scrape() {
    return registry.scrape();
  }
}
