package org.elastauth.redis;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.util.List;

/** A set of keys that expire. Bounded: the oldest are evicted. */
public final class RecentKeys<K> {
  private final Cache<K, Boolean> keys;

  /** Whether a key was ever added: most sets stay empty, and then need no lookup. */
  private volatile boolean any;

  public RecentKeys(int limit, Duration expiry, Ticker ticker) {
    this.keys =
        Caffeine.newBuilder()
            .executor(Runnable::run)
            .ticker(ticker)
            .maximumSize(limit)
            .expireAfterWrite(expiry)
            .build();
  }

  public void add(K key) {
    keys.put(key, Boolean.TRUE);
    any = true;
  }

  /** Whether the key was new; a key that was not expires no later. */
  public boolean addIfAbsent(K key) {
    any = true;
    return keys.asMap().putIfAbsent(key, Boolean.TRUE) == null;
  }

  public boolean contains(K key) {
    return any && keys.getIfPresent(key) != null;
  }

  public void remove(K key) {
    keys.invalidate(key);
  }

  public List<K> all() {
    return any ? List.copyOf(keys.asMap().keySet()) : List.of();
  }
}
