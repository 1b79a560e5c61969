package org.elastauth.redis;

import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.RedisException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.SetArgs;
import io.lettuce.core.ZAddArgs;
import io.lettuce.core.cluster.api.sync.RedisClusterCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.IntegerOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.elastauth.cache.CacheSettings;
import org.elastauth.revocation.RevocationChannel;
import org.elastauth.startup.Settings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says at start which right the Redis user lacks for what the gateway does with it. */
final class RedisRights {
  private static final Logger LOG = LoggerFactory.getLogger(RedisRights.class);

  /** The name of a script that is not there. */
  private static final String NO_SCRIPT = "0".repeat(40);

  private final String prefix;

  /** A key that no entry, count or turn has. */
  private final String nobody;

  private final CacheSettings cache;
  private final boolean limits;
  private final boolean answers;
  private final boolean sessions;
  private final boolean claims;
  private final String channel;
  private volatile boolean maySubscribe;

  /** A command that changes nothing: the key is nobody's, and a lifetime of 0 is an error. */
  private interface Attempt {
    void run();
  }

  RedisRights(Settings settings) {
    this.cache = settings.cache();
    this.prefix = cache.keyPrefix();
    this.nobody = prefix + "rights";
    this.limits = settings.rateLimit().inRedis();
    this.answers = settings.sharesProviderAnswers();
    this.sessions = settings.session().inRedis();
    this.claims = sessions || settings.replay().inRedis();
    this.channel = RevocationChannel.nameIn(cache);
  }

  /** Whether the user was found to be allowed to. */
  boolean maySubscribe() {
    return maySubscribe;
  }

  /**
   * @param subscriptions makes a connection for one
   */
  void check(
      RedisClusterCommands<String, String> redis,
      Supplier<StatefulRedisPubSubConnection<String, String>> subscriptions) {
    if (cache.inRedis()) {
      check("the credential cache", caching(redis));
    }
    if (answers && !cache.inRedis()) {
      check("what the identity provider said", reading(redis));
    }
    if (cache.inRedis() || sessions) {
      checkChannel(redis, subscriptions);
    }
    if (sessions) {
      check("sessions", sessions(redis));
    }
    if (claims) {
      check(
          "replay detection",
          Map.of(
              "+set",
              () -> redis.set(nobody, "", SetArgs.Builder.xx()),
              "+exists",
              () -> redis.exists(nobody)));
    }
    if (limits) {
      check("rate limiting", limiting(redis));
    }
  }

  private void checkChannel(
      RedisClusterCommands<String, String> redis,
      Supplier<StatefulRedisPubSubConnection<String, String>> subscriptions) {
    Set<String> missing = new TreeSet<>();
    String pattern = "&" + prefix + "*";
    // an empty message says nothing to anybody
    lacking("+publish", pattern, () -> redis.publish(channel, ""), missing);
    Set<String> missingToSubscribe = new TreeSet<>();
    lacking("+subscribe", pattern, () -> subscribe(subscriptions), missingToSubscribe);
    maySubscribe = missingToSubscribe.isEmpty();
    missing.addAll(missingToSubscribe);
    if (!missing.isEmpty()) {
      LOG.atInfo()
          .addKeyValue("missing", String.join(" ", missing))
          .log(
              cache.inRedis()
                  ? "The Redis user may not tell other gateways of a revocation; they notice one within"
                      + " elasticsearch.reread_interval"
                  : "The Redis user may not tell other gateways of the end of a session; with"
                      + " session.store=hybrid they notice it within 10s");
    }
  }

  private void subscribe(Supplier<StatefulRedisPubSubConnection<String, String>> subscriptions) {
    try (StatefulRedisPubSubConnection<String, String> subscription = subscriptions.get()) {
      subscription.sync().subscribe(channel);
    }
  }

