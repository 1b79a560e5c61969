package org.elastauth.ratelimit;

import io.lettuce.core.Range;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.ZAddArgs;
import java.util.Map;
import org.elastauth.redis.RequiredRights;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

/** The rights that {@code sliding-window.lua} needs. */
@Lazy
@Configuration(proxyBeanMethods = false)
public class RateLimitRights {
  private static final String UNKNOWN_DIGEST = "0".repeat(40);

  @Bean
  public static RequiredRights rateLimitRedisRights(RateLimitSettings settings) {
    ScriptOutputType number = ScriptOutputType.INTEGER;
    return settings.inRedis()
        ? new RequiredRights(
            "rate limiting",
            null,
            Map.of(
                "+eval", (redis, key) -> redis.eval("return 0", number, key),
                "+evalsha", (redis, key) -> redis.evalsha(UNKNOWN_DIGEST, number, key),
                "+zadd", (redis, key) -> redis.zadd(key, ZAddArgs.Builder.xx(), 0, ""),
                "+zremrangebyscore",
                    (redis, key) -> redis.zremrangebyscore(key, Range.create(0, 0)),
                "+zcard", (redis, key) -> redis.zcard(key),
                "+zrange", (redis, key) -> redis.zrange(key, 0, 0),
                "+pexpire", (redis, key) -> redis.pexpire(key, 1),
                "+pexpireat", (redis, key) -> redis.pexpireat(key, 1),
                "+pttl", (redis, key) -> redis.pttl(key)))
        : RequiredRights.NONE;
  }
}
