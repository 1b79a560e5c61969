package org.elastauth.redis;

import io.lettuce.core.RedisException;
import io.lettuce.core.cluster.api.sync.RedisClusterCommands;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.elastauth.config.Settings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says at start which right the Redis user lacks for what the gateway does with it. */
final class RedisRights {
  private static final Logger LOG = LoggerFactory.getLogger(RedisRights.class);

  private final String prefix;
  private final boolean renews;
  private final boolean hybrid;

  /** A command that changes nothing: the key is nobody's, and a lifetime of 0 is an error. */
  private interface Attempt {
    void run();
  }

  RedisRights(Settings.Cache cache) {
    this.prefix = cache.keyPrefix();
    this.renews = cache.extend();
    this.hybrid = cache.type().equals("hybrid");
  }

  void check(RedisClusterCommands<String, String> redis) {
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
    attempts.forEach((right, attempt) -> lacking(right, attempt, missing));
    if (!missing.isEmpty()) {
      LOG.atWarn()
          .addKeyValue("missing", String.join(" ", missing))
          .log(
              "The Redis user lacks a right that the credential cache needs; memory serves instead");
    }
  }

  private void lacking(String right, Attempt attempt, Set<String> missing) {
    try {
      attempt.run();
    } catch (RedisException refused) {
      if (RedisFailure.isNotPermitted(refused)) {
        // the other refusal is about keys
        missing.add(refused.getMessage().contains("to run") ? right : "~" + prefix + "*");
      }
    }
  }
}
