package org.elastauth.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Predicate;
import org.springframework.stereotype.Component;

/**
 * Keys that were written while the shared cache did not take them: what it holds under them may be
 * old, and is deleted before it is read again.
 */
@Component("staleKeys")
public final class StaleKeys implements Predicate {
  private static final int KEYS = 50_000;
  private static final Duration LONGEST_WINDOW = Duration.ofDays(7);

  private final Cache<String, Boolean> keys =
      Caffeine.newBuilder()
          .executor(Runnable::run)
          .maximumSize(KEYS)
          .expireAfterWrite(LONGEST_WINDOW)
          .build();

  /**
   * Set once the first key is remembered, so that a gateway that never lost its cache looks nothing
   * up.
   */
  private volatile boolean any;

  public void add(@ExchangeProperty("cacheKey") String key) {
    keys.put(key, Boolean.TRUE);
    any = true;
  }

  /** Whether the exchange is about such a key. */
  @Override
  public boolean matches(Exchange exchange) {
    return any && keys.getIfPresent((String) exchange.getProperty("cacheKey")) != null;
  }

  /** As Redis wants it for a deletion. */
  public List<String> asList(@ExchangeProperty("cacheKey") String key) {
    return List.of(key);
  }

  public void remove(@ExchangeProperty("cacheKey") String key) {
    keys.invalidate(key);
  }
}
