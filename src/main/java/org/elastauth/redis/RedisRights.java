package org.elastauth.redis;

import io.lettuce.core.RedisException;
import io.lettuce.core.cluster.api.sync.RedisClusterCommands;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs at startup which rights the Redis user lacks, for each feature that uses Redis. */
final class RedisRights {
  private static final Logger LOG = LoggerFactory.getLogger(RedisRights.class);
  private static final String ANNOUNCEMENTS = "announcements to other gateways";

  private final List<RequiredRights> features;
  private final String prefix;
  private final String channel;
  private volatile boolean maySubscribe;

  /** Of the last check. */
  private volatile List<MissingRights> missing = List.of();

  /**
   * @param prefix of all keys and channels
   * @param channel on which gateways announce revoked logins and ended sessions
   */
  RedisRights(List<RequiredRights> features, String prefix, String channel) {
    this.features = features;
    this.prefix = prefix;
    this.channel = channel;
  }

  /** Whether the last check found the right to subscribe. */
  boolean maySubscribe() {
    return maySubscribe;
  }

  /** What the last check found missing. */
  List<MissingRights> missing() {
    return missing;
  }

  /**
   * @param subscriptions opens a connection for a subscription; null: a proxy supports none
   */
  void check(
      RedisClusterCommands<String, String> redis,
      Supplier<StatefulRedisPubSubConnection<String, String>> subscriptions) {
    List<MissingRights> found = new ArrayList<>();
    features.forEach(feature -> check(redis, feature, found));
    features.stream()
        .map(RequiredRights::withoutChannel)
        .filter(consequence -> consequence != null)
        .findFirst()
        .ifPresent(consequence -> checkChannel(redis, subscriptions, consequence, found));
    missing = List.copyOf(found);
  }

  private void check(
      RedisClusterCommands<String, String> redis,
      RequiredRights feature,
      List<MissingRights> found) {
    Set<String> missing = new TreeSet<>();
    // no feature has a key of this name
    String key = prefix + "rights";
    feature
        .attempts()
        .forEach(
            (right, attempt) ->
                attempt(right, "~" + prefix + "*", () -> attempt.accept(redis, key), missing));
    if (!missing.isEmpty()) {
      found.add(new MissingRights(feature.feature(), missing, ""));
      LOG.atWarn()
          .addKeyValue("missing", String.join(" ", missing))
          .log(
              "The Redis user lacks a right that {} needs; this gateway's memory is used instead",
              feature.feature());
    }
  }

  private void checkChannel(
      RedisClusterCommands<String, String> redis,
      Supplier<StatefulRedisPubSubConnection<String, String>> subscriptions,
      String consequence,
      List<MissingRights> found) {
    Set<String> missing = new TreeSet<>();
    String pattern = "&" + prefix + "*";
    if (subscriptions == null) {
      found.add(new MissingRights(ANNOUNCEMENTS, Set.of("+publish", "+subscribe"), consequence));
      LOG.atInfo().addKeyValue("missing", "+publish +subscribe").log(consequence);
      return;
    }
    attempt("+subscribe", pattern, () -> subscribe(subscriptions), missing);
    maySubscribe = missing.isEmpty();
    // gateways ignore an empty message
    attempt("+publish", pattern, () -> redis.publish(channel, ""), missing);
    if (!missing.isEmpty()) {
      found.add(new MissingRights(ANNOUNCEMENTS, missing, consequence));
      LOG.atInfo().addKeyValue("missing", String.join(" ", missing)).log(consequence);
    }
  }

  private void subscribe(Supplier<StatefulRedisPubSubConnection<String, String>> subscriptions) {
    try (StatefulRedisPubSubConnection<String, String> subscription = subscriptions.get()) {
      subscription.sync().subscribe(channel);
    }
  }

  /**
   * @param pattern the right to the keys or channels, which is missing if the command itself is
   *     allowed
   */
  private static void attempt(String right, String pattern, Runnable command, Set<String> missing) {
    try {
      command.run();
    } catch (RedisException refused) {
      if (RedisFailure.isNotPermitted(refused)) {
        missing.add(refused.getMessage().contains("to run") ? right : pattern);
      } else if (RedisFailure.isUnsupported(refused)) {
        missing.add(right);
      }
    }
  }
}
