package org.elastauth.redis;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.lettuce.core.metrics.CommandLatencyRecorder;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.resource.Delay;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.elastauth.config.Settings;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Primary;
import org.springframework.data.redis.core.RedisTemplate;
import org.springframework.data.redis.serializer.RedisSerializer;

/**
 * The connections to Redis; the spring-redis endpoints in the routes use them through Spring's
 * templates.
 */
@Lazy
@Configuration(proxyBeanMethods = false)
class RedisConfiguration {
  private static final Duration SLOWEST_RECONNECT = Duration.ofSeconds(1);

  @Bean(destroyMethod = "shutdown")
  ClientResources lettuceResources() {
    return DefaultClientResources.builder()
        .commandLatencyRecorder(CommandLatencyRecorder.disabled())
        .reconnectDelay(
            Delay.exponential(1, SLOWEST_RECONNECT.toMillis(), TimeUnit.MILLISECONDS, 2))
        .build();
  }

  @Bean
  RedisConnections redisConnections(
      Settings settings,
      ClientResources resources,
      @Qualifier("redisBreaker") CircuitBreaker breaker) {
    Settings.Redis redis = settings.redis();
    return new RedisConnections(
        new RedisDialer(redis, resources, new RedisRights(settings)), redis, breaker);
  }

  /** For commands that read. */
  @Bean
  @Primary
  RedisTemplate<String, String> redisTemplate(RedisConnections connections, Settings settings) {
    return template(connections, settings.redis().readTimeout());
  }

  /** For commands that write. */
  @Bean
  RedisTemplate<String, String> redisWriteTemplate(
      RedisConnections connections, Settings settings) {
    return template(connections, settings.redis().writeTimeout());
  }

  /** A connection is used for one command at a time, so it needs no proxy made for each. */
  private static RedisTemplate<String, String> template(
      RedisConnections connections, Duration timeout) {
    RedisTemplate<String, String> template = new RedisTemplate<>();
    template.setConnectionFactory(new TakingTurns(connections, timeout));
    template.setDefaultSerializer(RedisSerializer.string());
    template.setExposeConnection(true);
    return template;
  }
}
