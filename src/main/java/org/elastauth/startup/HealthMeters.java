package org.elastauth.startup;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.elastauth.health.Health;
import org.springframework.stereotype.Component;

/** Why {@code /health} says {@code degraded}, for alerts. */
@Component
record HealthMeters(Health health) implements MeterBinder {
  @Override
  public void bindTo(MeterRegistry registry) {
    health
        .problems()
        .forEach(
            (reason, isThere) ->
                Gauge.builder("elastauth.degraded", () -> isThere.getAsBoolean() ? 1 : 0)
                    .description("1 for each reason why the gateway is degraded, else 0")
                    .tag("reason", reason)
                    .register(registry));
  }
}
