package org.elastauth.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.elastauth.redis.RedisErrorReplies;
import org.elastauth.redis.RedisSettings;
import org.elastauth.redis.SharedState;
import org.springframework.stereotype.Component;

/**
 * What follows where Redis failed a request for a credential: the request does not wait for Redis
 * again. A value of another type is deleted before the next read. A user whose entry Redis refuses
 * (it is full, for example) is answered from memory for a while, so that not every request reaches
 * Elasticsearch.
 */
@Component("redisErrorReply")
public final class RedisErrorReply implements Processor {
  private static final int KEYS = 50_000;

  private final PendingInvalidations pending;
  private final RedisErrorReplies replies;
  private final Cache<String, Boolean> refused;

  public RedisErrorReply(
      RedisSettings settings, PendingInvalidations pending, RedisErrorReplies replies) {
    this.pending = pending;
    this.replies = replies;
    this.refused =
        Caffeine.newBuilder()
            .executor(Runnable::run)
            .maximumSize(KEYS)
            .expireAfterWrite(settings.healthCheck().interval())
            .build();
  }

  @Override
  public void process(Exchange exchange) {
    exchange.setProperty(SharedState.BYPASSED, Boolean.TRUE);
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
                refused.put(key, Boolean.TRUE);
              }
            });
  }

  /** Whether Redis refused to store the entry a moment ago. */
  boolean isRefused(String key) {
    return refused.getIfPresent(key) != null;
  }
}
