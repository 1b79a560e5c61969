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
import org.elastauth.http.Decisions;
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

/** The main class, with the beans that several packages share. The routes are in routes/. */
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
      System.out.println("the table " + CacheTable.NAME + " exists");
    } catch (IllegalStateException | DataAccessException e) {
      System.err.println("--create-cache-table: " + DatabaseFailure.reason(e));
      System.exit(1);
    }
  }

  /** Creates and checks the routes, but starts none of them and does not listen. */
  private static ConfigurableApplicationContext prepare(String... args) {
    return start(
        args,
        "--camel.main.auto-startup=false",
        // its warning about a context that ends at once does not apply
        "--logging.level.org.apache.camel.spring.boot=error");
  }

  private static ConfigurableApplicationContext start(String[] args, String... more) {
    try {
      return SpringApplication.run(
          Application.class,
          Stream.concat(Stream.of(args), Stream.of(more)).toArray(String[]::new));
    } catch (RuntimeException reported) {
      // Spring has logged the reason; threads that already run would keep the process alive
      System.exit(1);
      throw reported;
    }
  }

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
      InFlight inFlight,
      Decisions decisions) {
    return new GatewayHttpServer(
        configuration, settings.http(), trustedProxies, vertx, json, inFlight, decisions);
  }
}
