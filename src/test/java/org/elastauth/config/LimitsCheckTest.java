package org.elastauth.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.elastauth.http.HttpSettings;
import org.elastauth.startup.Settings;
import org.junit.jupiter.api.Test;

/** The limits on connections and on stopping: their defaults, and values that make no sense. */
class LimitsCheckTest {
  private static List<String> faults(Map<String, Object> values) {
    return TestSettings.faults(values).stream().map(Fault::key).sorted().toList();
  }

  @Test
  void defaults() {
    Settings settings = TestSettings.of(Map.of());
    assertThat(settings.http())
        .isEqualTo(
            new HttpSettings(
                16_384, 32_768, 20_000, Duration.ofSeconds(10), Duration.ofSeconds(75)));
    assertThat(settings.shutdown().drain()).isEqualTo(Duration.ofSeconds(10));
    assertThat(faults(Map.of())).isEmpty();
  }

  @Test
  void outOfRange() {
    assertThat(
            faults(
                Map.of(
                    "http.max_connections", "0",
                    "http.request_timeout", "10ms",
                    "http.idle_timeout", "25h",
                    "shutdown.drain", "2h")))
        .containsExactly(
            "http.idle_timeout", "http.max_connections", "http.request_timeout", "shutdown.drain");
    assertThat(
            faults(
                Map.of(
                    "rate_limit.max_requests", "0",
                    "rate_limit.window", "10ms",
                    "rate_limit.store", "0/1",
                    "rate_limit.policy", "fail")))
        .containsExactly(
            "rate_limit.max_requests",
            "rate_limit.policy",
            "rate_limit.store",
            "rate_limit.window");
    assertThat(faults(Map.of("elasticsearch.read_timeout", "40s")))
        .as("cut off while waiting")
        .containsExactly("http.idle_timeout");
    assertThat(faults(Map.of("shutdown.drain", "0"))).as("stops at once").isEmpty();
  }
}
