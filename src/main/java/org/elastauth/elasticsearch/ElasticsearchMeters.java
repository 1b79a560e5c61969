package org.elastauth.elasticsearch;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.elastauth.metrics.RequestTimer;

/** Counts and times requests to Elasticsearch. */
final class ElasticsearchMeters {
  private final MeterRegistry registry;
  private final RequestTimer timer;

  ElasticsearchMeters(MeterRegistry registry) {
    this.registry = registry;
    this.timer =
        new RequestTimer(
            registry,
            "elastauth.elasticsearch.request",
            "Duration of requests to Elasticsearch by operation and outcome");
  }

  void count(String operation, String outcome, long nanos) {
    Counter.builder("elastauth.elasticsearch.requests")
        .description("Requests to Elasticsearch by operation")
        .tag("operation", operation)
        .register(registry)
        .increment();
    timer.record(nanos, "operation", operation, "outcome", outcome);
  }
}
