package org.elastauth.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Policy.VarExpiration;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Body;
import org.apache.camel.ExchangeProperty;
import org.elastauth.config.Settings;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/**
 * Entries in this process's memory, bounded in number and bytes. The cache itself where {@code
 * cache.type} is memory; beside a shared cache, what is read while that one does not answer.
 */
@Component("memoryCache")
public final class MemoryCache {
  private static final long FALLBACK_BYTES = 10L << 20;
  private static final int FALLBACK_ENTRIES = 500;
  private static final long OWN_BYTES = 50L << 20;
  private static final int OWN_ENTRIES = 50_000;

  private static final int MAX_KEPT = 64 * 1024;

  private record Entry(String value, long ttl) {}

  private final Cache<String, Entry> entries;
  private final VarExpiration<String, Entry> expiry;
  private final long lifetime;

  @Autowired
  public MemoryCache(Settings settings) {
    this(settings, Ticker.systemTicker());
  }

  MemoryCache(Settings settings, Ticker ticker) {
    boolean own = settings.cache().type().equals("memory");
    long bytes = own ? OWN_BYTES : FALLBACK_BYTES;
    // an entry weighs at least its share of the bytes, so that one bound keeps both
    int least = (int) (bytes / (own ? OWN_ENTRIES : FALLBACK_ENTRIES));
    this.lifetime = settings.cache().expiration().toSeconds();
    this.entries =
        Caffeine.newBuilder()
            .executor(Runnable::run)
            .ticker(ticker)
            .maximumWeight(bytes)
            .weigher(
                (String key, Entry entry) -> Math.max(least, key.length() + entry.value.length()))
            .expireAfter(
                Expiry.<String, Entry>writing((key, entry) -> Duration.ofSeconds(entry.ttl)))
            .build();
    this.expiry = entries.policy().expireVariably().orElseThrow();
  }

  /**
   * @return null if there is none
   */
  public String get(String key) {
    Entry entry = entries.getIfPresent(key);
    return entry == null ? null : entry.value;
  }

  /**
   * @param ttl seconds
   */
  public void put(
      @ExchangeProperty("cacheKey") String key,
      @Body String value,
      @ExchangeProperty("ttl") long ttl) {
    entries.put(key, new Entry(value, ttl));
  }

  /**
   * @param ttl seconds from now on
   */
  public void renew(@ExchangeProperty("cacheKey") String key, @ExchangeProperty("ttl") long ttl) {
    expiry.setExpiresAfter(key, ttl, TimeUnit.SECONDS);
  }

  /**
   * Keeps what a shared cache returned. Its end stands inside the entry, so a lifetime bounds it
   * here.
   */
  public void keep(String key, String value) {
    if (value != null && value.length() <= MAX_KEPT) {
      Entry kept = entries.getIfPresent(key);
      if (kept == null || !kept.value.equals(value)) {
        entries.put(key, new Entry(value, lifetime));
      }
    }
  }
}
