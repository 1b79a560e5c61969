package org.elastauth.cache;

import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import org.apache.camel.ExchangeProperty;
import org.elastauth.config.HeapShare;
import org.elastauth.redis.RecentKeys;
import org.springframework.stereotype.Component;

/**
 * Cache keys that changed while the shared cache was unreachable. Their entries are deleted there
 * before they are read again.
 */
@Component("pendingInvalidations")
public final class PendingInvalidations {
  private static final int KEYS = 50_000;
  private static final Duration LONGEST_WINDOW = Duration.ofDays(7);

  private final RecentKeys<String> keys =
      new RecentKeys<>(
          HeapShare.PENDING_INVALIDATIONS.entries(KEYS, HeapShare.KEY_BYTES),
          LONGEST_WINDOW,
          Ticker.systemTicker());

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
