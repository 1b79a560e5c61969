package org.elastauth.elasticsearch;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

/** Counts and times requests to Elasticsearch. */
record ElasticsearchMeters(MeterRegistry registry) {
  private static final Duration[] BUCKETS =
      LongStream.of(5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000)
          .mapToObj(Duration::ofMillis)
          .toArray(Duration[]::new);

  void count(String operation, String outcome, long nanos) {
    Counter.builder("elastauth.elasticsearch.requests")
        .description("Requests to Elasticsearch by operation")
        .tag("operation", operation)
        .register(registry)
        .increment();
    Timer.builder("elastauth.elasticsearch.request")
        .description("Duration of requests to Elasticsearch by operation and outcome")
        .tag("operation", operation)
        .tag("outcome", outcome)
        .serviceLevelObjectives(BUCKETS)
        .register(registry)
        .record(nanos, TimeUnit.NANOSECONDS);
  }
}
