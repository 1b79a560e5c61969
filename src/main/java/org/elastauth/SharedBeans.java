package org.elastauth;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.benmanes.caffeine.cache.Ticker;
import io.github.bucket4j.TimeMeter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.time.Clock;
import java.util.List;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServerConfiguration;
import org.elastauth.crypto.KeySettings;
import org.elastauth.crypto.SecretKeys;
import org.elastauth.elasticsearch.ElasticsearchSettings;
import org.elastauth.elasticsearch.InstanceStart;
import org.elastauth.http.Decisions;
import org.elastauth.http.GatewayHttpServer;
import org.elastauth.http.InFlight;
import org.elastauth.identity.IdentitySettings;
import org.elastauth.net.TrustedProxies;
import org.elastauth.startup.Settings;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The beans that several packages share. */
@Configuration(proxyBeanMethods = false)
public class SharedBeans {
  @Bean
  Clock clock() {
    return Clock.systemUTC();
  }

  /** For the age of entries in memory: clock corrections do not change it. */
  @Bean
  Ticker ticker() {
    return Ticker.systemTicker();
  }

  /** The same time source for token buckets. */
  @Bean
  TimeMeter timeMeter(Ticker ticker) {
    return new TimeMeter() {
      @Override
      public long currentTimeNanos() {
        return ticker.read();
      }

      @Override
      public boolean isWallClockBased() {
        return false;
      }
    };
  }

  @Bean
  InstanceStart instanceStart(Clock clock) {
    return new InstanceStart(clock.millis());
  }

  /**
   * Without a configured key, a random one that lasts as long as this gateway runs. A dry run
   * derives other keys, so that its passwords and cache entries are valid nowhere else.
   */
  @Bean
  SecretKeys secretKeys(KeySettings settings, ElasticsearchSettings elasticsearch) {
    List<String> secrets = settings.isEmpty() ? List.of(SecretKeys.generate()) : settings.all();
    String scope = settings.credential().scope();
    return new SecretKeys(
        secrets,
        elasticsearch.computesOnly() && !elasticsearch.isUsed() ? scope + " dry run" : scope);
  }

  @Bean
  ObjectMapper objectMapper() {
    return new ObjectMapper();
  }

  @Bean
  PrometheusMeterRegistry meterRegistry() {
    return new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  }

  /** Without Vert.x's cache of class path resources, which requires a writable folder. */
  @Bean(destroyMethod = "close")
  Vertx vertx() {
    return Vertx.vertx(
        new VertxOptions()
            // as many event loops as the server uses, so that Redis commands run on no others
            .setEventLoopPoolSize(Runtime.getRuntime().availableProcessors())
            .setFileSystemOptions(
                new FileSystemOptions()
                    .setFileCachingEnabled(false)
                    .setClassPathResolvingEnabled(false)));
  }

  @Bean
  TrustedProxies trustedProxies(IdentitySettings settings) {
    return new TrustedProxies(settings.trustedProxies());
  }

  /** Camel's HTTP engine finds it by type, to find the router. */
  @Bean
  VertxPlatformHttpServerConfiguration httpServerConfiguration(Settings settings) {
    VertxPlatformHttpServerConfiguration configuration = new VertxPlatformHttpServerConfiguration();
    configuration.setBindHost(settings.host());
    configuration.setBindPort(settings.port());
    return configuration;
  }

  @Bean
  GatewayHttpServer httpServer(
      VertxPlatformHttpServerConfiguration configuration,
      Settings settings,
      TrustedProxies trustedProxies,
      Vertx vertx,
      ObjectMapper json,
      InFlight inFlight,
      Decisions decisions) {
    return new GatewayHttpServer(
        configuration, settings.http(), trustedProxies, vertx, json, inFlight, decisions);
  }
}
