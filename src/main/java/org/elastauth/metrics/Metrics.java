package org.elastauth.metrics;

import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;

/** Counts the Redis commands of the routes, and prints all metrics for Prometheus. */
@Component("metrics")
public final class Metrics implements AutoCloseable {
  private final PrometheusMeterRegistry registry;
  private final CircuitBreakerRegistry breakers;
  private final ObjectProvider<MeterBinder> features;
  private final Vertx vertx;
  private final Counter gets;
  private final Counter hits;
  private final Counter misses;
  private final Latencies redis;
  private final Latency redisGets;

  /** Resolved once: a lookup in the registry costs more than the increment. */
  private final Map<String, Counter> operations = new ConcurrentHashMap<>();

  private final Map<String, Latency> durations = new ConcurrentHashMap<>();

  /** Null before the first scrape. */
  private ProcessMeters process;

  /**
   * @param features register their own metrics
   */
  public Metrics(
      PrometheusMeterRegistry registry,
      CircuitBreakerRegistry breakers,
      ObjectProvider<MeterBinder> features,
      Vertx vertx) {
    this.registry = registry;
    this.breakers = breakers;
    this.features = features;
    this.vertx = vertx;
    this.redis =
        latencies(
            "elastauth_redis_operation_seconds",
            "Time until Redis answered, by operation; failed commands are not included");
    this.gets = operation("get");
    this.redisGets = redis.of("operation", "get");
    this.hits =
        Counter.builder("elastauth.redis.cache.hits")
            .description("Reads of the credential cache in Redis that found an entry")
            .register(registry);
    this.misses =
        Counter.builder("elastauth.redis.cache.misses")
            .description("Reads of the credential cache in Redis that found no entry")
            .register(registry);
  }

  /**
   * A histogram for the hot path.
   *
   * @param name in the form of Prometheus, with its unit at the end
   */
  public Latencies latencies(String name, String help) {
    Latencies latencies = new Latencies(name, help);
    registry.getPrometheusRegistry().register(latencies);
    return latencies;
  }

  /**
   * Counts a read of the shared cache as a hit or, for null, a miss.
   *
   * @param nanos how long it took
   */
  public void redisGet(String value, long nanos) {
    gets.increment();
    (value == null ? misses : hits).increment();
    redisGets.record(nanos);
  }

  /**
   * Counts another command.
   *
   * @param operation its name in lower case
   */
  public void redisOperation(String operation) {
    operations.computeIfAbsent(operation, this::operation).increment();
  }

  /**
   * @param nanos how long it took
   */
  public void redisOperation(String operation, long nanos) {
    redisOperation(operation);
    durations.computeIfAbsent(operation, name -> redis.of("operation", name)).record(nanos);
  }

  private Counter operation(String name) {
    return Counter.builder("elastauth.redis.operations")
        .description("Redis commands by operation")
        .tag("operation", name)
        .register(registry);
  }

  /**
   * The text format of Prometheus, version 0.0.4. Written by a worker: a first scrape takes too
   * long for an event loop.
   */
  public CompletionStage<String> scrape() {
    return vertx.executeBlocking(this::page).toCompletionStage();
  }

  /** What costs CPU to register, or is only read here, waits for the first scrape. */
  private synchronized String page() {
    if (process == null) {
      process = new ProcessMeters(registry);
      new BreakerMeters(breakers).bindTo(registry);
      features.forEach(feature -> feature.bindTo(registry));
    }
    return registry.scrape();
  }

  @Override
  public synchronized void close() {
    if (process != null) {
      process.close();
    }
  }
}
