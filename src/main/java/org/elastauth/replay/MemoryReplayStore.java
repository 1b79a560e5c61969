package org.elastauth.replay;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/** Keys that this gateway has used. Bounded per kind; the oldest are evicted. */
@Lazy
@Component("memoryReplayStore")
public final class MemoryReplayStore {
  private final Map<ReplayKind, Cache<String, Long>> used = new EnumMap<>(ReplayKind.class);

  public MemoryReplayStore(Ticker ticker) {
    for (ReplayKind kind : ReplayKind.values()) {
      used.put(
          kind,
          Caffeine.newBuilder()
              .executor(Runnable::run)
              .ticker(ticker)
              .maximumSize(kind.limit())
              .expireAfter(
                  Expiry.<String, Long>creating((name, millis) -> Duration.ofMillis(millis)))
              .build());
    }
  }

  /**
   * @param millis how long the use is stored
   * @return whether this is the first use in this gateway
   */
  public boolean use(String name, long millis, ReplayKind kind) {
    return used.get(kind).asMap().putIfAbsent(name, millis) == null;
  }

  /** Whether this gateway has not used the key. */
  public boolean isUnused(String name, ReplayKind kind) {
    return used.get(kind).getIfPresent(name) == null;
  }
}
