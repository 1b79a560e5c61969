package org.elastauth.cache;

import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletionStage;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.support.AsyncProcessorSupport;
import org.elastauth.credential.DecryptCredential;
import org.elastauth.metrics.Metrics;
import org.elastauth.redis.AsyncAnswer;
import org.elastauth.redis.RedisConnections;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * Reads the entry of the property {@code cacheKey} from Redis, and keeps it in memory for an
 * outage. The body becomes the entry, or null. With hybrid, memory must not keep an entry longer
 * than Redis, so the time to live is read in the same round trip.
 *
 * <p>If memory has a valid entry for the user, a read that takes longer than {@code redis.patience}
 * fails. The route's circuit breaker counts it, and memory answers.
 */
@Lazy
@Component("redisGet")
public final class RedisGet extends AsyncProcessorSupport {
  private static final int LAST_BYTE = 64 * 1024;
  private static final long NO_EXPIRY = -1;

  private final RedisConnections connections;
  private final Metrics metrics;
  private final MemoryCache memory;
  private final PendingInvalidations pending;
  private final RedisErrorReply errorReplies;
  private final DecryptCredential decrypt;
  private final boolean firstTier;

  public RedisGet(
      RedisConnections connections,
      Metrics metrics,
      MemoryCache memory,
      PendingInvalidations pending,
      RedisErrorReply errorReplies,
      DecryptCredential decrypt,
      CacheSettings settings) {
    this.connections = connections;
    this.metrics = metrics;
    this.memory = memory;
    this.pending = pending;
    this.errorReplies = errorReplies;
    this.decrypt = decrypt;
    this.firstTier = settings.isHybrid();
  }

  @Override
  public boolean process(Exchange exchange, AsyncCallback callback) {
    String key = (String) exchange.getProperty("cacheKey");
    return AsyncAnswer.intoBody(
        connections.ask(
            () -> decrypt.open(exchange, memory.get(key)) != null, redis -> read(redis, key)),
        exchange,
        callback);
  }

  private CompletionStage<String> read(
      RedisClusterAsyncCommands<byte[], byte[]> redis, String key) {
    byte[] name = key.getBytes(StandardCharsets.UTF_8);
    if (pending.contains(key)) {
      return redis
          .del(name)
          .thenCompose(
              deleted -> {
                pending.remove(key);
                metrics.redisOperation("del");
                return read(redis, key);
              });
    }
    long began = System.nanoTime();
    CompletionStage<byte[]> entry = redis.getrange(name, 0, LAST_BYTE);
    return firstTier
        ? entry.thenCombine(redis.pttl(name), (found, millis) -> fill(key, began, found, millis))
        : entry.thenApply(found -> keep(key, began, found));
  }

  private String keep(String key, long began, byte[] found) {
    String entry = count(key, began, found);
    if (found.length > 0) {
      memory.keep(key, entry);
    }
    return entry;
  }

  private String fill(String key, long began, byte[] found, long millis) {
    metrics.redisOperation("pttl");
    String entry = count(key, began, found);
    if (found.length > 0) {
      // rounded down, so that memory does not keep the entry longer than Redis
      memory.fill(key, entry, millis == NO_EXPIRY ? Long.MAX_VALUE : millis / 1000);
    }
    return entry;
  }

  /** GETRANGE returns nothing for a missing key. An entry that Redis refused is in memory. */
  private String count(String key, long began, byte[] found) {
    String entry = found.length == 0 ? null : new String(found, StandardCharsets.UTF_8);
    metrics.redisGet(entry, System.nanoTime() - began);
    return entry == null && errorReplies.isRefused(key) ? memory.get(key) : entry;
  }
}
