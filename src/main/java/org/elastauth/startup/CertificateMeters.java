package org.elastauth.startup;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.elastauth.config.TlsFiles;
import org.springframework.stereotype.Component;

/** When the configured certificates end. */
@Component
record CertificateMeters(Settings settings) implements MeterBinder {
  @Override
  public void bindTo(MeterRegistry registry) {
    bind(registry, "elasticsearch.tls", settings.elasticsearch().tls().files());
    bind(registry, "redis.tls", settings.redis().tls().files());
    bind(registry, "oidc.tls", settings.oidc().tls());
  }

  private static void bind(MeterRegistry registry, String prefix, TlsFiles files) {
    files
        .ends()
        .forEach(
            (setting, end) ->
                Gauge.builder("elastauth.certificate.end.timestamp", end::getEpochSecond)
                    .description(
                        "End of the certificate in a file, by its setting; of several, the earliest")
                    .baseUnit("seconds")
                    .tag("setting", prefix + "." + setting)
                    .register(registry));
  }
}
