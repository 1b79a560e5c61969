package org.elastauth.session;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import org.apache.camel.ExchangeProperty;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/** What was claimed through this gateway; bounded: of more than that, some are forgotten. */
@Lazy
@Component("memoryClaims")
public final class MemoryClaims {
  private static final int CLAIMS = 100_000;

  private final Cache<String, Long> claims;

  public MemoryClaims(Ticker ticker) {
    this.claims =
        Caffeine.newBuilder()
            .executor(Runnable::run)
            .ticker(ticker)
            .maximumSize(CLAIMS)
            .expireAfter(Expiry.<String, Long>creating((name, millis) -> Duration.ofMillis(millis)))
            .build();
  }

  /** Whether nobody has claimed it here before. */
  public boolean take(
      @ExchangeProperty("claim") String name, @ExchangeProperty("claimMillis") long millis) {
    return claims.asMap().putIfAbsent(name, millis) == null;
  }

  /** Whether it is not claimed here. */
  public boolean isFree(@ExchangeProperty("claim") String name) {
    return claims.getIfPresent(name) == null;
  }
}
