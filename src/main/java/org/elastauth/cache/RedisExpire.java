package org.elastauth.cache;

import java.nio.charset.StandardCharsets;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.support.AsyncProcessorSupport;
import org.elastauth.metrics.Metrics;
import org.elastauth.redis.AsyncAnswer;
import org.elastauth.redis.RedisConnections;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * Lets the entry of the property {@code cacheKey} live in Redis for another {@code ttl} seconds.
 * The body becomes whether Redis has the entry.
 */
@Lazy
@Component("redisExpire")
public final class RedisExpire extends AsyncProcessorSupport {
  private final RedisConnections connections;
  private final TtlRefreshThrottle throttle;
  private final Metrics metrics;

  public RedisExpire(RedisConnections connections, TtlRefreshThrottle throttle, Metrics metrics) {
    this.connections = connections;
    this.throttle = throttle;
    this.metrics = metrics;
  }

  @Override
  public boolean process(Exchange exchange, AsyncCallback callback) {
    String key = (String) exchange.getProperty("cacheKey");
    if (!throttle.tryAcquire(key)) {
      exchange.getMessage().setBody(false); // another request does it
      callback.done(true);
      return true;
    }
    long began = System.nanoTime();
    long millis = exchange.getProperty("ttl", Long.class) * 1000;
    return AsyncAnswer.intoBody(
        connections
            .write(redis -> redis.pexpire(key.getBytes(StandardCharsets.UTF_8), millis))
            .whenComplete(
                (found, failure) -> {
                  if (failure == null) {
                    metrics.redisOperation("expire", System.nanoTime() - began);
                  }
                }),
        exchange,
        callback);
  }
}
