package org.elastauth.revocation;

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
import org.elastauth.cache.MemoryCache;
import org.elastauth.credential.CacheKey;
import org.elastauth.credential.LatestCredentials;
import org.elastauth.elasticsearch.ProtectedAccounts;
import org.elastauth.redis.RedisConnections;
import org.elastauth.redis.RedisFailure;
import org.elastauth.redis.RedisSettings;
import org.elastauth.redis.SharedState;
import org.elastauth.session.SessionMemory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * The Redis channel on which gateways announce revoked logins and ended sessions. A message is
 * {@code <cache key> <issued> <generation>}, with 0 for both before the new password is written, or
 * {@code session <session key>}. A forged message only causes one additional read of a user from
 * Elasticsearch, or of a session from Redis.
 */
@Lazy
@Component("revocationChannel")
public final class RevocationChannel {
  private static final Logger LOG = LoggerFactory.getLogger(RevocationChannel.class);
  private static final String SESSION = "session ";
  private static final int MAX_MESSAGE = 2_048;

  private final SharedState shared;
  private final RedisConnections connections;
  private final LatestCredentials marks;
  private final MemoryCache memory;
  private final SessionMemory sessions;
  private final CacheKey cacheKey;
  private final ProtectedAccounts accounts;
  private final Counter received;
  private final byte[] name;
  private final Duration timeout;

  /** Used only by the timer's thread; null if there is none. */
  private StatefulRedisPubSubConnection<byte[], byte[]> subscription;

  public RevocationChannel(
      @Value("${elastauth.redis.channel}") String name,
      RedisSettings redisSettings,
      SharedState shared,
      RedisConnections connections,
      LatestCredentials marks,
      MemoryCache memory,
      SessionMemory sessions,
      CacheKey cacheKey,
      ProtectedAccounts accounts,
      MeterRegistry meters) {
    this.shared = shared;
    this.connections = connections;
    this.marks = marks;
    this.memory = memory;
    this.sessions = sessions;
    this.cacheKey = cacheKey;
    this.accounts = accounts;
    this.received = Invalidations.counter(meters, "message");
    this.name = name.getBytes(StandardCharsets.UTF_8);
    this.timeout = redisSettings.readTimeout();
  }

  /**
   * Announces a revocation to the other gateways. Blocks, so that the caller stays on its thread
   * and does not continue on an event loop: its next step is a request to Elasticsearch.
   *
   * @param issued as the generation, 0 before the new password is written
   */
  public void announceRevocation(String key, long issued, long generation) {
    byte[] message = (key + ' ' + issued + ' ' + generation).getBytes(StandardCharsets.US_ASCII);
    shared
        .write("publish", redis -> redis.publish(name, message))
        .exceptionally(
            failure -> {
              LOG.atWarn()
                  .addKeyValue("reason", RedisFailure.reason(failure))
                  .log(
                      "A revocation was not announced; other gateways detect it within elasticsearch.reread_interval");
              return 0L;
            })
        .join();
  }

  /**
   * Subscribes unless a subscription exists. Lettuce reconnects a lost connection; a connection
   * without an answer to PING is replaced here.
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
      } catch (RedisException failed) {
        LOG.debug("Redis refused the subscription: {}", RedisFailure.reason(failed));
      }
    }
  }

  /** Null if the Redis user has no right to subscribe, or there is no connection yet. */
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
              receive(message);
            }
          });
      connection.sync().subscribe(name);
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
      return false; // the server is alive, or Lettuce is reconnecting
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  void receive(byte[] message) {
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
      received.increment();
      if (generation > 0) {
        marks.raise(username, issued, generation);
      }
      memory.delete(parts[0]);
      accounts.forget(username);
    } catch (NumberFormatException foreign) {
      LOG.debug("Ignored a malformed message on the revocation channel");
    }
  }
}
