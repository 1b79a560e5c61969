package org.elastauth.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/** The metrics of each place that credentials come from. */
@Component
public final class Tiers {
  /** The name of this process's memory: a cache, the first tier of another, or its fallback. */
  public static final String MEMORY = "memory";

  private final MeterRegistry registry;
  private final Latencies decisions;
  private final String provider;

  public Tiers(
      Metrics metrics,
      MeterRegistry registry,
      @Value("${elastauth.auth_provider}") String provider) {
    this.registry = registry;
    this.provider = provider;
    this.decisions =
        metrics.latencies(
            "elastauth_decision_seconds",
            "Duration of requests that log a user in, by identity provider and by where the credential came from");
  }

  public Tier of(String name) {
    return new Tier(name, decisions.of("provider", provider, "tier", name));
  }

  public CacheTier cache(String name) {
    return new CacheTier(of(name), reads(name, "hit"), reads(name, "miss"));
  }

  private Counter reads(String tier, String outcome) {
    return Counter.builder("elastauth.cache.requests")
        .description(
            "Reads of the credential cache by tier; a miss is an entry that is absent or not usable")
        .tag("tier", tier)
        .tag("outcome", outcome)
        .register(registry);
  }
}
