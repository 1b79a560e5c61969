package org.elastauth.revocation;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/** Counts the users that the gateway forgets before their entry ends. */
final class Invalidations {
  private Invalidations() {}

  /**
   * @param source what says that the entry is outdated
   */
  static Counter counter(MeterRegistry meters, String source) {
    return Counter.builder("elastauth.invalidations")
        .description("Cached users that were dropped because of a revocation")
        .tag("source", source)
        .register(meters);
  }
}
