package org.elastauth.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The histogram of the hot path. */
class LatencyTest {
  private final Latencies latencies = new Latencies("a_seconds", "Duration of a");

  private String page() throws IOException {
    ByteArrayOutputStream page = new ByteArrayOutputStream();
    PrometheusTextFormatWriter.create().write(page, new MetricSnapshots(latencies.collect()));
    return page.toString(StandardCharsets.UTF_8);
  }

  @Test
  void aBucketCountsWhatIsNotSlowerThanItsBound() throws IOException {
    Latency memory = latencies.of("tier", "memory");
    memory.record(Duration.ofMillis(1).toNanos());
    memory.record(Duration.ofMillis(1).toNanos() + 1);
    memory.record(Duration.ofMinutes(1).toNanos());
    assertThat(page())
        .contains("# TYPE a_seconds histogram")
        .contains("# HELP a_seconds Duration of a")
        .contains("a_seconds_bucket{tier=\"memory\",le=\"5.0E-4\"} 0")
        .contains("a_seconds_bucket{tier=\"memory\",le=\"0.001\"} 1")
        .contains("a_seconds_bucket{tier=\"memory\",le=\"0.0025\"} 2")
        .contains("a_seconds_bucket{tier=\"memory\",le=\"10.0\"} 2")
        .contains("a_seconds_bucket{tier=\"memory\",le=\"+Inf\"} 3")
        .contains("a_seconds_count{tier=\"memory\"} 3")
        .contains("a_seconds_sum{tier=\"memory\"} 60.002000001");
  }

  @Test
  void theSameLabelsAreTheSameLatency() {
    assertThat(latencies.of("tier", "a")).isSameAs(latencies.of("tier", "a"));
    assertThat(latencies.of("tier", "a")).isNotSameAs(latencies.of("tier", "b"));
  }
}
