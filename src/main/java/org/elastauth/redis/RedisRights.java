package org.elastauth.redis;

import io.lettuce.core.RedisException;
import io.lettuce.core.cluster.api.sync.RedisClusterCommands;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.elastauth.config.Settings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says at start which right the Redis user lacks for what the gateway does with it. */
final class RedisRights {
  private static final Logger LOG = LoggerFactory.getLogger(RedisRights.class);

  private final String prefix;
  private final boolean renews;
  private final boolean hybrid;
  private final String channel;
  private volatile boolean maySubscribe;

  /** A command that changes nothing: the key is nobody's, and a lifetime of 0 is an error. */
  private interface Attempt {
    void run();
  }

  RedisRights(Settings.Cache cache) {
    this.prefix = cache.keyPrefix();
    this.renews = cache.extend();
    this.hybrid = cache.type().equals("hybrid");
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
    checkCache(redis);
    checkChannel(redis, subscriptions);
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
              "The Redis user may not tell other gateways of a revocation; they notice one within"
                  + " elasticsearch.reread_interval");
    }
  }

  private void subscribe(Supplier<StatefulRedisPubSubConnection<String, String>> subscriptions) {
    try (StatefulRedisPubSubConnection<String, String> subscription = subscriptions.get()) {
      subscription.sync().subscribe(channel);
    }
  }

  private void checkCache(RedisClusterCommands<String, String> redis) {
    Map<String, Attempt> attempts = new LinkedHashMap<>();
    attempts.put("+getrange", () -> redis.getrange(prefix, 0, 0));
    attempts.put("+setex", () -> redis.setex(prefix, 0, ""));
    attempts.put("+del", () -> redis.del(prefix));
    if (renews) {
      // Spring sends the form in milliseconds
      attempts.put("+pexpire", () -> redis.pexpire(prefix, 1));
    }
    if (hybrid) {
      attempts.put("+pttl", () -> redis.pttl(prefix));
    }
    Set<String> missing = new TreeSet<>();
    attempts.forEach((right, attempt) -> lacking(right, "~" + prefix + "*", attempt, missing));
    if (!missing.isEmpty()) {
      LOG.atWarn()
          .addKeyValue("missing", String.join(" ", missing))
          .log(
              "The Redis user lacks a right that the credential cache needs; memory serves instead");
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
