package org.elastauth.oidc.provider;

import java.util.Map;
import org.elastauth.redis.RequiredRights;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

@Lazy
@Configuration(proxyBeanMethods = false)
public class ProviderResponseRights {
  @Bean
  public static RequiredRights providerResponseRedisRights(
      @Value("${elastauth.oidc.in_redis}") boolean inRedis) {
    return inRedis
        ? new RequiredRights(
            "what the identity provider said",
            null,
            Map.of(
                "+getrange",
                (redis, key) -> redis.getrange(key, 0, 0),
                // a time to live of 0 is an error
                "+setex",
                (redis, key) -> redis.setex(key, 0, "")))
        : RequiredRights.NONE;
  }
}
