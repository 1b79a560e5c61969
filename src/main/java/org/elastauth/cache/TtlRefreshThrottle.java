package org.elastauth.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Predicate;
import org.elastauth.redis.SharedState;
import org.springframework.stereotype.Component;

/**
 * Limits how often an entry's time to live is refreshed in a shared cache: once in half of {@code
 * cache.expiration}. An entry in use then always has more than the other half left.
 */
@Component("ttlRefreshThrottle")
public final class TtlRefreshThrottle implements Predicate {
  private static final int KEYS = 50_000;

  private final Cache<String, Boolean> refreshed;

  public TtlRefreshThrottle(CacheSettings settings, Ticker ticker) {
    this.refreshed =
        Caffeine.newBuilder()
            .executor(Runnable::run)
            .ticker(ticker)
            .maximumSize(KEYS)
            .expireAfterWrite(settings.expiration().dividedBy(2))
            .build();
  }

  /** Whether the entry is due, and the shared cache has not just failed this request. */
  @Override
  public boolean matches(Exchange exchange) {
    return exchange.getProperty(SharedState.BYPASSED) == null
        && refreshed.getIfPresent((String) exchange.getProperty("cacheKey")) == null;
  }

  /** Whether the caller is the first in this half. */
  public boolean tryAcquire(@ExchangeProperty("cacheKey") String key) {
    return refreshed.asMap().putIfAbsent(key, Boolean.TRUE) == null;
  }

  /** Lets the next request try, because the refresh failed. */
  public void release(@ExchangeProperty("cacheKey") String key) {
    refreshed.invalidate(key);
  }
}
