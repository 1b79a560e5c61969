package org.elastauth.startup;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.springframework.stereotype.Component;

/** Which adapters run. */
@Component
record AdapterMeters(Settings settings) implements MeterBinder {
  @Override
  public void bindTo(MeterRegistry registry) {
    settings
        .adapters()
        .forEach(
            (port, name) ->
                Gauge.builder("elastauth.adapter.info", () -> 1)
                    .description("1 for each adapter in use")
                    .tag("port", port)
                    .tag("name", name)
                    .register(registry));
  }
}
