package org.elastauth.redis;

import io.lettuce.core.KeyValue;
import io.lettuce.core.LettuceFutures;
import io.lettuce.core.Range;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.camel.Body;
import org.apache.camel.ExchangeProperty;
import org.elastauth.config.Settings;
import org.elastauth.health.Metrics;
import org.elastauth.session.SealedSessions;
import org.elastauth.session.Session;
import org.elastauth.session.SessionId;
import org.elastauth.session.SessionMemory;
import org.elastauth.session.UnsettledSessions;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Lazy;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.core.RedisTemplate;
import org.springframework.stereotype.Component;

/**
 * Sessions in Redis, each a hash of sealed fields ({@link SealedSessions}), read in one round trip;
 * beside them a sorted set of session keys for each subject and each session of the provider, by
 * when they end. No transaction and no script, so that it takes no more rights than to read and
 * write keys, and works in a cluster. A session that ended leaves a mark for as long as it might
 * have lived: a gateway that renews it at that moment must not bring it back.
 */
@Lazy
@Component("redisSessions")
public final class RedisSessions {
  private static final byte[] IDENTITY = bytes(SealedSessions.IDENTITY);
  private static final byte[] TOKENS = bytes(SealedSessions.TOKENS);
  private static final byte[] ENDED = bytes("ended");
  private static final int PAGE = 500;

  private final RedisTemplate<String, String> reading;
  private final RedisTemplate<String, String> writing;
  private final SealedSessions sealed;
  private final SessionMemory memory;
  private final UnsettledSessions unsettled;
  private final Metrics metrics;
  private final Clock clock;
  private final String prefix;
  private final Duration maxAge;
  private final Duration readTimeout;
  private final Duration writeTimeout;

  public RedisSessions(
      RedisTemplate<String, String> reading,
      @Qualifier("redisWriteTemplate") RedisTemplate<String, String> writing,
      SealedSessions sealed,
      SessionMemory memory,
      UnsettledSessions unsettled,
      Metrics metrics,
      Clock clock,
      Settings settings) {
    this.reading = reading;
    this.writing = writing;
    this.sealed = sealed;
    this.memory = memory;
    this.unsettled = unsettled;
    this.metrics = metrics;
    this.clock = clock;
    this.prefix = settings.cache().keyPrefix();
    this.maxAge = settings.session().maxAge();
    this.readTimeout = settings.redis().readTimeout();
    this.writeTimeout = settings.redis().writeTimeout();
  }

  /**
   * Reads a session, and keeps it in memory.
   *
   * @return null if there is none, or nothing that was sealed for this place
   */
  public Session get(@ExchangeProperty("sessionKey") String key) {
    Session before = memory.get(key);
    Map<String, String> fields = execute(reading, redis -> fields(redis, sealed.name(key)));
    metrics.redisOperation("hmget");
    if (fields.containsKey("ended")) {
      memory.end(key);
      return null;
    }
    Session session =
        sealed.open(
            key, asList(fields.get(SealedSessions.IDENTITY), fields.get(SealedSessions.TOKENS)));
    if (session == null || session.expiresAt() <= now()) {
      memory.drop(key);
      return null;
    }
    memory.keep(key, before, session);
    return memory.isEnded(key) ? null : session;
  }

  private static List<String> asList(String identity, String tokens) {
    List<String> fields = new ArrayList<>();
    fields.add(identity);
    fields.add(tokens);
    return fields;
  }

  private Map<String, String> fields(RedisClusterAsyncCommands<byte[], byte[]> redis, String name) {
    Map<String, String> fields = new LinkedHashMap<>();
    try {
      for (KeyValue<byte[], byte[]> field :
          await(redis.hmget(bytes(name), IDENTITY, TOKENS, ENDED), readTimeout)) {
        field.ifHasValue(value -> fields.put(text(field.getKey()), text(value)));
      }
    } catch (RedisCommandExecutionException refused) {
      if (!isForeign(refused)) {
        throw refused;
      }
    }
    return fields;
  }

  /**
   * @param fields the session, sealed
   */
  public void put(
      @ExchangeProperty("sessionKey") String key,
      @Body Session session,
      @ExchangeProperty("sealedSession") Map<String, String> fields) {
    long left = Duration.ofSeconds(session.expiresAt() - now()).toMillis();
    if (left <= 0) {
      return;
    }
    List<String> indexes = indexes(session.sid(), session.subject());
    execute(
        writing,
        redis -> {
          try {
            write(redis, key, session, fields, left, indexes);
          } catch (RedisCommandExecutionException refused) {
            if (!isForeign(refused)) {
              throw refused;
            }
            // what another program left there
            delete(redis, Stream.concat(Stream.of(sealed.name(key)), indexes.stream()).toList());
            write(redis, key, session, fields, left, indexes);
          }
          return null;
        });
    metrics.redisOperation("hset");
    unsettled.remove(key);
  }

  private void write(
      RedisClusterAsyncCommands<byte[], byte[]> redis,
      String key,
      Session session,
      Map<String, String> fields,
      long left,
      List<String> indexes) {
    // first where it is found for its end, then itself
    List<RedisFuture<?>> answers = new ArrayList<>();
    for (String index : indexes) {
      byte[] name = bytes(index);
      answers.add(redis.zremrangebyscore(name, Range.create(0, now())));
      answers.add(redis.zadd(name, (double) session.expiresAt(), bytes(key)));
      answers.add(redis.pexpire(name, Math.max(left, maxAge.toMillis())));
    }
    awaitAll(answers);
    byte[] name = bytes(sealed.name(key));
    Map<byte[], byte[]> hash = new LinkedHashMap<>();
    fields.forEach((field, value) -> hash.put(bytes(field), bytes(value)));
    awaitAll(List.of(redis.hset(name, hash), redis.pexpire(name, left)));
  }

