package org.elastauth.metrics;

import io.micrometer.core.instrument.Counter;

/**
 * The reads of a cache.
 *
 * @param hits a credential that is valid for the request
 * @param misses nothing, or an entry that is outdated or of another identity
 */
public record CacheTier(Tier tier, Counter hits, Counter misses) {
  public Tier hit() {
    hits.increment();
    return tier;
  }

  public void miss() {
    misses.increment();
  }
}
