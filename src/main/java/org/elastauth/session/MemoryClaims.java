package org.elastauth.session;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import org.apache.camel.ExchangeProperty;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * What was claimed through this gateway; bounded: of more of a kind than that has places, some are
 * forgotten.
 */
@Lazy
@Component("memoryClaims")
public final class MemoryClaims {
  private final Map<ClaimKind, Cache<String, Long>> claims = new EnumMap<>(ClaimKind.class);

  public MemoryClaims(Ticker ticker) {
    for (ClaimKind kind : ClaimKind.values()) {
      claims.put(
          kind,
          Caffeine.newBuilder()
              .executor(Runnable::run)
              .ticker(ticker)
              .maximumSize(kind.places())
              .expireAfter(
                  Expiry.<String, Long>creating((name, millis) -> Duration.ofMillis(millis)))
              .build());
    }
  }

  /** Whether nobody has claimed it here before. */
  public boolean take(
      @ExchangeProperty("claim") String name,
      @ExchangeProperty("claimMillis") long millis,
      @ExchangeProperty("claimKind") ClaimKind kind) {
    return claims.get(kind).asMap().putIfAbsent(name, millis) == null;
  }

  /** Whether it is not claimed here. */
  public boolean isFree(
      @ExchangeProperty("claim") String name, @ExchangeProperty("claimKind") ClaimKind kind) {
    return claims.get(kind).getIfPresent(name) == null;
  }
}
