package org.elastauth.session;

import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.ZAddArgs;
import io.lettuce.core.cluster.api.sync.RedisClusterCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.IntegerOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.util.Map;
import org.elastauth.redis.RequiredRights;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

@Lazy
@Configuration(proxyBeanMethods = false)
public class SessionRights {
  @Bean
  public static RequiredRights sessionRedisRights(SessionSettings settings) {
    return settings.inRedis()
        ? new RequiredRights(
            "sessions",
            "The Redis user may not announce the end of a session to other gateways; with"
                + " session.store=hybrid they detect it within 10s",
            Map.of(
                "+hmget", (redis, key) -> redis.hmget(key, "identity"),
                "+hdel", (redis, key) -> redis.hdel(key, "identity"),
                "+hset", SessionRights::hset,
                "+pexpire", (redis, key) -> redis.pexpire(key, 1),
                "+del", (redis, key) -> redis.del(key),
                "+zadd", (redis, key) -> redis.zadd(key, ZAddArgs.Builder.xx(), 0, ""),
                "+zremrangebyscore",
                    (redis, key) -> redis.zremrangebyscore(key, Range.create(0, 0)),
                "+zrangebyscore",
                    (redis, key) -> redis.zrangebyscore(key, Range.create(0, 0), Limit.from(1)),
                "+zscore", (redis, key) -> redis.zscore(key, ""),
                "+zrem", (redis, key) -> redis.zrem(key, "")))
        : RequiredRights.NONE;
  }

  /** A field without a value is an error, so this changes nothing. */
  private static void hset(RedisClusterCommands<String, String> redis, String key) {
    StringCodec utf8 = StringCodec.UTF8;
    redis.dispatch(
        CommandType.HSET,
        new IntegerOutput<>(utf8),
        new CommandArgs<>(utf8).addKey(key).add("a").add("b").add("c"));
  }
}
