package org.elastauth.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Policy.VarExpiration;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Processor;
import org.elastauth.config.HeapShare;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Entries in this process's memory, bounded in number and bytes: the cache itself with {@code
 * cache.type: memory}, the first tier with hybrid, and the fallback of any other shared cache.
 */
@Component("memoryCache")
public final class MemoryCache implements Processor {
  private static final Logger LOG = LoggerFactory.getLogger(MemoryCache.class);

  private record Bounds(int entries, long bytes) {}

  private static final Bounds OWN = new Bounds(50_000, 50L << 20);
  private static final Bounds FALLBACK = new Bounds(500, 10L << 20);

  /** The objects of an entry, without its characters. */
  private static final int OVERHEAD = 300;

  /** What the entry of a usual user weighs. */
  private static final int USUAL = 700;

  private static final int MAX_KEPT = 64 * 1024;

  private record Entry(String value, long ttl) {}

  private final Cache<String, Entry> entries;
  private final VarExpiration<String, Entry> expiry;
  private final long lifetime;

  public MemoryCache(CacheSettings settings, Ticker ticker) {
    Bounds bounds = bounds(settings);
    long bytes = HeapShare.CREDENTIALS.bytes(bounds.bytes);
    if (settings.isHybrid() && bytes < bounds.bytes && bytes / bounds.entries < USUAL) {
      LOG.warn(
          "The heap has room for about {} entries of the first tier, less than cache.hybrid_l1_size: {}; raise -Xmx",
          bytes / USUAL,
          bounds.entries);
    }
    // with this minimum weight, the bound on bytes also bounds the number of entries
    int minimum = (int) (bytes / bounds.entries);
    this.lifetime = settings.expiration().toSeconds();
    this.entries =
        Caffeine.newBuilder()
            .executor(Runnable::run)
            .ticker(ticker)
            .maximumWeight(bytes)
            .weigher(
                (String key, Entry entry) ->
                    Math.max(minimum, OVERHEAD + key.length() + entry.value.length()))
            .expireAfter(
                Expiry.<String, Entry>writing((key, entry) -> Duration.ofSeconds(entry.ttl)))
            .build();
    this.expiry = entries.policy().expireVariably().orElseThrow();
  }

  private static Bounds bounds(CacheSettings cache) {
    if (cache.isHybrid()) {
      return new Bounds(cache.hybridL1Size(), (long) cache.hybridL1MemoryMb() << 20);
    }
    return cache.inRedis() || cache.inDatabase() ? FALLBACK : OWN;
  }

  /** The body becomes the entry of the property {@code cacheKey}, or null. */
  @Override
  public void process(Exchange exchange) {
    exchange.getMessage().setBody(get((String) exchange.getProperty("cacheKey")));
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
   * Keeps an entry of a shared cache for a lifetime at most. The expiry inside the entry still
   * applies.
   */
  public void keep(String key, String value) {
    if (value != null && value.length() <= MAX_KEPT) {
      Entry kept = entries.getIfPresent(key);
      if (kept == null || !kept.value.equals(value)) {
        entries.put(key, new Entry(value, lifetime));
      }
    }
  }

  /**
   * Keeps an entry of the second tier.
   *
   * @param left seconds that it has there
   */
  public void fill(String key, String value, long left) {
    if (left > 0 && value.length() <= MAX_KEPT) {
      entries.put(key, new Entry(value, Math.min(left, lifetime)));
    }
  }

  public void delete(@ExchangeProperty("cacheKey") String key) {
    entries.invalidate(key);
  }
}
