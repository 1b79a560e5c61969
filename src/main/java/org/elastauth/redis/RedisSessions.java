package org.elastauth.redis;

import io.lettuce.core.KeyValue;
import io.lettuce.core.LettuceFutures;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.camel.Body;
import org.apache.camel.ExchangeProperty;
import org.elastauth.config.Settings;
import org.elastauth.health.Metrics;
import org.elastauth.session.ProviderLogout;
import org.elastauth.session.SealedSessions;
import org.elastauth.session.Session;
import org.elastauth.session.SessionId;
import org.elastauth.session.SessionMemory;
import org.elastauth.session.SessionNames;
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
 * have lived: a gateway that renews it at that moment, or that began it while Redis was away, must
 * not bring it back. So does, in the sorted set, a logout at the provider.
 */
@Lazy
@Component("redisSessions")
public final class RedisSessions {
  private static final byte[] IDENTITY = bytes(SealedSessions.IDENTITY);
  private static final byte[] TOKENS = bytes(SealedSessions.TOKENS);
  private static final byte[] ENDED = bytes("ended");
  private static final int PAGE = 500;

  /** How long after a session of the provider ended a login by it may still arrive. */
  private static final int UNDER_WAY_SECONDS = 60;

  private final RedisTemplate<String, String> reading;
  private final RedisTemplate<String, String> writing;
  private final SealedSessions sealed;
  private final SessionNames names;
  private final SessionMemory memory;
  private final UnsettledSessions unsettled;
  private final Metrics metrics;
  private final Clock clock;
  private final Duration maxAge;

  /** In which the others have told Redis of what they began while it was away. */
  private final Duration settling;

  private final Duration readTimeout;
  private final Duration writeTimeout;

