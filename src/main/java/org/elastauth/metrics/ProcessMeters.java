package org.elastauth.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import java.util.Objects;

/** The metrics of the Java process, and of the build that it runs. */
final class ProcessMeters implements AutoCloseable {
  private final JvmGcMetrics collections = new JvmGcMetrics();

  ProcessMeters(MeterRegistry registry) {
    collections.bindTo(registry);
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ClassLoaderMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new FileDescriptorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    Gauge.builder("elastauth.build.info", () -> 1)
        .description("1 for the version of the gateway and of Java that run")
        .tag("version", version())
        .tag("java", System.getProperty("java.version"))
        .register(registry);
  }

  /** Of the jar's manifest; classes outside a jar have none. */
  private static String version() {
    return Objects.requireNonNullElse(
        ProcessMeters.class.getPackage().getImplementationVersion(), "unpackaged");
  }

  /** It listens to the collectors, which outlive a gateway. */
  @Override
  public void close() {
    collections.close();
  }
}
