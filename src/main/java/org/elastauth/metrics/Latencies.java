package org.elastauth.metrics;

import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A histogram metric, with one {@link Latency} for each combination of labels. */
public final class Latencies implements Collector {
  private final String name;
  private final String help;
  private final Map<Labels, Latency> all = new ConcurrentHashMap<>();

  /**
   * @param name in the form of Prometheus, with its unit at the end
   */
  Latencies(String name, String help) {
    this.name = name;
    this.help = help;
  }

  /**
   * To be kept by the caller: the lookup costs more than the record.
   *
   * @param labels names and values, alternating; few values, and none of a request
   */
  public Latency of(String... labels) {
    return all.computeIfAbsent(Labels.of(labels), first -> new Latency());
  }

  @Override
  public String getPrometheusName() {
    return name;
  }

  @Override
  public MetricSnapshot collect() {
    HistogramSnapshot.Builder snapshot = HistogramSnapshot.builder().name(name).help(help);
    all.forEach((labels, latency) -> snapshot.dataPoint(latency.snapshot(labels)));
    return snapshot.build();
  }
}
