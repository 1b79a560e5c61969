package org.elastauth.redis;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** The number of open connections; also registered, as 0, if no feature uses Redis. */
@Component
final class RedisMeters implements MeterBinder {
  private final boolean used;
  private final CircuitBreaker breaker;
  private final ObjectProvider<RedisConnections> connections;

  RedisMeters(
      @Value("${elastauth.redis.features}") String features,
      @Qualifier("redisBreaker") CircuitBreaker breaker,
      ObjectProvider<RedisConnections> connections) {
    this.used = !features.isEmpty();
    this.breaker = breaker;
    this.connections = connections;
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    Gauge.builder("elastauth.redis.connections.active", this::active)
        .description("Open connections to Redis")
        .register(registry);
  }

  private int active() {
    return used && breaker.getState() != CircuitBreaker.State.OPEN
        ? connections.getObject().active()
        : 0;
  }
}
