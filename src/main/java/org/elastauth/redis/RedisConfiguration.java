package org.elastauth.redis;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.lettuce.core.metrics.CommandLatencyRecorder;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.resource.Delay;
import io.netty.util.HashedWheelTimer;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.vertx.core.Vertx;
import io.vertx.core.impl.VertxInternal;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.elastauth.startup.Settings;
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
  private static final Duration TICK = Duration.ofMillis(20);
  private static final Duration SLOWEST_RECONNECT = Duration.ofSeconds(1);

  /** Its tick is how late a wait for Redis may end. */
  @Bean(destroyMethod = "stop")
  HashedWheelTimer redisTimer() {
    return new HashedWheelTimer(
        new DefaultThreadFactory("redis-timer", true), TICK.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Bean(destroyMethod = "shutdown")
  ClientResources lettuceResources(Vertx vertx, HashedWheelTimer timer) {
    return DefaultClientResources.builder()
        .eventLoopGroupProvider(new SharedEventLoops(((VertxInternal) vertx).getEventLoopGroup()))
        .nettyCustomizer(new FlushConsolidation())
        .timer(timer)
        .commandLatencyRecorder(CommandLatencyRecorder.disabled())
        .reconnectDelay(
            Delay.exponential(1, SLOWEST_RECONNECT.toMillis(), TimeUnit.MILLISECONDS, 2))
        .build();
  }

  @Bean
  RedisConnections redisConnections(
      Settings settings,
      ClientResources resources,
      HashedWheelTimer timer,
      Vertx vertx,
      @Qualifier("redisBreaker") CircuitBreaker breaker) {
    RedisSettings redis = settings.redis();
    return new RedisConnections(
        new RedisConnector(redis, resources, new RedisRights(settings)),
        redis,
        breaker,
        timer,
        ((VertxInternal) vertx).getEventLoopGroup());
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
    template.setConnectionFactory(new RoundRobinConnectionFactory(connections, timeout));
    template.setDefaultSerializer(RedisSerializer.string());
    template.setExposeConnection(true);
    return template;
  }
}
