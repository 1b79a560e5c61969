package org.elastauth.cache;

import com.github.benmanes.caffeine.cache.Ticker;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Predicate;
import org.elastauth.config.HeapShare;
import org.elastauth.redis.RecentKeys;
import org.elastauth.redis.SharedState;
import org.springframework.stereotype.Component;

/**
 * Lets an entry's time to live in a shared cache be refreshed once in half of {@code
 * cache.expiration}. An entry in use then always has at least the other half left.
 */
@Component("ttlRefreshThrottle")
public final class TtlRefreshThrottle implements Predicate {
  private static final int KEYS = 50_000;

  private final String store;
  private final RecentKeys<String> refreshed;

  public TtlRefreshThrottle(CacheSettings settings, Ticker ticker) {
    this.store = settings.inDatabase() ? "database" : SharedState.REDIS;
    this.refreshed =
        new RecentKeys<>(
            HeapShare.REFRESHED_ENTRIES.entries(KEYS, HeapShare.KEY_BYTES),
            settings.expiration().dividedBy(2),
            ticker);
  }

  /** Whether a refresh is due, and the shared cache has not failed this request. */
  @Override
  public boolean matches(Exchange exchange) {
    return !store.equals(exchange.getProperty(SharedState.BYPASSED))
        && !refreshed.contains((String) exchange.getProperty("cacheKey"));
  }

  /** Whether no other request has refreshed the entry in this time. */
  public boolean tryAcquire(@ExchangeProperty("cacheKey") String key) {
    return refreshed.addIfAbsent(key);
  }

  /** After a failed refresh, lets the next request try. */
  public void release(@ExchangeProperty("cacheKey") String key) {
    refreshed.remove(key);
  }
}
