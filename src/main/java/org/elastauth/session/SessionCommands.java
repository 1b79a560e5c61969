package org.elastauth.session;

import static org.elastauth.session.SealedSessions.IDENTITY;
import static org.elastauth.session.SealedSessions.TOKENS;

import io.lettuce.core.KeyValue;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.elastauth.redis.RedisFailure;
import org.elastauth.redis.RedisSettings;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * The Redis commands of sessions. A session is a hash of sealed fields ({@link SealedSessions}). An
 * index is a sorted set of session keys by their expiry, one a subject and one a session of the
 * provider. No transaction and no script, so the rights to read and write keys suffice, in a
 * cluster too.
 *
 * <p>An ended session leaves the field {@code ended} for as long as it could have lived: a gateway
 * that refreshes it now, or created it during an outage, must not restore it. A logout at the
 * provider leaves such a member in the index.
 */
@Lazy
@Component
final class SessionCommands {
  private static final byte[] ENDED = bytes("ended");
  private static final int PAGE = 100;

  /** A login that began before the provider's session ended may arrive this much later. */
  private static final int LATE_LOGIN_SECONDS = 60;

  private final SealedSessions sealed;
  private final SessionRedisKeys names;
  private final SessionMemory memory;
  private final PendingSessionWrites pending;
  private final Clock clock;
  private final Duration maxAge;
  private final byte[] channel;

  /** After an outage the other gateways write their pending sessions within this time. */
  private final Duration pendingTime;

  SessionCommands(
      SealedSessions sealed,
      SessionRedisKeys names,
      SessionMemory memory,
      PendingSessionWrites pending,
      Clock clock,
      SessionSettings sessionSettings,
      @Value("${elastauth.redis.channel}") String channel,
      RedisSettings redisSettings) {
    this.sealed = sealed;
    this.names = names;
    this.memory = memory;
    this.pending = pending;
    this.clock = clock;
    this.maxAge = sessionSettings.maxAge();
    this.channel = bytes(channel);
    this.pendingTime =
        redisSettings
            .circuitBreaker()
            .timeout()
            .plus(redisSettings.healthCheck().interval().multipliedBy(2));
  }

  /**
   * Reads a session, and keeps it in memory. If memory does not know it, its length is read first:
   * another client of Redis may have stored any.
   *
   * @return null if there is none, or its fields were not sealed for this key
   */
  CompletionStage<Session> read(RedisClusterAsyncCommands<byte[], byte[]> redis, String key) {
    Session before = memory.get(key);
    byte[] name = bytes(names.session(key));
    CompletionStage<List<KeyValue<byte[], byte[]>>> fields =
        before != null
            ? redis.hmget(name, IDENTITY, TOKENS, ENDED)
            : lengths(redis, name)
                .thenCompose(
                    lengths -> {
                      if (lengths.ended > 0) {
                        memory.end(key);
                      }
                      return lengths.areReadable()
                          ? redis.hmget(name, IDENTITY, TOKENS, ENDED)
                          : CompletableFuture.completedFuture(List.of());
                    });
    return unlessForeign(fields, () -> CompletableFuture.completedFuture(List.of()))
        .thenApply(found -> read(key, before, found));
  }

  private Session read(String key, Session before, List<KeyValue<byte[], byte[]>> fields) {
    if (!fields.isEmpty() && fields.get(2).hasValue()) {
      memory.end(key);
      return null;
    }
    Session session =
        fields.isEmpty() ? null : sealed.open(key, text(fields.get(0)), text(fields.get(1)));
    if (session == null || session.expiresAt() <= now()) {
      memory.drop(key);
      return null;
    }
    memory.keep(key, before, session);
    return memory.isEnded(key) ? null : session;
  }

  private static String text(KeyValue<byte[], byte[]> field) {
    return field.hasValue() ? text(field.getValue()) : null;
  }

  /** The lengths of the fields in bytes; 0: there is none. */
  private record Lengths(long identity, long tokens, long ended) {
    private static final Lengths UNKNOWN = new Lengths(1, 1, 0);
    private static final Lengths NONE = new Lengths(0, 0, 0);

    boolean areReadable() {
      long longest = Math.max(identity, tokens);
      return longest > 0 && longest <= SealedSessions.MAX_TEXT && ended == 0;
    }
  }

  private CompletionStage<Lengths> lengths(
      RedisClusterAsyncCommands<byte[], byte[]> redis, byte[] name) {
    CompletionStage<Long> tokens = redis.hstrlen(name, TOKENS);
    CompletionStage<Long> ended = redis.hstrlen(name, ENDED);
    return redis
        .hstrlen(name, IDENTITY)
        .thenCombine(tokens, (identity, length) -> new Lengths(identity, length, 0))
        .thenCombine(ended, (both, length) -> new Lengths(both.identity, both.tokens, length))
        .exceptionallyCompose(
            failure ->
                RedisFailure.isNotPermitted(failure) || RedisFailure.isUnsupported(failure)
                    ? CompletableFuture.completedFuture(Lengths.UNKNOWN)
                    : isForeign(failure)
                        ? CompletableFuture.completedFuture(Lengths.NONE)
                        : CompletableFuture.failedFuture(failure));
  }

