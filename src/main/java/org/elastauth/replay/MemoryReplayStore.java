package org.elastauth.replay;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import org.elastauth.http.HttpError;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * Keys that this gateway has used. Bounded per kind. None is evicted, because it would be valid
 * again: if a kind is full, further keys are refused until some expire.
 */
@Lazy
@Component("memoryReplayStore")
public final class MemoryReplayStore {
  private record Used(Cache<String, Long> keys, int limit) {
    boolean isUnused(String name) {
      return keys.getIfPresent(name) == null;
    }

    boolean add(String name, long millis) {
      return keys.asMap().putIfAbsent(name, millis) == null;
    }

    boolean isFull() {
      if (keys.estimatedSize() < limit) {
        return false;
      }
      keys.cleanUp(); // expired keys also count
      return keys.estimatedSize() >= limit;
    }
  }

  private final Map<ReplayKind, Used> used = new EnumMap<>(ReplayKind.class);

  public MemoryReplayStore(Ticker ticker) {
    for (ReplayKind kind : ReplayKind.values()) {
      Cache<String, Long> keys =
          Caffeine.newBuilder()
              .executor(Runnable::run)
              .ticker(ticker)
              .expireAfter(
                  Expiry.<String, Long>creating((name, millis) -> Duration.ofMillis(millis)))
              .build();
      used.put(kind, new Used(keys, kind.limit()));
    }
  }

  /**
   * @param millis how long the use is stored
   * @return whether this is the first use in this gateway
   * @throws HttpError 503 if it has no room for a further key
   */
  public boolean use(String name, long millis, ReplayKind kind) {
    Used keys = used.get(kind);
    if (keys.isUnused(name) && keys.isFull()) {
      throw HttpError.unavailable(
          "the gateway cannot remember more logins and tokens that are valid once; try again");
    }
    return keys.add(name, millis);
  }

  /** As {@link #use}, for a key that Redis has: if there is no room, Redis alone remembers it. */
  boolean useToo(String name, long millis, ReplayKind kind) {
    Used keys = used.get(kind);
    return keys.isUnused(name) && (keys.isFull() || keys.add(name, millis));
  }

  /** Whether this gateway has not used the key. */
  public boolean isUnused(String name, ReplayKind kind) {
    return used.get(kind).isUnused(name);
  }
}
