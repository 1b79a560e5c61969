package org.elastauth.cache;

import io.lettuce.core.SetArgs;
import io.lettuce.core.cluster.api.sync.RedisClusterCommands;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.elastauth.redis.RequiredRights;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

@Lazy
@Configuration(proxyBeanMethods = false)
public class CacheRights {
  /** The first, because its message about the channel also holds for sessions. */
  @Bean
  @Order(Ordered.HIGHEST_PRECEDENCE)
  public static RequiredRights cacheRedisRights(CacheSettings settings) {
    if (!settings.inRedis()) {
      return RequiredRights.NONE;
    }
    Map<String, BiConsumer<RedisClusterCommands<String, String>, String>> attempts =
        new HashMap<>();
    attempts.put("+getrange", (redis, key) -> redis.getrange(key, 0, 0));
    attempts.put("+set", (redis, key) -> redis.set(key, "", SetArgs.Builder.xx()));
    attempts.put("+del", (redis, key) -> redis.del(key));
    if (settings.extend()) {
      attempts.put("+pexpire", (redis, key) -> redis.pexpire(key, 1));
    }
    if (settings.isHybrid()) {
      attempts.put("+pttl", (redis, key) -> redis.pttl(key));
    }
    return new RequiredRights(
        "the credential cache",
        "The Redis user may not announce a revocation to other gateways; they detect it within"
            + " elasticsearch.reread_interval",
        attempts);
  }
}
