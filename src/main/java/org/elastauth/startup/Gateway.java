package org.elastauth.startup;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.StartupListener;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.spi.EventNotifier;
import org.apache.camel.spring.boot.CamelContextConfiguration;
import org.apache.camel.support.EventHelper;
import org.apache.camel.support.EventNotifierSupport;
import org.elastauth.audit.AuditLog;
import org.elastauth.cache.CacheSettings;
import org.elastauth.health.Health;
import org.elastauth.http.DecisionIds;
import org.elastauth.http.DecisionThreads;
import org.elastauth.http.GatewayHttpServer;
import org.elastauth.redis.RedisConnections;
import org.elastauth.routes.RouteFile;
import org.elastauth.routes.RouteLoader;
import org.elastauth.routes.RoutesReload;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Configuration;

/**
 * Starts the HTTP server after the routes, and logs at startup which backends are in use and which
 * settings are unsafe in production.
 */
@Configuration(proxyBeanMethods = false)
class Gateway implements CamelContextConfiguration, StartupListener {
  private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);
  private static final long SHUTDOWN_MILLIS = 1_000;

  private final Settings settings;
  private final ConfigurationFiles files;
  private final GatewayHttpServer server;
  private final Health health;
  private final DecisionIds ids;
  private final ObjectProvider<RedisConnections> redisConnections;
  private final MeterRegistry meters;
  private final ObjectProvider<AuditLog> audit;
  private final EffectiveConfiguration configuration;
  private final CircuitBreaker redisBreaker;

  Gateway(
      Settings settings,
      ConfigurationFiles files,
      GatewayHttpServer server,
      Health health,
      DecisionIds ids,
      ObjectProvider<RedisConnections> redisConnections,
      ObjectProvider<AuditLog> audit,
      EffectiveConfiguration configuration,
      MeterRegistry meters,
      @Qualifier("redisBreaker") CircuitBreaker redisBreaker) {
    this.redisBreaker = redisBreaker;
    this.audit = audit;
    this.configuration = configuration;
    this.meters = meters;
    this.settings = settings;
    this.files = files;
    this.server = server;
    this.health = health;
    this.ids = ids;
    this.redisConnections = redisConnections;
  }

  @Override
  public void beforeApplicationStart(CamelContext context) {
    // below our own logger name, so that log_level applies
    context.getGlobalOptions().put(Exchange.LOG_EIP_NAME, "org.elastauth.routes");
    try {
      new RouteLoader((ModelCamelContext) context).load(files.routes());
    } catch (Exception e) {
      throw RuntimeCamelException.wrapRuntimeException(e);
    }
    context.setUuidGenerator(ids); // also of log lines, responses and events
    context.getExecutorServiceManager().setThreadPoolFactory(new DecisionThreads());
    if (settings.usesRedis() && context.isAutoStartup()) {
      RedisConnections connections = redisConnections.getObject();
      connections.open();
      health.redisIsOpen(() -> connections.active() > 0);
      CircuitBreakers.checkAtChange(redisBreaker, connections::ping, health);
    }
    // Drain has waited for the pending requests by then
    context.getExecutorServiceManager().setShutdownAwaitTermination(SHUTDOWN_MILLIS);
    try {
      context.addService(server);
      context.addStartupListener(this);
    } catch (Exception e) {
      throw RuntimeCamelException.wrapRuntimeException(e);
    }
  }

  /** Spring's runner needs one event at start, but receives an event for each step of a request. */
  @Override
  public void afterApplicationStart(CamelContext context) {
    for (EventNotifier notifier : context.getManagementStrategy().getEventNotifiers()) {
      if (notifier instanceof EventNotifierSupport support) {
        support.setIgnoreExchangeEvents(true);
      }
    }
    context
        .getCamelContextExtension()
        .setEventNotificationApplicable(EventHelper.eventsApplicable(context));
  }

  @Override
  public void onCamelContextStarted(CamelContext context, boolean alreadyStarted) {}

  @Override
  public void onCamelContextFullyStarted(CamelContext context, boolean alreadyStarted) {
    if (!context.isAutoStartup()) {
      warn(settings); // --check-config and --create-cache-table
      files.log();
      return;
    }
    reloadRoutes((ModelCamelContext) context);
    if (settings.usesRedis()) {
      // otherwise each of the first requests would wait for an unreachable Redis
      health.awaitRedisCheck(
          settings.redis().connectTimeout().plus(settings.redis().readTimeout()));
    }
    audit.ifAvailable(log -> log.open(Map.of("settings", configured())));
    server.listen();
    LOG.atInfo()
        .addKeyValue("files", files.routes().files().size())
        .addKeyValue("of", files.all().files().size())
        .addKeyValue("replacing", places(files.routes().replacing()))
        .addKeyValue("added", places(files.routes().added()))
        .addKeyValue("routes", context.getRoutesSize())
        .log("Routes loaded");
    if (!files.routes().copies().isEmpty()) {
      LOG.atInfo()
          .addKeyValue("folder", files.folder())
          .addKeyValue("files", files.routes().copies().size())
          .log(
              "Route files equal those in the jar; an upgrade changes only those in the jar, so keep no copies");
    }
    if (settings.usesRedis()) {
      LOG.info("Redis integration enabled");
    } else if (settings.keepsAllInMemory()) {
      LOG.info("using memory backends");
    }
    if (settings.rateLimit().enabled()) {
      logBackend(shown(settings.rateLimit().store()), "rate limiting");
    }
    if (settings.session().enabled()) {
      logBackend(shown(settings.session().shared()), "session");
    }
    if (settings.cache().inRedis()) {
      logBackend("Redis", "caching");
    } else if (settings.cache().inDatabase()) {
      logBackend("database", "caching");
    } else if (!CacheSettings.SHIPPED.contains(settings.cache().type())) {
      logBackend(settings.cache().type(), "caching");
    }
    LoggingEventBuilder adapters = LOG.atInfo();
    settings.adapters().forEach(adapters::addKeyValue);
    adapters.log("Adapters in use");
    warn(settings);
    warnWithoutAotCache();
    files.log();
    LOG.atInfo()
        .addKeyValue("address", settings.host())
        .addKeyValue("port", server.getPort())
        .log("The gateway is ready");
  }

  /** The JVM ignores a cache that it cannot use, and its own warning is not in the log's format. */
  private static void warnWithoutAotCache() {
    String cache = System.getProperty("org.elastauth.aot");
    if (cache != null && !System.getProperty("java.vm.info", "").contains("sharing")) {
      LOG.atWarn()
          .addKeyValue("file", cache)
          .addKeyValue("jvm", System.getProperty("java.vm.version"))
          .addKeyValue("architecture", System.getProperty("os.arch"))
          .log(
              "The JVM does not use the AOT cache: the start takes twice the CPU, and more memory;"
                  + " build the image for this JVM and architecture, and remove Java options that"
                  + " change class path, garbage collector or agents. -Xlog:aot prints the reason");
    }
  }

  /** The settings that are not at their defaults; secrets are {@code ***}. */
  private List<String> configured() {
    return configuration.settings().stream()
        .filter(setting -> !setting.isDefault())
        .map(setting -> setting.name() + "=" + setting.value())
        .toList();
  }

  private static String shown(String store) {
    return store.equals("redis") ? "Redis" : store;
  }

  private static void logBackend(String store, String feature) {
    LOG.info("Using {} {} backend", store, feature);
  }

  private void reloadRoutes(ModelCamelContext context) {
    if (!settings.routesReload()) {
      return;
    }
    Path folder = files.folder();
    if (folder == null) {
      LOG.warn(
          "routes_reload is on but there is no folder of routes; create the folder routes, or set"
              + " routes to a folder");
      return;
    }
    try {
      context.addService(
          new RoutesReload(
              context,
              files.routes(),
              files.used(),
              server::holdDuring,
              health::routesDiffer,
              meters));
      LOG.atWarn()
          .addKeyValue("folder", folder)
          .log("routes_reload is on: anyone with write access to the folder can bypass the login");
    } catch (Exception e) {
      throw RuntimeCamelException.wrapRuntimeException(e);
    }
  }

  private static String places(List<RouteFile> files) {
    return files.isEmpty()
        ? "none"
        : files.stream().map(RouteFile::place).collect(Collectors.joining(", "));
  }

  static void warn(Settings settings) {
    UnsafeSettings.of(settings).forEach(LOG::warn);
  }
}