  /**
   * @param fields the session, sealed
   */
  CompletionStage<Void> put(
      RedisClusterAsyncCommands<byte[], byte[]> redis,
      String key,
      Session session,
      Map<byte[], byte[]> fields) {
    long left = Duration.ofSeconds(session.expiresAt() - now()).toMillis();
    if (left <= 0) {
      return done();
    }
    return unlessForeign(
            write(redis, key, session, fields, left),
            () ->
                all(Stream.concat(indexes(session).stream(), Stream.of(names.session(key)))
                        .map(place -> deleteForeign(redis, place)))
                    .thenCompose(deleted -> write(redis, key, session, fields, left)))
        .thenRun(() -> settled(key, session));
  }

  /** Redis may carry out a command after its timeout, when the session has already changed. */
  private void settled(String key, Session written) {
    Session now = memory.get(key);
    if (memory.isEnded(key) || now != null && now != written) {
      pending.add(key);
    } else {
      pending.remove(key);
    }
  }

  /** Writes the index before the session, so that a logout finds the session. */
  private CompletionStage<Void> write(
      RedisClusterAsyncCommands<byte[], byte[]> redis,
      String key,
      Session session,
      Map<byte[], byte[]> fields,
      long left) {
    return isOver(redis, key, session, left)
        .thenCompose(
            over -> {
              if (over || memory.isEnded(key)) {
                memory.end(key);
                return end(redis, key, maxAge);
              }
              byte[] name = bytes(names.session(key));
              return all(Stream.of(redis.hset(name, fields), redis.pexpire(name, left)));
            });
  }

