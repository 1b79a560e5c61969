package org.elastauth.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

/**
 * Times the requests to a server that cached decisions do not need. A {@link Latency} is for those
 * that they need.
 */
public record RequestTimer(MeterRegistry registry, String name, String description) {
  private static final Duration[] BUCKETS =
      LongStream.of(5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000)
          .mapToObj(Duration::ofMillis)
          .toArray(Duration[]::new);

  /** The outcome of a request without an answer. */
  public static final String UNREACHABLE = "unreachable";

  /** The outcome of a request with an answer. */
  public static String outcome(int status) {
    return status < 400 ? "ok" : status < 500 ? "refused" : "server_error";
  }

  /**
   * @param tags names and values, alternating
   */
  public void record(long nanos, String... tags) {
    Timer.builder(name)
        .description(description)
        .tags(tags)
        .serviceLevelObjectives(BUCKETS)
        .register(registry)
        .record(nanos, TimeUnit.NANOSECONDS);
  }
}
