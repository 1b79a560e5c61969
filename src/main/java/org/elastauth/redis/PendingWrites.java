package org.elastauth.redis;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.List;

/**
 * Keys whose value in a shared store is outdated, because the store was unreachable when it
 * changed. They are written there before they are read again. Bounded: the oldest are evicted.
 */
public final class PendingWrites<K> {
  private final Cache<K, Boolean> keys;

  /** Set with the first key, so that a gateway that never lost its store looks nothing up. */
  private volatile boolean any;

  public PendingWrites(int limit, Duration longest) {
    this.keys =
        Caffeine.newBuilder()
            .executor(Runnable::run)
            .maximumSize(limit)
            .expireAfterWrite(longest)
            .build();
  }

  public void add(K key) {
    keys.put(key, Boolean.TRUE);
    any = true;
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
