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
import org.elastauth.config.Settings;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * Counts requests in this process's memory, for this gateway alone. A bucket is filled when the
 * first request is there, and again each window later, so that around such a moment up to twice as
 * many may pass as in Redis. Bounded: of more askers than that, those that ask seldom start anew.
 */
@Lazy
@Component("requestBuckets")
public final class RequestBuckets implements Processor {
  private static final int ASKERS = 20_000;

  private final LoadingCache<String, Bucket> buckets;

  public RequestBuckets(Settings settings, Ticker ticker, TimeMeter time) {
    Settings.RateLimit limit = settings.rateLimit();
    Bandwidth bandwidth =
        Bandwidth.builder()
            .capacity(limit.maxRequests())
            .refillIntervally(limit.maxRequests(), limit.window())
            .build();
    this.buckets =
        Caffeine.newBuilder()
            .executor(Runnable::run)
            .ticker(ticker)
            .maximumSize(ASKERS)
            // it would be full again
            .expireAfterAccess(limit.window())
            .build(
                key -> Bucket.builder().addLimit(bandwidth).withCustomTimePrecision(time).build());
  }

  /** Counts the property {@code rateLimitKey}; the body becomes the {@link Verdict}. */
  @Override
  public void process(Exchange exchange) {
    Bucket bucket = buckets.get((String) exchange.getProperty("rateLimitKey"));
    ConsumptionProbe probe = bucket.tryConsumeAndReturnRemaining(1);
    long nanos =
        probe.isConsumed() ? probe.getNanosToWaitForReset() : probe.getNanosToWaitForRefill();
    exchange
        .getMessage()
        .setBody(
            new Verdict(
                probe.isConsumed(),
                probe.getRemainingTokens(),
                TimeUnit.NANOSECONDS.toMillis(nanos)));
  }
}
