package org.elastauth;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.benmanes.caffeine.cache.Ticker;
import io.github.bucket4j.TimeMeter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.stream.Stream;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpServerConfiguration;
import org.apache.camel.spring.boot.CamelAutoConfiguration;
import org.elastauth.cache.CacheTable;
import org.elastauth.cache.DatabaseFailure;
import org.elastauth.crypto.KeySettings;
import org.elastauth.crypto.SecretKeys;
import org.elastauth.elasticsearch.ElasticsearchSettings;
import org.elastauth.elasticsearch.InstanceStart;
import org.elastauth.http.GatewayHttpServer;
import org.elastauth.http.InFlight;
import org.elastauth.identity.IdentitySettings;
import org.elastauth.net.TrustedProxies;
import org.elastauth.routes.RouteExport;
import org.elastauth.startup.CommandLine;
import org.elastauth.startup.Settings;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.DefaultApplicationArguments;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.dao.DataAccessException;

/** The standalone runner. What it runs stands in routes/. */
@SpringBootConfiguration(proxyBeanMethods = false)
@ComponentScan
@ImportAutoConfiguration(CamelAutoConfiguration.class)
public class Application {
  public static void main(String... args) {
    ApplicationArguments arguments = new DefaultApplicationArguments(args);
    String complaint = CommandLine.complaint(arguments);
    if (!complaint.isEmpty()) {
      System.err.println(complaint);
      System.exit(1);
    }
    if (arguments.containsOption(CommandLine.HELP_OPTION)) {
      System.out.print(CommandLine.HELP);
    } else if (arguments.containsOption(CommandLine.GENERATE_KEY)) {
      System.out.println(SecretKeys.generate());
    } else if (arguments.containsOption(CommandLine.EXPORT_ROUTES)) {
      exportRoutes(Path.of(CommandLine.folders(arguments).get(0)));
    } else if (arguments.containsOption(CommandLine.CHECK_CONFIG)) {
      SpringApplication.exit(prepare(args));
      System.out.println("configuration is valid");
      System.exit(0);
    } else if (arguments.containsOption(CommandLine.CREATE_CACHE_TABLE)) {
      createCacheTable(prepare(args));
      System.exit(0);
    } else {
      start(args);
    }
  }

  private static void exportRoutes(Path folder) {
    try {
      System.out.println(RouteExport.to(folder) + " route files are in " + folder);
    } catch (IOException e) {
      System.err.println("--export-routes: " + e.getMessage());
      System.exit(1);
    }
  }

  private static void createCacheTable(ConfigurableApplicationContext context) {
    try {
      context.getBean(CacheTable.class).create();
      SpringApplication.exit(context);
      System.out.println("the table " + CacheTable.NAME + " is there");
    } catch (IllegalStateException | DataAccessException e) {
      System.err.println("--create-cache-table: " + DatabaseFailure.reason(e));
      System.exit(1);
    }
  }

  /** The routes are made and checked too, but none of them starts, and nothing listens. */
  private static ConfigurableApplicationContext prepare(String... args) {
    return start(
        args,
        "--camel.main.auto-startup=false",
        // says that a context which ends at once is useless
        "--logging.level.org.apache.camel.spring.boot=error");
  }

  private static ConfigurableApplicationContext start(String[] args, String... more) {
    try {
      return SpringApplication.run(
          Application.class,
          Stream.concat(Stream.of(args), Stream.of(more)).toArray(String[]::new));
    } catch (RuntimeException reported) {
      // Spring has said why; threads that were started meanwhile must not keep the process
      System.exit(1);
      throw reported;
    }
  }

  @Bean
  Clock clock() {
    return Clock.systemUTC();
  }

  /** Measures how long entries have been in memory; no correction of the clock makes them older. */
  @Bean
  Ticker ticker() {
    return Ticker.systemTicker();
  }

  /** The same for what is refilled as time goes by. */
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
   * Without a configured key a random one: good for one gateway, as long as it runs. A dry run
   * derives others from the same key: what it answers must open nothing, and what it caches must
   * not open anywhere else.
   */
  @Bean
  SecretKeys secretKeys(KeySettings settings, ElasticsearchSettings elasticsearch) {
    List<String> secrets = settings.isEmpty() ? List.of(SecretKeys.generate()) : settings.all();
    String scope = settings.credential().scope();
    return new SecretKeys(secrets, elasticsearch.dryRun() ? scope + " dry run" : scope);
  }

  @Bean
  ObjectMapper objectMapper() {
    return new ObjectMapper();
  }

  @Bean
  PrometheusMeterRegistry meterRegistry() {
    return new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  }

  /** Without Vert.x's cache of class path resources, which would need a folder it may write to. */
  @Bean(destroyMethod = "close")
  Vertx vertx() {
    return Vertx.vertx(
        new VertxOptions()
            // as many as the server listens on, so that Redis is asked on no other
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

  /** Camel's HTTP engine looks it up by type to find the router. */
  @Bean
  VertxPlatformHttpServerConfiguration httpServerConfiguration(Settings settings) {
    int colon = settings.listen().lastIndexOf(':');
    VertxPlatformHttpServerConfiguration configuration = new VertxPlatformHttpServerConfiguration();
    configuration.setBindHost(settings.listen().substring(0, colon).replaceAll("[\\[\\]]", ""));
    configuration.setBindPort(Integer.parseInt(settings.listen().substring(colon + 1)));
    return configuration;
  }

  @Bean
  GatewayHttpServer httpServer(
      VertxPlatformHttpServerConfiguration configuration,
      Settings settings,
      TrustedProxies trustedProxies,
      Vertx vertx,
      ObjectMapper json,
      InFlight inFlight) {
    return new GatewayHttpServer(
        configuration, settings.http(), trustedProxies, vertx, json, inFlight);
  }
}
