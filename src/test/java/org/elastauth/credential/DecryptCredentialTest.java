package org.elastauth.credential;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.benmanes.caffeine.cache.Ticker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.elastauth.crypto.SecretKeys;
import org.elastauth.identity.Identity;
import org.elastauth.metrics.Metrics;
import org.elastauth.metrics.Tiers;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;

/** Which tier a credential counts for. */
class DecryptCredentialTest {
  private static final Identity JOHN = new Identity("john.doe", "", "", List.of(), 1);
  private static final Credential CREDENTIAL =
      new Credential("john.doe", "p", new Window(0, 60), 1, 1, Fingerprint.of(JOHN));

  private final PrometheusMeterRegistry meters =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final Tiers tiers =
      new Tiers(
          new Metrics(
              meters,
              CircuitBreakerRegistry.ofDefaults(),
              new DefaultListableBeanFactory().getBeanProvider(MeterBinder.class),
              null),
          meters,
          "authelia");
  private final SealedCredentials sealed =
      new SealedCredentials(new SecretKeys(List.of(SecretKeys.generate()), ""));

  private double reads(String tier, String outcome) {
    return meters.counter("elastauth.cache.requests", "tier", tier, "outcome", outcome).count();
  }

  /**
   * @param body an entry, the credential that the first tier has decrypted, or nothing
   * @param bypassed the store that failed the request
   */
  @ParameterizedTest
  @CsvSource({
    "memory,   entry,      ,         memory,   hit",
    "memory,   nothing,    ,         memory,   miss",
    "redis,    entry,      ,         redis,    hit",
    "redis,    other,      ,         redis,    miss",
    "redis,    entry,      redis,    memory,   hit",
    "redis,    nothing,    redis,    memory,   miss",
    "hybrid,   credential, ,         memory,   hit",
    "hybrid,   entry,      ,         redis,    hit",
    "database, entry,      database, memory,   hit",
    "mine,     entry,      ,         mine,     hit",
  })
  void countsTheTierThatAnswered(
      String cache, String body, String bypassed, String tier, String outcome) throws Exception {
    Clock clock = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);
    DecryptCredential decrypt =
        new DecryptCredential(
            sealed,
            new LatestCredentials(),
            new OlderViews(Ticker.disabledTicker()),
            clock,
            tiers,
            cache);
    try (DefaultCamelContext context = new DefaultCamelContext()) {
      Exchange exchange = new DefaultExchange(context);
      exchange.setProperty("identity", JOHN);
      exchange.setProperty("cacheKey", "key");
      exchange.setProperty("storeBypassed", bypassed);
      exchange
          .getMessage()
          .setBody(
              switch (body) {
                case "entry" -> sealed.seal("key", CREDENTIAL);
                case "other" -> sealed.seal("another key", CREDENTIAL);
                case "credential" -> CREDENTIAL;
                default -> null;
              });
      decrypt.process(exchange);
      assertThat(reads(tier, outcome)).isEqualTo(1);
      boolean hit = outcome.equals("hit");
      assertThat(String.valueOf(exchange.getProperty("tier"))).isEqualTo(hit ? tier : "null");
      assertThat(exchange.getMessage().getBody()).isEqualTo(hit ? CREDENTIAL : null);
    }
  }
}