  public void delete(@ExchangeProperty("sessionKey") String key) {
    execute(
        writing,
        redis -> {
          end(redis, List.of(key));
          return null;
        });
    metrics.redisOperation("hdel");
    unsettled.remove(key);
  }

  /**
   * Ends the sessions of a session of the provider, or without one all of a subject.
   *
   * @param known keys of some that are known here
   * @return the keys of all
   */
  public List<String> deleteAll(
      @ExchangeProperty("sid") String sid,
      @ExchangeProperty("subject") String subject,
      @ExchangeProperty("endedSessions") List<String> known) {
    Set<String> ended = new LinkedHashSet<>(known);
    boolean one = sid != null && !sid.isEmpty();
    execute(
        writing,
        redis -> {
          end(redis, known);
          for (String index : indexes(one ? sid : "", one ? "" : subject)) {
            endIndexed(redis, bytes(index), ended);
          }
          return null;
        });
    metrics.redisOperation("zrange");
    ended.forEach(memory::end);
    unsettled.removeLogout(sid, subject);
    return List.copyOf(ended);
  }

  private void endIndexed(
      RedisClusterAsyncCommands<byte[], byte[]> redis, byte[] index, Set<String> ended) {
    try {
      List<byte[]> page = await(redis.zrange(index, 0, PAGE - 1), writeTimeout);
      while (!page.isEmpty()) {
        List<String> keys =
            page.stream().map(RedisSessions::text).filter(SessionId::isKey).toList();
        end(redis, keys);
        ended.addAll(keys);
        await(redis.zrem(index, page.toArray(byte[][]::new)), writeTimeout);
        page = await(redis.zrange(index, 0, PAGE - 1), writeTimeout);
      }
    } catch (RedisCommandExecutionException refused) {
      if (!isForeign(refused)) {
        throw refused;
      }
      delete(redis, List.of(text(index)));
    }
  }

  private void end(RedisClusterAsyncCommands<byte[], byte[]> redis, List<String> keys) {
    List<byte[]> names = keys.stream().map(key -> bytes(sealed.name(key))).toList();
    // the mark stays as long as a session put elsewhere may; what is not there gets none
    List<RedisFuture<Boolean>> there =
        names.stream().map(name -> redis.pexpire(name, maxAge.toMillis())).toList();
    awaitAll(there);
    for (int i = 0; i < names.size(); i++) {
      if (await(there.get(i), writeTimeout)) {
        end(redis, names.get(i));
      }
    }
  }

  private void end(RedisClusterAsyncCommands<byte[], byte[]> redis, byte[] name) {
    try {
      awaitAll(List.of(redis.hset(name, ENDED, bytes("1")), redis.hdel(name, IDENTITY, TOKENS)));
    } catch (RedisCommandExecutionException refused) {
      if (!isForeign(refused)) {
        throw refused;
      }
      delete(redis, List.of(text(name)));
    }
  }

  private void delete(RedisClusterAsyncCommands<byte[], byte[]> redis, List<String> names) {
    awaitAll(names.stream().map(name -> redis.del(bytes(name))).toList());
  }

  /** Does to a session in Redis what was done to it in memory alone. */
  public void settle(@ExchangeProperty("sessionKey") String key) {
    Session session = memory.get(key);
    if (session == null) {
      delete(key);
    } else {
      put(key, session, sealed.seal(key, session));
    }
    if (memory.get(key) != session) {
      unsettled.add(key); // it was renewed or ended meanwhile, maybe before this was written
    }
  }

  private List<String> indexes(String sid, String subject) {
    List<String> indexes = new ArrayList<>();
    if (!sid.isEmpty()) {
      indexes.add(prefix + "sessions-sid-" + SessionId.sha256(sid));
    }
    if (!subject.isEmpty()) {
      indexes.add(prefix + "sessions-subject-" + SessionId.sha256(subject));
    }
    return indexes;
  }

  private long now() {
    return clock.millis() / 1000;
  }

  private static boolean isForeign(RedisCommandExecutionException refused) {
    return refused.getMessage().startsWith("WRONGTYPE");
  }

  private <T> T execute(
      RedisTemplate<String, String> template,
      Function<RedisClusterAsyncCommands<byte[], byte[]>, T> commands) {
    return template.execute(
        (RedisConnection connection) -> {
          @SuppressWarnings("unchecked")
          var redis = (RedisClusterAsyncCommands<byte[], byte[]>) connection.getNativeConnection();
          return commands.apply(redis);
        });
  }

  /** All were sent before the first is awaited. */
  private void awaitAll(List<? extends RedisFuture<?>> answers) {
    for (RedisFuture<?> answer : answers) {
      await(answer, writeTimeout);
    }
  }

  private static <T> T await(RedisFuture<T> answer, Duration timeout) {
    return LettuceFutures.awaitOrCancel(answer, timeout.toNanos(), TimeUnit.NANOSECONDS);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
