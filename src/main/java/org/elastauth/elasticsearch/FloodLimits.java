package org.elastauth.elasticsearch;

import java.time.Duration;
import org.apache.camel.model.Resilience4jConfigurationDefinition;
import org.elastauth.config.Settings;
import org.elastauth.http.Refusal;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What keeps a flood of names from filling Elasticsearch, or from hashing passwords all day. */
@Configuration(proxyBeanMethods = false)
class FloodLimits {
  /** Well within the time for which what was read may be written. */
  private static final Duration PATIENCE = Duration.ofMillis(1_500);

  /** The answers beyond the limits. */
  static final class Refusals {
    /**
     * @throws Refusal 429, always: the last minute saw as many new users as are allowed
     */
    public void newUser() {
      throw new Refusal(429, "too many new users at the moment; try again", 60);
    }

    /**
     * @throws Refusal 429, always: others have waited for their passwords first
     */
    public void passwordWrite() {
      throw new Refusal(429, "too many logins are being set up; try again", 5);
    }
  }

  @Bean
  Refusals floodRefusals() {
    return new Refusals();
  }

  /** So many at once, the rest in line for a moment, all behind Elasticsearch's breaker. */
  @Bean
  Resilience4jConfigurationDefinition passwordWrites(Settings settings) {
    Resilience4jConfigurationDefinition writes = new Resilience4jConfigurationDefinition();
    writes.setCircuitBreaker("elasticsearchBreaker");
    writes.setBulkheadEnabled("true");
    writes.setBulkheadMaxConcurrentCalls(
        Integer.toString(settings.elasticsearch().maxPasswordWrites()));
    writes.setBulkheadMaxWaitDuration(Long.toString(PATIENCE.toMillis()));
    return writes;
  }
}
