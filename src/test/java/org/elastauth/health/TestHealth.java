package org.elastauth.health;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.time.Clock;
import java.util.Map;
import java.util.Set;

/** The health of a gateway that has Elasticsearch and its own memory, and nothing else. */
public final class TestHealth {
  private TestHealth() {}

  public static Health of(CircuitBreaker elasticsearch, Clock clock) {
    return new Health(
        Map.of("cache", "memory"),
        Set.of(),
        true,
        false,
        true,
        CircuitBreaker.ofDefaults("redis"),
        elasticsearch,
        CircuitBreaker.ofDefaults("database"),
        clock);
  }
}
