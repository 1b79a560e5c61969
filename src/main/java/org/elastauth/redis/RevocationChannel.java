package org.elastauth.redis;

import io.lettuce.core.RedisException;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.camel.Body;
import org.apache.camel.ExchangeException;
import org.apache.camel.ExchangeProperty;
import org.elastauth.cache.CacheSettings;
import org.elastauth.cache.MemoryCache;
import org.elastauth.credential.CacheKey;
import org.elastauth.credential.HighWaterMarks;
import org.elastauth.session.SessionMemory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * Where gateways tell each other over Redis whose login was revoked, and which session ended. A
 * message is {@code <cache key> <issued> <generation>}, the last two 0 where Elasticsearch was not
 * asked yet, or {@code session <session key>}. Whoever may publish may send one; all it brings
 * about is that a user is asked for in Elasticsearch, or a session in Redis, once more.
 */
@Lazy
@Component("revocationChannel")
public final class RevocationChannel {
  private static final Logger LOG = LoggerFactory.getLogger(RevocationChannel.class);
  private static final String NAME = "revoked";
  private static final String SESSION = "session ";
  private static final int MAX_MESSAGE = 2_048;

  private final RedisConnections connections;
  private final HighWaterMarks marks;
  private final MemoryCache memory;
  private final SessionMemory sessions;
  private final CacheKey cacheKey;
  private final Counter heard;
  private final String name;
  private final Duration timeout;

  /** Of the timer's thread alone; null until there is one. */
  private StatefulRedisPubSubConnection<byte[], byte[]> subscription;

  public RevocationChannel(
      CacheSettings cacheSettings,
      RedisSettings redis,
      RedisConnections connections,
      HighWaterMarks marks,
      MemoryCache memory,
      SessionMemory sessions,
      CacheKey cacheKey,
      MeterRegistry meters) {
    this.connections = connections;
    this.marks = marks;
    this.memory = memory;
    this.sessions = sessions;
    this.cacheKey = cacheKey;
    this.heard = meters.counter("elastauth.invalidations", "source", "message");
    this.name = nameIn(cacheSettings);
    this.timeout = redis.readTimeout();
  }

  public static String nameIn(CacheSettings cache) {
    return cache.keyPrefix() + NAME;
  }

  public String name() {
    return name;
  }

  /**
   * @param issued null where Elasticsearch was not asked yet, and so is the generation
   */
  public String message(
      @ExchangeProperty("cacheKey") String key,
      @ExchangeProperty("issued") Long issued,
      @ExchangeProperty("generation") Long generation) {
    return key + ' ' + (issued == null ? 0 : issued) + ' ' + (generation == null ? 0 : generation);
  }

  public String sessionMessage(@Body String key) {
    return SESSION + key;
  }

  public void unannounced(@ExchangeException Exception failure) {
    LOG.atWarn()
        .addKeyValue("reason", RedisFailure.reason(failure))
        .log(
            "A revocation was not announced; other gateways notice it within elasticsearch.reread_interval");
  }

  /**
   * Sees to it that this gateway listens, where the Redis user may. Lettuce itself mends a
   * connection that was lost; one whose server is silent is replaced here.
   */
  public void listen() {
    StatefulRedisPubSubConnection<byte[], byte[]> current = subscription;
    if (current != null && isSilent(current)) {
      subscription = null;
      current.closeAsync();
    }
    if (subscription == null) {
      try {
        subscription = subscribe();
      } catch (RedisException away) {
        LOG.debug("Redis takes no subscription", away);
      }
    }
  }

  /** Null where the Redis user may not listen, or no Redis was met yet. */
  private StatefulRedisPubSubConnection<byte[], byte[]> subscribe() {
    StatefulRedisPubSubConnection<byte[], byte[]> connection = connections.subscription();
    if (connection == null) {
      return null;
    }
    try {
      connection.addListener(
          new RedisPubSubAdapter<>() {
            @Override
            public void message(byte[] channel, byte[] message) {
              hear(message);
            }
          });
      connection.sync().subscribe(name.getBytes(StandardCharsets.US_ASCII));
      return connection;
    } catch (RedisException failed) {
      connection.closeAsync();
      throw failed;
    }
  }

  private boolean isSilent(StatefulRedisPubSubConnection<byte[], byte[]> connection) {
    try {
      connection.async().ping().get(timeout.toNanos(), TimeUnit.NANOSECONDS);
      return false;
    } catch (TimeoutException silent) {
      return true;
    } catch (ExecutionException refused) {
      return false; // it is alive, or is being mended
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  void hear(byte[] message) {
    String text =
        message.length > MAX_MESSAGE ? "" : new String(message, StandardCharsets.US_ASCII);
    if (text.startsWith(SESSION)) {
      sessions.drop(text.substring(SESSION.length()));
      return;
    }
    String[] parts = text.split(" ", -1);
    String username = parts.length == 3 ? cacheKey.username(parts[0]) : null;
    if (username == null) {
      return;
    }
    try {
      long issued = Long.parseLong(parts[1]);
      long generation = Long.parseLong(parts[2]);
      heard.increment();
      if (generation > 0) {
        marks.raise(username, issued, generation);
      }
      memory.delete(parts[0]);
    } catch (NumberFormatException foreign) {
      LOG.debug("A message that no gateway sends");
    }
  }
}
