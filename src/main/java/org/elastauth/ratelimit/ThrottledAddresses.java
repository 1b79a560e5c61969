package org.elastauth.ratelimit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import org.apache.camel.ExchangeProperty;
import org.elastauth.http.HttpError;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * Addresses that were refused here a moment ago, until they are let in again: what they ask for is
 * not worth work before it is counted. Bounded: of more than that, some cause that work.
 */
@Lazy
@Component("throttledAddresses")
public final class ThrottledAddresses {
  private static final int ADDRESSES = 20_000;

  private final Ticker ticker;

  /** When each is let in again, by the ticker. */
  private final Cache<String, Long> until;

  public ThrottledAddresses(Ticker ticker) {
    this.ticker = ticker;
    this.until =
        Caffeine.newBuilder()
            .executor(Runnable::run)
            .ticker(ticker)
            .maximumSize(ADDRESSES)
            .expireAfter(
                Expiry.<String, Long>writing(
                    (address, end) -> Duration.ofNanos(Math.max(0, end - ticker.read()))))
            .build();
  }

  void add(String address, Duration left) {
    until.put(address, ticker.read() + left.toNanos());
  }

  /**
   * @param address the name under which it is counted; null: it is not
   * @throws HttpError 429 if it was over the limit, and would be again
   */
  public void refuse(@ExchangeProperty("rateLimitKey") String address) {
    Long end = address == null ? null : until.getIfPresent(address);
    if (end != null) {
      long seconds = Duration.ofNanos(end - ticker.read()).toSeconds() + 1;
      throw RateLimitAnswer.overTheLimit((int) Math.max(1, seconds));
    }
  }
}
