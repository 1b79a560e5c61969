package org.elastauth.replay;

import io.lettuce.core.SetArgs;
import java.util.Map;
import org.elastauth.redis.RequiredRights;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

@Lazy
@Configuration(proxyBeanMethods = false)
public class ReplayRights {
  /** Sessions in Redis need them, too: the lock to refresh a session is in the replay store. */
  @Bean
  public static RequiredRights replayRedisRights(
      ReplaySettings settings, @Value("${elastauth.session.in_redis}") boolean sessions) {
    return settings.inRedis() || sessions
        ? new RequiredRights(
            "replay detection",
            null,
            Map.of(
                "+set", (redis, key) -> redis.set(key, "", SetArgs.Builder.xx()),
                "+exists", (redis, key) -> redis.exists(key)))
        : RequiredRights.NONE;
  }
}
