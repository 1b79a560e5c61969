package org.elastauth.cache;

import com.github.benmanes.caffeine.cache.Ticker;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.elastauth.config.HeapShare;
import org.elastauth.redis.RecentKeys;
import org.elastauth.redis.RedisErrorReplies;
import org.elastauth.redis.RedisSettings;
import org.elastauth.redis.SharedState;
import org.springframework.stereotype.Component;

/**
 * Handles a failed Redis command of the credential cache: the request does not wait for Redis
 * again. A value of another type is deleted before the next read. If Redis refuses an entry
 * (because it is full, for example), memory is used for a while, so that not every request reaches
 * Elasticsearch.
 */
@Component("redisErrorReply")
public final class RedisErrorReply implements Processor {
  private static final int KEYS = 50_000;

  private final PendingInvalidations pending;
  private final RedisErrorReplies replies;
  private final RecentKeys<String> refused;

  public RedisErrorReply(
      RedisSettings settings, PendingInvalidations pending, RedisErrorReplies replies) {
    this.pending = pending;
    this.replies = replies;
    this.refused =
        new RecentKeys<>(
            HeapShare.REFUSED_ENTRIES.entries(KEYS, HeapShare.KEY_BYTES),
            settings.healthCheck().interval(),
            Ticker.systemTicker());
  }

  @Override
  public void process(Exchange exchange) {
    exchange.setProperty(SharedState.BYPASSED, SharedState.REDIS);
    Exception failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
    if (failure == null) {
      return; // the breaker is open
    }
    String key = (String) exchange.getProperty("cacheKey");
    replies
        .report(failure)
        .ifPresent(
            reply -> {
              if (reply.startsWith("WRONGTYPE")) {
                pending.add(key);
              } else {
                refused.add(key);
              }
            });
  }

  /** Whether Redis refused the entry within the last health check interval. */
  boolean isRefused(String key) {
    return refused.contains(key);
  }
}
