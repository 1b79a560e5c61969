package org.elastauth.redis;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.lettuce.core.metrics.CommandLatencyRecorder;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.resource.Delay;
import io.vertx.core.Vertx;
import io.vertx.core.impl.VertxInternal;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.elastauth.config.SecretFiles;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.data.redis.core.RedisTemplate;
import org.springframework.data.redis.serializer.RedisSerializer;

@Lazy
@Configuration(proxyBeanMethods = false)
class RedisConfiguration {
  private static final Duration SLOWEST_RECONNECT = Duration.ofSeconds(1);

  @Bean(destroyMethod = "shutdown")
  ClientResources lettuceResources(Vertx vertx, RedisSettings settings) {
    return DefaultClientResources.builder()
        .eventLoopGroupProvider(new SharedEventLoops(((VertxInternal) vertx).getEventLoopGroup()))
        .addressResolverGroup(new HostNames(settings.connectTimeout()))
        .nettyCustomizer(new RedisPipeline())
        .commandLatencyRecorder(CommandLatencyRecorder.disabled())
        .reconnectDelay(
            Delay.exponential(1, SLOWEST_RECONNECT.toMillis(), TimeUnit.MILLISECONDS, 2))
        .build();
  }

  @Bean
  RedisConnections redisConnections(
      RedisSettings settings,
      SecretFiles secrets,
      List<RequiredRights> features,
      @Value("${elastauth.cache.key_prefix}") String prefix,
      @Value("${elastauth.redis.channel}") String channel,
      ClientResources resources,
      Vertx vertx,
      @Qualifier("redisBreaker") CircuitBreaker breaker) {
    RedisRights rights = new RedisRights(features, prefix, channel);
    return new RedisConnections(
        new RedisConnector(settings, resources, rights, secrets),
        settings,
        breaker,
        ((VertxInternal) vertx).getEventLoopGroup());
  }

  /** For the spring-redis endpoints, which only write. */
  @Bean
  RedisTemplate<String, String> redisWriteTemplate(
      RedisConnections connections, RedisSettings settings) {
    RedisTemplate<String, String> template = new RedisTemplate<>();
    template.setConnectionFactory(
        new RoundRobinConnectionFactory(
            connections, settings.server().db(), settings.writeTimeout()));
    template.setDefaultSerializer(RedisSerializer.string());
    // else Spring makes a proxy for each command, which keeps others from closing the connection
    template.setExposeConnection(true);
    return template;
  }
}
