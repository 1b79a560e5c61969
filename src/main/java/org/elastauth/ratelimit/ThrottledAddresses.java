package org.elastauth.ratelimit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Duration;
import org.apache.camel.ExchangeProperty;
import org.elastauth.config.HeapShare;
import org.elastauth.http.HttpError;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * Addresses over their limit. Their requests are rejected before a token is verified, which is
 * expensive. Bounded: the oldest are evicted.
 */
@Lazy
@Component("throttledAddresses")
public final class ThrottledAddresses {
  private static final int ADDRESSES = 20_000;

  /** Two, as guesses of the admin credential are counted apart. */
  private static final int BYTES = 2 * HeapShare.KEY_BYTES;

  private static final long ALMOST_A_SECOND = 999_999_999;

  private final Ticker ticker;

  /** When the limit no longer applies, by the ticker. */
  private final Cache<String, Long> until;

  public ThrottledAddresses(Ticker ticker) {
    this.ticker = ticker;
    this.until =
        Caffeine.newBuilder()
            .executor(Runnable::run)
            .ticker(ticker)
            .maximumSize(HeapShare.THROTTLED_ADDRESSES.entries(ADDRESSES, BYTES))
            .expireAfter(
                Expiry.<String, Long>writing(
                    (address, end) -> Duration.ofNanos(Math.max(0, end - ticker.read()))))
            .build();
  }

  public void add(String address, Duration left) {
    until.put(address, ticker.read() + left.toNanos());
  }

  /**
   * @param address null if it is not counted
   * @throws HttpError 429 if it is still over its limit
   */
  public void refuse(@ExchangeProperty("rateLimitKey") String address) {
    Long end = address == null ? null : until.getIfPresent(address);
    if (end != null) {
      long seconds = Duration.ofNanos(end - ticker.read()).plusNanos(ALMOST_A_SECOND).toSeconds();
      throw RateLimitAnswer.overTheLimit((int) Math.max(1, seconds));
    }
  }
}
