package org.elastauth.redis;

import io.lettuce.core.LettuceFutures;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.elastauth.cache.MemoryCache;
import org.elastauth.config.Settings;
import org.elastauth.health.Metrics;
import org.springframework.context.annotation.Lazy;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.core.RedisTemplate;
import org.springframework.stereotype.Component;

/**
 * Reads the property {@code cacheKey} from Redis together with what is left of its time, and fills
 * memory for so long. Both questions are asked before the first answer is there, so that they are
 * one round trip; Spring's own pipelining would open a connection for each. The body becomes the
 * entry, or null.
 */
@Lazy
@Component("redisFill")
public final class RedisFill implements Processor {
  private static final long NEVER_ENDS = -1;

  private final RedisTemplate<String, String> template;
  private final MemoryCache memory;
  private final Metrics metrics;
  private final RedisRefusal refusals;
  private final Duration timeout;

  public RedisFill(
      RedisTemplate<String, String> template,
      MemoryCache memory,
      Metrics metrics,
      RedisRefusal refusals,
      Settings settings) {
    this.template = template;
    this.memory = memory;
    this.metrics = metrics;
    this.refusals = refusals;
    this.timeout = settings.redis().readTimeout();
  }

  @Override
  public void process(Exchange exchange) {
    String key = (String) exchange.getProperty("cacheKey");
    String value = template.execute((RedisConnection connection) -> fill(connection, key));
    metrics.redisOperation("pttl");
    exchange.getMessage().setBody(value);
  }

  private String fill(RedisConnection connection, String key) {
    @SuppressWarnings("unchecked")
    var redis = (RedisClusterAsyncCommands<byte[], byte[]>) connection.getNativeConnection();
    byte[] name = key.getBytes(StandardCharsets.UTF_8);
    RedisFuture<byte[]> get = redis.getrange(name, RedisAsk.FIRST, RedisAsk.LAST);
    RedisFuture<Long> pttl = redis.pttl(name);
    byte[] found = await(get);
    long millis = await(pttl);
    if (found.length == 0) {
      metrics.redisGet(null);
      return refusals.isRefused(key) ? memory.get(key) : null;
    }
    String value = new String(found, StandardCharsets.UTF_8);
    metrics.redisGet(value);
    // whole seconds that are surely left; an entry without an end in Redis bears one inside
    memory.fill(key, value, millis == NEVER_ENDS ? Long.MAX_VALUE : millis / 1000);
    return value;
  }

  private <T> T await(RedisFuture<T> answer) {
    return LettuceFutures.awaitOrCancel(answer, timeout.toNanos(), TimeUnit.NANOSECONDS);
  }
}