  private Map<String, Attempt> reading(RedisClusterCommands<String, String> redis) {
    Map<String, Attempt> attempts = new LinkedHashMap<>();
    attempts.put("+getrange", () -> redis.getrange(nobody, 0, 0));
    attempts.put("+setex", () -> redis.setex(nobody, 0, ""));
    return attempts;
  }

  private Map<String, Attempt> caching(RedisClusterCommands<String, String> redis) {
    Map<String, Attempt> attempts = reading(redis);
    attempts.put("+del", () -> redis.del(nobody));
    if (cache.extend()) {
      // Spring sends the form in milliseconds
      attempts.put("+pexpire", () -> redis.pexpire(nobody, 1));
    }
    if (cache.type().equals("hybrid")) {
      attempts.put("+pttl", () -> redis.pttl(nobody));
    }
    return attempts;
  }

  private Map<String, Attempt> limiting(RedisClusterCommands<String, String> redis) {
    Map<String, Attempt> attempts = new LinkedHashMap<>();
    attempts.put("+eval", () -> redis.eval("return 0", ScriptOutputType.INTEGER, nobody));
    attempts.put("+evalsha", () -> redis.evalsha(NO_SCRIPT, ScriptOutputType.INTEGER, nobody));
    attempts.put("+zadd", () -> redis.zadd(nobody, ZAddArgs.Builder.xx(), 0, ""));
    attempts.put("+zremrangebyscore", () -> redis.zremrangebyscore(nobody, Range.create(0, 0)));
    attempts.put("+zcard", () -> redis.zcard(nobody));
    attempts.put("+zrange", () -> redis.zrange(nobody, 0, 0));
    attempts.put("+pexpire", () -> redis.pexpire(nobody, 1));
    attempts.put("+pexpireat", () -> redis.pexpireat(nobody, 1));
    attempts.put("+pttl", () -> redis.pttl(nobody));
    return attempts;
  }

  private Map<String, Attempt> sessions(RedisClusterCommands<String, String> redis) {
    Map<String, Attempt> attempts = new LinkedHashMap<>();
    attempts.put("+hmget", () -> redis.hmget(nobody, "identity"));
    attempts.put("+hdel", () -> redis.hdel(nobody, "identity"));
    // a field without a value is an error
    attempts.put(
        "+hset",
        () ->
            redis.dispatch(
                CommandType.HSET,
                new IntegerOutput<>(StringCodec.UTF8),
                new CommandArgs<>(StringCodec.UTF8).addKey(nobody).add("a").add("b").add("c")));
    attempts.put("+pexpire", () -> redis.pexpire(nobody, 1));
    attempts.put("+del", () -> redis.del(nobody));
    attempts.put("+zadd", () -> redis.zadd(nobody, ZAddArgs.Builder.xx(), 0, ""));
    attempts.put("+zremrangebyscore", () -> redis.zremrangebyscore(nobody, Range.create(0, 0)));
    attempts.put(
        "+zrangebyscore", () -> redis.zrangebyscore(nobody, Range.create(0, 0), Limit.from(1)));
    attempts.put("+zscore", () -> redis.zscore(nobody, ""));
    attempts.put("+zrem", () -> redis.zrem(nobody, ""));
    return attempts;
  }

  private void check(String feature, Map<String, Attempt> attempts) {
    Set<String> missing = new TreeSet<>();
    attempts.forEach((right, attempt) -> lacking(right, "~" + prefix + "*", attempt, missing));
    if (!missing.isEmpty()) {
      LOG.atWarn()
          .addKeyValue("missing", String.join(" ", missing))
          .log("The Redis user lacks a right that {} needs; memory serves instead", feature);
    }
  }

  /**
   * @param pattern the right that the other refusal is about, which names keys or channels
   */
  private static void lacking(String right, String pattern, Attempt attempt, Set<String> missing) {
    try {
      attempt.run();
    } catch (RedisException refused) {
      if (RedisFailure.isNotPermitted(refused)) {
        missing.add(refused.getMessage().contains("to run") ? right : pattern);
      }
    }
  }
}
