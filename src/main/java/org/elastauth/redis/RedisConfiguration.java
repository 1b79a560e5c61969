package org.elastauth.redis;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.metrics.CommandLatencyRecorder;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.resource.Delay;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.elastauth.config.Settings;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.RedisTemplate;
import org.springframework.data.redis.serializer.RedisSerializer;

/**
 * The one connection to Redis; the spring-redis endpoints in the routes use it through Spring's
 * template.
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
  LettuceConnectionFactory redisConnectionFactory(Settings settings, ClientResources resources) {
    Settings.Redis redis = settings.redis();
    int colon = redis.host().lastIndexOf(':');
    RedisStandaloneConfiguration server =
        new RedisStandaloneConfiguration(
            redis.host().substring(0, colon), Integer.parseInt(redis.host().substring(colon + 1)));
    server.setDatabase(redis.db());
    if (!redis.username().isEmpty()) {
      server.setUsername(redis.username());
    }
    if (!redis.password().isEmpty()) {
      server.setPassword(redis.password());
    }
    return new LettuceConnectionFactory(
        server,
        LettuceClientConfiguration.builder()
            .clientResources(resources)
            .commandTimeout(redis.readTimeout())
            .shutdownTimeout(Duration.ZERO)
            .clientOptions(
                ClientOptions.builder()
                    // queueing while disconnected would let every request wait for its timeout
                    .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                    // who waits for a command has a timeout already
                    .timeoutOptions(TimeoutOptions.builder().timeoutCommands(false).build())
                    .socketOptions(
                        SocketOptions.builder()
                            .connectTimeout(redis.connectTimeout())
                            .keepAlive(true)
                            .build())
                    .build())
            .build());
  }

  /** Its connection is used for one command at a time, so it needs no proxy made for each. */
  @Bean
  RedisTemplate<String, String> redisTemplate(LettuceConnectionFactory connections) {
    RedisTemplate<String, String> template = new RedisTemplate<>();
    template.setConnectionFactory(connections);
    template.setDefaultSerializer(RedisSerializer.string());
    template.setExposeConnection(true);
    return template;
  }
}
