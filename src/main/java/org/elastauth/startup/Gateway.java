package org.elastauth.startup;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.StartupListener;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.spi.EventNotifier;
import org.apache.camel.spring.boot.CamelContextConfiguration;
import org.apache.camel.support.EventHelper;
import org.apache.camel.support.EventNotifierSupport;
import org.elastauth.health.Health;
import org.elastauth.http.GatewayHttpServer;
import org.elastauth.identity.IdentitySettings;
import org.elastauth.redis.RedisConnections;
import org.elastauth.routes.MissingEndpoints;
import org.elastauth.routes.RoutesReload;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

/**
 * Starts the HTTP server after the routes, and logs at startup what runs and which settings are not
 * fit for production.
 */
@Configuration(proxyBeanMethods = false)
class Gateway implements CamelContextConfiguration, StartupListener {
  private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);
  private static final Pattern LOOPBACK =
      Pattern.compile("http://(localhost|127\\.[0-9.]+|\\[::1])[:/]");

  private static final String FOLDER = "file:";
  private static final long SHUTDOWN_MILLIS = 1_000;

  private final Settings settings;
  private final String routes;
  private final GatewayHttpServer server;
  private final Health health;
  private final ObjectProvider<RedisConnections> redisConnections;

  Gateway(
      Settings settings,
      @Value("${camel.main.routes-include-pattern}") String routes,
      GatewayHttpServer server,
      Health health,
      ObjectProvider<RedisConnections> redisConnections) {
    this.settings = settings;
    this.routes = routes;
    this.server = server;
    this.health = health;
    this.redisConnections = redisConnections;
  }

  @Override
  public void beforeApplicationStart(CamelContext context) {
    new MissingEndpoints(routes).refuse((ModelCamelContext) context);
    // below our own name, whose level log_level sets
    context.getGlobalOptions().put(Exchange.LOG_EIP_NAME, "org.elastauth.routes");
    if (usesRedis() && context.isAutoStartup()) {
      redisConnections.getObject().open();
    }
    // Drain has waited for the pending requests before
    context.getExecutorServiceManager().setShutdownAwaitTermination(SHUTDOWN_MILLIS);
    try {
      context.addService(server);
      context.addStartupListener(this);
    } catch (Exception e) {
      throw RuntimeCamelException.wrapRuntimeException(e);
    }
  }

  private boolean usesRedis() {
    return settings.usesRedis();
  }

  /** Spring's runner listens to every step of every request only to call this once. */
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
      warn(); // the routes were only to be checked
      return;
    }
    reloadRoutes((ModelCamelContext) context);
    boolean redis = usesRedis();
    if (redis) {
      // else the first requests would each wait for a Redis that is unreachable
      health.awaitFirstLook();
    }
    server.listen();
    LOG.atInfo()
        .addKeyValue("source", routes)
        .addKeyValue("files", countFiles())
        .addKeyValue("routes", context.getRoutesSize())
        .log("Routes loaded");
    LOG.info(redis ? "Redis integration enabled" : "using memory backends");
    if (settings.rateLimit().enabled()) {
      LOG.info(
          settings.rateLimit().inRedis()
              ? "Using Redis rate limiting backend"
              : "Using memory rate limiting backend");
    }
    if (settings.session().enabled()) {
      LOG.info(
          settings.session().inRedis()
              ? "Using Redis session backend"
              : "Using memory session backend");
    }
    if (settings.cache().inRedis()) {
      LOG.info("Using Redis caching backend");
    } else if (settings.cache().inDatabase()) {
      LOG.info("Using database caching backend");
    }
    warn();
    LOG.atInfo()
        .addKeyValue("address", settings.listen().substring(0, settings.listen().lastIndexOf(':')))
        .addKeyValue("port", server.getPort())
        .log("The gateway is ready");
  }

  private void reloadRoutes(ModelCamelContext context) {
    if (!settings.routesReload()) {
      return;
    }
    if (!routes.startsWith(FOLDER)) {
      LOG.warn(
          "routes_reload is on but the routes are those inside the jar; --export-routes writes them to a folder");
      return;
    }
    try {
      Path folder = Path.of(routes.substring(FOLDER.length())).getParent();
      context.addService(
          new RoutesReload(
                  context,
                  folder,
                  new UnusedRouteFiles(settings),
                  new MissingEndpoints(routes)::refuse)
              .watcher());
      LOG.atWarn()
          .addKeyValue("folder", folder)
          .log("routes_reload is on: whoever may write to the folder changes who gets in");
    } catch (Exception e) {
      throw RuntimeCamelException.wrapRuntimeException(e);
    }
  }

  private int countFiles() {
    try {
      return new PathMatchingResourcePatternResolver().getResources(routes).length;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Settings that are not fit for production. */
  private void warn() {
    if (settings.keys().isEmpty()) {
      LOG.warn(
          "secret_key is not set: a random one serves until this process ends, and no second gateway can share it;"
              + " make one with --generateKey");
    }
    if (settings.elasticsearch().dryRun()) {
      LOG.warn(
          "elasticsearch.dry_run is on: Elasticsearch is never contacted, and the credentials answered open nothing");
    } else if (settings.elasticsearch().username().isEmpty()) {
      LOG.warn(
          "elasticsearch.username and elasticsearch.password are not set: nobody can log in until they are;"
              + " the account needs the cluster privilege manage_security");
    }
    if (!settings.identity().enableGroupWhitelist()
        && !settings.identity().groupWhitelist().isEmpty()) {
      LOG.warn("group_whitelist is set but enable_group_whitelist is not: every group is let in");
    }
    if (settings.roles().groupMappings().isEmpty() && settings.roles().defaultRoles().isEmpty()) {
      LOG.warn(
          "neither group_mappings nor default_roles are set: every login is refused until one of them gives a role");
    }
    if (settings.usesOidc()) {
      warnOfLogin();
    }
    if (settings.redis().tls().skipVerify() && usesRedis()) {
      LOG.warn(
          "redis.tls.skip_verify is on: whoever stands between the gateway and Redis can read and replace"
              + " what is cached; set redis.tls.ca_cert instead");
    }
    if (settings.usesOidc() && settings.oidc().issuer().startsWith("http:")) {
      LOG.warn(
          "oidc.issuer is not encrypted: whoever stands between the gateway and the provider can say who"
              + " anybody is; write https://");
    }
    if (settings.usesOidc() && settings.oidc().tokenValidation().equals("userinfo")) {
      LOG.warn(
          "oidc.token_validation is userinfo: an opaque token does not say for whom it is, so that one of any"
              + " client of the provider is good here; jwks and both take those for oidc.client_id only");
    }
    if (settings.identity().trustedProxies().equals(IdentitySettings.PRIVATE_NETWORKS)) {
      LOG.warn(
          "trusted_proxies is at its default: any host on a private network may claim to be any user;"
              + " set it to the address of your reverse proxy");
    }
  }

  private void warnOfLogin() {
    String redirectUrl = settings.oidc().redirectUrl();
    if (redirectUrl.isEmpty()) {
      LOG.warn(
          "oidc.redirect_url is not set: browsers cannot log in, and get a 401 as everybody without a token");
    } else if (!settings.session().enabled()) {
      LOG.warn("session.enabled is off: browsers cannot log in, whatever oidc.redirect_url says");
    } else if (redirectUrl.startsWith("http:") && !LOOPBACK.matcher(redirectUrl).lookingAt()) {
      LOG.warn(
          "oidc.redirect_url is not https: whoever listens on the way can take over the sessions of browsers");
    }
  }
}
