package org.elastauth.ratelimit;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import com.github.benmanes.caffeine.cache.Ticker;
import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TimeMeter;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.elastauth.config.HeapShare;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * Counts the requests of this gateway in memory. A bucket is full at the first request and refilled
 * after each window. Around a refill, up to twice as many requests pass as in Redis. Bounded:
 * buckets that are seldom used are evicted.
 */
@Lazy
@Component("memoryRateLimiter")
public final class MemoryRateLimiter implements Processor {
  private static final int BUCKETS = 20_000;

  /** Two, as guesses of the admin credential are counted apart. */
  private static final int BYTES = 2 * 450;

  private final LoadingCache<String, Bucket> buckets;

  public MemoryRateLimiter(RateLimitSettings limit, Ticker ticker, TimeMeter time) {
    Bandwidth bandwidth =
        Bandwidth.builder()
            .capacity(limit.maxRequests())
            .refillIntervally(limit.maxRequests(), limit.window())
            .build();
    this.buckets =
        Caffeine.newBuilder()
            .executor(Runnable::run)
            .ticker(ticker)
            .maximumSize(HeapShare.RATE_LIMITS.entries(BUCKETS, BYTES))
            // the bucket is full again then
            .expireAfterAccess(limit.window())
            .build(
                key -> Bucket.builder().addLimit(bandwidth).withCustomTimePrecision(time).build());
  }

  /** Counts the property {@code rateLimitKey}; the body becomes the {@link Verdict}. */
  @Override
  public void process(Exchange exchange) {
    exchange.getMessage().setBody(count((String) exchange.getProperty("rateLimitKey")));
  }

  public Verdict count(String key) {
    ConsumptionProbe probe = buckets.get(key).tryConsumeAndReturnRemaining(1);
    long nanos =
        probe.isConsumed() ? probe.getNanosToWaitForReset() : probe.getNanosToWaitForRefill();
    return new Verdict(
        probe.isConsumed(), probe.getRemainingTokens(), TimeUnit.NANOSECONDS.toMillis(nanos));
  }
}
