package org.elastauth.rotation;

import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.KeyValue;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.elastauth.credential.CacheKey;
import org.elastauth.crypto.Envelope;
import org.elastauth.redis.RedisConnections;
import org.elastauth.redis.RedisFailure;

/**
 * Re-encrypts credentials and sessions in Redis. A script replaces an entry only if no gateway has
 * written another one in the meantime, and keeps its time to live.
 */
final class RedisRotation {
  private static final int PAGE = 500;
  private static final int LAST_BYTE = 64 * 1024;
  private static final byte[] IDENTITY = bytes("identity");
  private static final byte[] TOKENS = bytes("tokens");
  private static final byte[] ENDED = bytes("ended");

  private static final String REPLACE =
      """
      if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
      local left = redis.call('PTTL', KEYS[1])
      if left > 0 then redis.call('SET', KEYS[1], ARGV[2], 'PX', left)
      elseif left == -1 then redis.call('SET', KEYS[1], ARGV[2])
      else return 0 end
      return 1
      """;

  private static final String REPLACE_SESSION =
      """
      local now = redis.call('HMGET', KEYS[1], 'identity', 'tokens', 'ended')
      if now[1] ~= ARGV[1] or now[2] ~= ARGV[2] or now[3] then return 0 end
      redis.call('HSET', KEYS[1], 'identity', ARGV[3], 'tokens', ARGV[4])
      return 1
      """;

  private final RedisConnections connections;
  private final String prefix;
  private final CacheKey cacheKey;
  private final Envelope credentials;
  private final RotationCount entries;
  private final String sessionPrefix;
  private final Envelope sessions;
  private final RotationCount sessionCount;

  /**
   * @param entries null to leave the credentials alone
   * @param sessionPrefix of the keys of sessions
   * @param sessionCount null to leave the sessions alone
   */
  RedisRotation(
      RedisConnections connections,
      String prefix,
      CacheKey cacheKey,
      Envelope credentials,
      RotationCount entries,
      String sessionPrefix,
      Envelope sessions,
      RotationCount sessionCount) {
    this.connections = connections;
    this.prefix = prefix;
    this.cacheKey = cacheKey;
    this.credentials = credentials;
    this.entries = entries;
    this.sessionPrefix = sessionPrefix;
    this.sessions = sessions;
    this.sessionCount = sessionCount;
  }

  void run() {
    // the characters of a prefix are no pattern
    ScanArgs pattern = ScanArgs.Builder.matches(prefix + "*").limit(PAGE);
    ScanCursor cursor = ScanCursor.INITIAL;
    do {
      ScanCursor from = cursor;
      KeyScanCursor<byte[]> page = connections.ask(null, redis -> redis.scan(from, pattern)).join();
      CompletableFuture.allOf(
              page.getKeys().stream()
                  .map(RedisRotation::text)
                  .map(this::rotate)
                  .toArray(CompletableFuture[]::new))
          .join();
      if (entries != null) {
        entries.report();
      }
      cursor = page;
    } while (!cursor.isFinished());
  }

  private CompletableFuture<?> rotate(String key) {
    if (sessionCount != null && key.startsWith(sessionPrefix)) {
      return connections
          .ask(null, redis -> rotateSession(redis, key))
          .exceptionallyCompose(failure -> foreign(sessionCount, failure));
    }
    if (entries != null && cacheKey.username(key) != null) {
      return connections
          .ask(null, redis -> rotateEntry(redis, key))
          .exceptionallyCompose(failure -> foreign(entries, failure));
    }
    return CompletableFuture.completedFuture(null); // a counter, an index, or of another program
  }

  /** A value of a foreign type must not keep the others on the old key. */
  private static CompletionStage<Void> foreign(RotationCount count, Throwable failure) {
    if (RedisFailure.reply(failure).filter(text -> text.startsWith("WRONGTYPE")).isEmpty()) {
      return CompletableFuture.failedFuture(failure);
    }
    count.unreadable();
    return CompletableFuture.completedFuture(null);
  }

  private CompletionStage<Void> rotateEntry(
      RedisClusterAsyncCommands<byte[], byte[]> redis, String key) {
    return redis
        .getrange(bytes(key), 0, LAST_BYTE)
        .thenCompose(
            found -> {
              String text = text(found);
              String next = credentials.rotated(key, text);
              if (text.isEmpty()) {
                return CompletableFuture.completedFuture(null); // it has expired
              }
              if (next == null) {
                entries.unreadable();
              } else if (next.equals(text)) {
                entries.current();
              } else if (entries.isDryRun()) {
                entries.rotated(true);
              } else {
                return eval(redis, REPLACE, key, found, bytes(next)).thenAccept(entries::rotated);
              }
              return CompletableFuture.completedFuture(null);
            });
  }

  private CompletionStage<Void> rotateSession(
      RedisClusterAsyncCommands<byte[], byte[]> redis, String key) {
    return redis
        .hmget(bytes(key), IDENTITY, TOKENS, ENDED)
        .thenCompose(fields -> rotateSession(redis, key, fields));
  }

  private CompletionStage<Void> rotateSession(
      RedisClusterAsyncCommands<byte[], byte[]> redis,
      String key,
      List<KeyValue<byte[], byte[]>> fields) {
    if (!fields.get(0).hasValue() || !fields.get(1).hasValue() || fields.get(2).hasValue()) {
      return CompletableFuture.completedFuture(null); // it has ended
    }
    byte[] identity = fields.get(0).getValue();
    byte[] tokens = fields.get(1).getValue();
    String nextIdentity = sessions.rotated(key + " identity", text(identity));
    String nextTokens = sessions.rotated(key + " tokens", text(tokens));
    if (nextIdentity == null || nextTokens == null) {
      sessionCount.unreadable();
    } else if (nextIdentity.equals(text(identity)) && nextTokens.equals(text(tokens))) {
      sessionCount.current();
    } else if (sessionCount.isDryRun()) {
      sessionCount.rotated(true);
    } else {
      return eval(
              redis, REPLACE_SESSION, key, identity, tokens, bytes(nextIdentity), bytes(nextTokens))
          .thenAccept(sessionCount::rotated);
    }
    return CompletableFuture.completedFuture(null);
  }

  private static CompletionStage<Boolean> eval(
      RedisClusterAsyncCommands<byte[], byte[]> redis,
      String script,
      String key,
      byte[]... arguments) {
    return redis
        .<Long>eval(script, ScriptOutputType.INTEGER, new byte[][] {bytes(key)}, arguments)
        .thenApply(replaced -> replaced == 1);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
