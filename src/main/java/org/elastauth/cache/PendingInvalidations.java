package org.elastauth.cache;

import java.time.Duration;
import org.apache.camel.ExchangeProperty;
import org.elastauth.redis.PendingWrites;
import org.springframework.stereotype.Component;

/**
 * Cache keys that changed while the shared cache was unreachable. The shared cache deletes its
 * entry before it is read again.
 */
@Component("pendingInvalidations")
public final class PendingInvalidations {
  private static final int KEYS = 50_000;
  private static final Duration LONGEST_WINDOW = Duration.ofDays(7);

  private final PendingWrites<String> keys = new PendingWrites<>(KEYS, LONGEST_WINDOW);

  public void add(@ExchangeProperty("cacheKey") String key) {
    keys.add(key);
  }

  public boolean contains(@ExchangeProperty("cacheKey") String key) {
    return keys.contains(key);
  }

  public void remove(@ExchangeProperty("cacheKey") String key) {
    keys.remove(key);
  }
}
