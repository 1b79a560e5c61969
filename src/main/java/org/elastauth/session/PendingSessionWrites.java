package org.elastauth.session;

import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.elastauth.config.HeapShare;
import org.elastauth.redis.RecentKeys;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * Session changes that could not be written to Redis. They are written before the session is read
 * there again, and all of them as soon as Redis is reachable.
 */
@Lazy
@Component
public final class PendingSessionWrites {
  private static final int KEYS = 110_000;

  /** Of the keys: known and logouts have five parts each. */
  private static final int UNKNOWN_SHARE = 11;

  private final SessionMemory memory;
  private final RecentKeys<String> known;

  /** Apart, because clients can send made-up keys: they must not evict the known ones. */
  private final RecentKeys<String> unknown;

  private final RecentKeys<ProviderLogout> logouts;

  public PendingSessionWrites(SessionSettings settings, SessionMemory memory) {
    Duration expiry = settings.maxAge();
    Ticker ticker = Ticker.systemTicker();
    this.memory = memory;
    int keys = HeapShare.PENDING_SESSIONS.entries(KEYS, HeapShare.KEY_BYTES);
    int few = keys / UNKNOWN_SHARE;
    int many = (keys - few) / 2;
    this.known = new RecentKeys<>(many, expiry, ticker);
    this.unknown = new RecentKeys<>(few, expiry, ticker);
    this.logouts = new RecentKeys<>(many, expiry, ticker);
  }

  public void add(String key) {
    (memory.isKnown(key) ? known : unknown).add(key);
  }

  public void add(ProviderLogout logout) {
    logouts.add(logout);
  }

  public boolean contains(String key) {
    return known.contains(key) || unknown.contains(key);
  }

  public void remove(String key) {
    known.remove(key);
    unknown.remove(key);
  }

  public void remove(ProviderLogout logout) {
    logouts.remove(logout);
  }

  public List<String> keys() {
    return Stream.concat(known.all().stream(), unknown.all().stream()).toList();
  }

  public List<ProviderLogout> logouts() {
    return logouts.all();
  }
}
