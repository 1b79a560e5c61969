package org.elastauth.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Predicate;
import org.elastauth.config.Settings;
import org.springframework.stereotype.Component;

/**
 * Which entries are due for renewal in a shared cache: all but those this gateway renewed there
 * less than half of {@code cache.expiration} ago, which have more than half of it left, whatever
 * other gateways do.
 */
@Component("dueRenewals")
public final class DueRenewals implements Predicate {
  private static final int KEYS = 50_000;

  private final Cache<String, Boolean> renewed;

  public DueRenewals(Settings settings, Ticker ticker) {
    this.renewed =
        Caffeine.newBuilder()
            .executor(Runnable::run)
            .ticker(ticker)
            .maximumSize(KEYS)
            .expireAfterWrite(settings.cache().expiration().dividedBy(2))
            .build();
  }

  /**
   * Whether the exchange's entry is to be renewed now. Says so once in each half, and not to a
   * request that Redis has just let down.
   */
  @Override
  public boolean matches(Exchange exchange) {
    String key = (String) exchange.getProperty("cacheKey");
    return exchange.getProperty("sharedCacheAway") == null
        && renewed.getIfPresent(key) == null
        && renewed.asMap().putIfAbsent(key, Boolean.TRUE) == null;
  }

  /** It did not come to it; the next request shall try. */
  public void forget(@ExchangeProperty("cacheKey") String key) {
    renewed.invalidate(key);
  }
}
