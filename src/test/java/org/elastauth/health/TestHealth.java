package org.elastauth.health;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.time.Clock;
import java.util.Map;
import java.util.Set;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;

/** The health of a gateway that has Elasticsearch and its own memory, and nothing else. */
public final class TestHealth {
  private TestHealth() {}

  /**
   * @param elasticsearch null for a closed one
   */
  public static Health of(CircuitBreaker elasticsearch, Clock clock) {
    return new Health(
        Map.of("cache", "memory", "audit", "file"),
        Set.of(),
        true,
        false,
        true,
        CircuitBreaker.ofDefaults("redis"),
        elasticsearch == null ? CircuitBreaker.ofDefaults("elasticsearch") : elasticsearch,
        CircuitBreaker.ofDefaults("database"),
        clock);
  }

  /** Of a gateway whose cache is in Redis, without Elasticsearch. */
  public static Health withRedis(CircuitBreaker redis) {
    return new Health(
        Map.of("cache", "redis"),
        Set.of("cache"),
        true,
        false,
        false,
        redis,
        CircuitBreaker.ofDefaults("elasticsearch"),
        CircuitBreaker.ofDefaults("database"),
        Clock.systemUTC());
  }

  /** As {@code /health} answers it. */
  public static JsonNode report(Health health) {
    return new ObjectMapper()
        .valueToTree(health.report(new DefaultExchange(new DefaultCamelContext())));
  }
}
