package org.elastauth.redis;

import io.lettuce.core.Range;
import io.lettuce.core.RedisException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.ZAddArgs;
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

  /** The name of a script that is not there. */
  private static final String NO_SCRIPT = "0".repeat(40);

  private final String prefix;
  private final Settings.Cache cache;
  private final boolean limits;

  /** A command that changes nothing: the key is nobody's, and a lifetime of 0 is an error. */
  private interface Attempt {
    void run();
  }

  RedisRights(Settings settings) {
    this.cache = settings.cache();
    this.prefix = cache.keyPrefix();
    this.limits = settings.rateLimit().inRedis();
  }

  void check(RedisClusterCommands<String, String> redis) {
    if (cache.inRedis()) {
      check("the credential cache", caching(redis));
    }
    if (limits) {
      check("rate limiting", limiting(redis));
    }
  }

  private Map<String, Attempt> caching(RedisClusterCommands<String, String> redis) {
    Map<String, Attempt> attempts = new LinkedHashMap<>();
    attempts.put("+getrange", () -> redis.getrange(prefix, 0, 0));
    attempts.put("+setex", () -> redis.setex(prefix, 0, ""));
    attempts.put("+del", () -> redis.del(prefix));
    if (cache.extend()) {
      // Spring sends the form in milliseconds
      attempts.put("+pexpire", () -> redis.pexpire(prefix, 1));
    }
    if (cache.type().equals("hybrid")) {
      attempts.put("+pttl", () -> redis.pttl(prefix));
    }
    return attempts;
  }

  private Map<String, Attempt> limiting(RedisClusterCommands<String, String> redis) {
    Map<String, Attempt> attempts = new LinkedHashMap<>();
    attempts.put("+eval", () -> redis.eval("return 0", ScriptOutputType.INTEGER, prefix));
    attempts.put("+evalsha", () -> redis.evalsha(NO_SCRIPT, ScriptOutputType.INTEGER, prefix));
    attempts.put("+zadd", () -> redis.zadd(prefix, ZAddArgs.Builder.xx(), 0, ""));
    attempts.put("+zremrangebyscore", () -> redis.zremrangebyscore(prefix, Range.create(0, 0)));
    attempts.put("+zcard", () -> redis.zcard(prefix));
    attempts.put("+zrange", () -> redis.zrange(prefix, 0, 0));
    attempts.put("+pexpire", () -> redis.pexpire(prefix, 1));
    attempts.put("+pexpireat", () -> redis.pexpireat(prefix, 1));
    attempts.put("+pttl", () -> redis.pttl(prefix));
    return attempts;
  }

  private void check(String feature, Map<String, Attempt> attempts) {
    Set<String> missing = new TreeSet<>();
    attempts.forEach((right, attempt) -> lacking(right, attempt, missing));
    if (!missing.isEmpty()) {
      LOG.atWarn()
          .addKeyValue("missing", String.join(" ", missing))
          .log("The Redis user lacks a right that {} needs; memory serves instead", feature);
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