  public RedisSessions(
      RedisTemplate<String, String> reading,
      @Qualifier("redisWriteTemplate") RedisTemplate<String, String> writing,
      SealedSessions sealed,
      SessionNames names,
      SessionMemory memory,
      UnsettledSessions unsettled,
      Metrics metrics,
      Clock clock,
      Settings settings) {
    this.reading = reading;
    this.writing = writing;
    this.sealed = sealed;
    this.names = names;
    this.memory = memory;
    this.unsettled = unsettled;
    this.metrics = metrics;
    this.clock = clock;
    this.maxAge = settings.session().maxAge();
    this.settling =
        settings
            .redis()
            .circuitBreaker()
            .timeout()
            .plus(settings.redis().healthCheck().interval().multipliedBy(2));
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
    Map<String, String> fields = execute(reading, redis -> fields(redis, names.session(key)));
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
    execute(
        writing,
        redis -> {
          try {
            write(redis, key, session, fields, left);
          } catch (RedisCommandExecutionException refused) {
            if (!isForeign(refused)) {
              throw refused;
            }
            // what another program left there
            List<String> places = new ArrayList<>(indexes(session));
            places.add(names.session(key));
            delete(redis, places);
            write(redis, key, session, fields, left);
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
      long left) {
    // first where it is found for its end, then itself
    if (isOver(redis, key, session, left)) {
      end(redis, key, maxAge);
      memory.end(key);
      return;
    }
    byte[] name = bytes(names.session(key));
    Map<byte[], byte[]> hash = new LinkedHashMap<>();
    fields.forEach((field, value) -> hash.put(bytes(field), bytes(value)));
    awaitAll(List.of(redis.hset(name, hash), redis.pexpire(name, left)));
  }

  /**
   * Enters a session where whoever ends it looks, and looks there in the same breath whether that
   * was done before: one of the two sees the other.
   */
  private boolean isOver(
      RedisClusterAsyncCommands<byte[], byte[]> redis, String key, Session session, long left) {
    List<RedisFuture<?>> answers = new ArrayList<>();
    Map<String, RedisFuture<Double>> ends = new LinkedHashMap<>();
    for (String index : indexes(session)) {
      byte[] name = bytes(index);
      answers.add(redis.zremrangebyscore(name, Range.create(0, now())));
      answers.add(redis.zadd(name, (double) session.expiresAt(), bytes(key)));
      answers.add(redis.pexpire(name, Math.max(left, maxAge.toMillis())));
      ends.put(index, redis.zscore(name, ENDED));
    }
    awaitAll(answers);
    boolean over = false;
    for (Map.Entry<String, RedisFuture<Double>> end : ends.entrySet()) {
      Double until = await(end.getValue(), writeTimeout);
      boolean bySid = end.getKey().equals(names.ofSid(session.sid()));
      over |= until != null && session.expiresAt() <= until + (bySid ? UNDER_WAY_SECONDS : 0);
    }
    return over;
  }

  private List<String> indexes(Session session) {
    List<String> indexes = new ArrayList<>();
    if (!session.sid().isEmpty()) {
      indexes.add(names.ofSid(session.sid()));
    }
    if (!session.subject().isEmpty()) {
      indexes.add(names.ofSubject(session.subject()));
      if (session.sid().isEmpty()) {
        indexes.add(names.namelessOf(session.subject()));
      }
    }
    return indexes;
  }

  public void delete(@ExchangeProperty("sessionKey") String key) {
    execute(
        writing,
        redis -> {
          Map<String, String> there = fields(redis, names.session(key));
          if (there.containsKey(SealedSessions.IDENTITY)) {
            end(redis, key, maxAge);
          } else if (there.isEmpty()) {
            // anybody can make one up: remembered until the other gateways have told Redis of
            // theirs
            end(redis, key, settling);
          }
          return null;
        });
    metrics.redisOperation("hdel");
    unsettled.remove(key);
  }

  /**
   * Ends the sessions that the provider ended.
   *
   * @param loggedOutAt epoch seconds; null: now
   * @param known keys of some that are known here
   * @return the keys of all
   */
  public List<String> deleteAll(
      @ExchangeProperty("sid") String sid,
      @ExchangeProperty("subject") String subject,
      @ExchangeProperty("loggedOutAt") Long loggedOutAt,
      @ExchangeProperty("endedSessions") List<String> known) {
    long at = loggedOutAt == null ? now() : loggedOutAt;
    ProviderLogout logout = new ProviderLogout(sid, subject, at);
    double until = (double) at + maxAge.toSeconds();
    Range<Double> meant = loggedOutAt == null ? Range.unbounded() : Range.create(0.0, until);
    Set<String> ended = new LinkedHashSet<>(known);
    execute(
        writing,
        redis -> {
          known.forEach(key -> end(redis, key, maxAge));
          if (!logout.sid().isEmpty()) {
            endIndexed(redis, names.ofSid(logout.sid()), until, Range.unbounded(), ended);
          }
          if (!logout.subject().isEmpty()) {
            String index =
                logout.sid().isEmpty()
                    ? names.ofSubject(logout.subject())
                    : names.namelessOf(logout.subject());
            endIndexed(redis, index, until, meant, ended);
          }
          return null;
        });
    metrics.redisOperation("zrangebyscore");
    ended.forEach(memory::end);
    unsettled.removeLogout(logout);
    return List.copyOf(ended);
  }

  /**
   * @param until what is entered later, and ends no later, is over too
   * @param meant when those end that are over
   */
  private void endIndexed(
      RedisClusterAsyncCommands<byte[], byte[]> redis,
      String index,
      double until,
      Range<Double> meant,
      Set<String> ended) {
    try {
      mark(redis, bytes(index), until);
      List<byte[]> page = page(redis, bytes(index), meant);
      while (!page.isEmpty()) {
        List<String> keys =
            page.stream().map(RedisSessions::text).filter(SessionId::isKey).toList();
        keys.forEach(key -> end(redis, key, maxAge));
        ended.addAll(keys);
        await(redis.zrem(bytes(index), page.toArray(byte[][]::new)), writeTimeout);
        page = page(redis, bytes(index), meant);
      }
    } catch (RedisCommandExecutionException refused) {
      if (!isForeign(refused)) {
        throw refused;
      }
      delete(redis, List.of(index));
      mark(redis, bytes(index), until);
    }
  }

  private void mark(RedisClusterAsyncCommands<byte[], byte[]> redis, byte[] index, double until) {
    Double before = await(redis.zscore(index, ENDED), writeTimeout);
    awaitAll(
        List.of(
            redis.zadd(index, before == null ? until : Math.max(before, until), ENDED),
            redis.pexpire(index, maxAge.toMillis())));
  }

  private List<byte[]> page(
      RedisClusterAsyncCommands<byte[], byte[]> redis, byte[] index, Range<Double> meant) {
    return await(redis.zrangebyscore(index, meant, Limit.create(0, PAGE)), writeTimeout).stream()
        .filter(member -> !Arrays.equals(member, ENDED))
        .toList();
  }

  /** Leaves a mark, whether the session is there or not: it may yet be written. */
  private void end(
      RedisClusterAsyncCommands<byte[], byte[]> redis, String key, Duration remembered) {
    byte[] name = bytes(names.session(key));
    try {
      awaitAll(
          List.of(
              redis.hset(name, ENDED, bytes("1")),
              redis.hdel(name, IDENTITY, TOKENS),
              redis.pexpire(name, remembered.toMillis())));
    } catch (RedisCommandExecutionException refused) {
      if (!isForeign(refused)) {
        throw refused;
      }
      delete(redis, List.of(names.session(key)));
    }
  }

  private void delete(RedisClusterAsyncCommands<byte[], byte[]> redis, List<String> names) {
    awaitAll(names.stream().map(name -> redis.del(bytes(name))).toList());
  }

  /** Does to a session in Redis what was done to it in memory alone. */
  public void settle(@ExchangeProperty("sessionKey") String key) {
    Session session = memory.get(key);
    if (session == null) {
      execute(
          writing,
          redis -> {
            end(redis, key, maxAge);
            return null;
          });
      metrics.redisOperation("hdel");
      unsettled.remove(key);
    } else {
      put(key, session, sealed.seal(key, session));
    }
    if (memory.get(key) != session) {
      unsettled.add(key); // it was renewed or ended meanwhile, maybe before this was written
    }
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
