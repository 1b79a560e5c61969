package org.elastauth.metrics;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.micrometer.tagged.TaggedCircuitBreakerMetrics;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Locale;

/**
 * The state of each circuit breaker, under a name of the gateway and under those of the library.
 */
record BreakerMeters(CircuitBreakerRegistry breakers) {
  void bindTo(MeterRegistry registry) {
    TaggedCircuitBreakerMetrics.ofCircuitBreakerRegistry(breakers).bindTo(registry);
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
}