  /**
   * Adds a session to its indexes, then reads there whether a logout came before. The logout writes
   * before it reads, too, so one of the two detects the other.
   */
  private CompletionStage<Boolean> isOver(
      RedisClusterAsyncCommands<byte[], byte[]> redis, String key, Session session, long left) {
    CompletionStage<Boolean> over = CompletableFuture.completedFuture(false);
    for (String index : indexes(session)) {
      byte[] name = bytes(index);
      long grace = index.equals(names.ofSid(session.sid())) ? LATE_LOGIN_SECONDS : 0;
      CompletionStage<Void> added =
          all(
              Stream.of(
                  redis.zremrangebyscore(name, Range.create(0, now())),
                  redis.zadd(name, (double) session.expiresAt(), bytes(key)),
                  redis.pexpire(name, Math.max(left, maxAge.toMillis()))));
      CompletionStage<Boolean> ended =
          redis
              .zscore(name, ENDED)
              .thenApply(until -> until != null && session.expiresAt() <= until + grace);
      over =
          over.thenCombine(
              added.thenCombine(ended, (done, isEnded) -> isEnded), Boolean::logicalOr);
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

  CompletionStage<Void> delete(RedisClusterAsyncCommands<byte[], byte[]> redis, String key) {
    return lengths(redis, bytes(names.session(key)))
        .thenCompose(
            lengths -> {
              if (lengths.identity > 0) {
                return end(redis, key, maxAge);
              }
              // clients can send made-up keys, so such an end is stored only for a short time
              return lengths.equals(Lengths.NONE) ? end(redis, key, pendingTime) : done();
            })
        .thenRun(() -> pending.remove(key));
  }

  /**
   * Ends the sessions that the provider ended, and announces it.
   *
   * @param known the keys of those in memory
   */
  CompletionStage<Void> deleteAll(
      RedisClusterAsyncCommands<byte[], byte[]> redis, ProviderLogout logout, List<String> known) {
    boolean late = logout.at() != ProviderLogout.NOW;
    double until = (double) (late ? logout.at() : now()) + maxAge.toSeconds();
    Set<String> ended = new LinkedHashSet<>(known);
    CompletionStage<Void> all = all(known.stream().map(key -> end(redis, key, maxAge)));
    if (!logout.sid().isEmpty()) {
      all =
          all.thenCompose(
              before ->
                  endIndexed(redis, names.ofSid(logout.sid()), until, Range.unbounded(), ended));
    }
    if (!logout.subject().isEmpty()) {
      String index =
          logout.sid().isEmpty()
              ? names.ofSubject(logout.subject())
              : names.namelessOf(logout.subject());
      Range<Double> expiries = late ? Range.create(0.0, until) : Range.unbounded();
      all = all.thenCompose(before -> endIndexed(redis, index, until, expiries, ended));
    }
    return all.thenCompose(
        done -> {
          ended.forEach(memory::end);
          pending.remove(logout);
          return announce(redis, ended);
        });
  }

  /**
   * @param until sessions that are added later and expire until then are over, too
   * @param expiries of the sessions to end
   */
  private CompletionStage<Void> endIndexed(
      RedisClusterAsyncCommands<byte[], byte[]> redis,
      String index,
      double until,
      Range<Double> expiries,
      Set<String> ended) {
    byte[] name = bytes(index);
    return unlessForeign(
        markEnded(redis, name, until)
            .thenCompose(marked -> endPages(redis, name, expiries, 0, ended)),
        () -> deleteForeign(redis, index).thenCompose(deleted -> markEnded(redis, name, until)));
  }

  /**
   * @param offset the number of members that are too long to be read, and stay
   */
  private CompletionStage<Void> endPages(
      RedisClusterAsyncCommands<byte[], byte[]> redis,
      byte[] index,
      Range<Double> expiries,
      long offset,
      Set<String> ended) {
    return redis
        .zrangebyscore(index, expiries, Limit.create(offset, PAGE))
        .thenCompose(
            found -> {
              byte[][] members = readable(found);
              if (members.length == 0 && found.size() < PAGE) {
                return done();
              }
              long unreadable = found.stream().filter(member -> member.length == 0).count();
              return endMembers(redis, index, members, ended)
                  .thenCompose(
                      removed -> endPages(redis, index, expiries, offset + unreadable, ended));
            });
  }

  /** The sessions of an index, without the mark of a logout and what is too long to be read. */
  private static byte[][] readable(List<byte[]> found) {
    return found.stream()
        .filter(member -> member.length > 0 && !Arrays.equals(member, ENDED))
        .toArray(byte[][]::new);
  }

  /**
   * @param ended receives their keys
   */
  private CompletionStage<Void> endMembers(
      RedisClusterAsyncCommands<byte[], byte[]> redis,
      byte[] index,
      byte[][] members,
      Set<String> ended) {
    List<String> keys =
        Stream.of(members).map(SessionCommands::text).filter(SessionId::isKey).toList();
    ended.addAll(keys);
    return all(keys.stream().map(key -> end(redis, key, maxAge)))
        .thenCompose(
            over -> members.length == 0 ? done() : all(Stream.of(redis.zrem(index, members))));
  }

  private static <T> CompletionStage<T> unlessForeign(
      CompletionStage<T> answer, Supplier<CompletionStage<T>> otherwise) {
    return answer.exceptionallyCompose(
        failure -> isForeign(failure) ? otherwise.get() : CompletableFuture.failedFuture(failure));
  }

  /** Whether another program has stored a value of another type there. */
  private static boolean isForeign(Throwable failure) {
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    return cause instanceof RedisCommandExecutionException refused
        && refused.getMessage().startsWith("WRONGTYPE");
  }

  private CompletionStage<Void> markEnded(
      RedisClusterAsyncCommands<byte[], byte[]> redis, byte[] index, double until) {
    return redis
        .zscore(index, ENDED)
        .thenCompose(
            before ->
                all(
                    Stream.of(
                        redis.zadd(index, before == null ? until : Math.max(before, until), ENDED),
                        redis.pexpire(index, maxAge.toMillis()))));
  }

  /** Marks a session as ended, even one that does not exist: a gateway may write it later. */
  private CompletionStage<Void> end(
      RedisClusterAsyncCommands<byte[], byte[]> redis, String key, Duration remembered) {
    byte[] name = bytes(names.session(key));
    return unlessForeign(
        all(
            Stream.of(
                redis.hset(name, ENDED, bytes("1")),
                redis.hdel(name, IDENTITY, TOKENS),
                redis.pexpire(name, remembered.toMillis()))),
        () -> all(Stream.of(deleteForeign(redis, names.session(key)))));
  }

  /**
   * Writes a session as it is in memory, after a write failed. If memory has evicted it, Redis
   * keeps what it has.
   */
  CompletionStage<Void> writePending(RedisClusterAsyncCommands<byte[], byte[]> redis, String key) {
    Session session = memory.get(key);
    CompletionStage<Void> written =
        session == null
            ? (memory.isEnded(key) ? end(redis, key, maxAge) : done())
                .thenRun(() -> pending.remove(key))
            : put(redis, key, session, sealed.seal(key, session));
    return written.thenRun(
        () -> {
          if (memory.get(key) != session) {
            pending.add(key); // it was refreshed or ended meanwhile
          }
        });
  }

  /** Lets the other gateways drop ended sessions. Without this right they do so within 10 s. */
  CompletionStage<Void> announce(
      RedisClusterAsyncCommands<byte[], byte[]> redis, Collection<String> ended) {
    return all(ended.stream().map(key -> redis.publish(channel, bytes("session " + key))))
        .exceptionally(notPermitted -> null);
  }

  private static CompletionStage<Long> deleteForeign(
      RedisClusterAsyncCommands<byte[], byte[]> redis, String name) {
    return redis.del(new byte[][] {bytes(name)});
  }

  private long now() {
    return clock.millis() / 1000;
  }

  private static CompletionStage<Void> done() {
    return CompletableFuture.completedFuture(null);
  }

  private static CompletionStage<Void> all(Stream<? extends CompletionStage<?>> answers) {
    return CompletableFuture.allOf(
        answers.map(CompletionStage::toCompletableFuture).toArray(CompletableFuture[]::new));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
