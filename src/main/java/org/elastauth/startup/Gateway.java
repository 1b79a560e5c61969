package org.elastauth.startup;

import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
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
import org.elastauth.cache.CacheSettings;
import org.elastauth.health.Health;
import org.elastauth.http.GatewayHttpServer;
import org.elastauth.identity.IdentitySettings;
import org.elastauth.redis.RedisConnections;
import org.elastauth.routes.RouteFile;
import org.elastauth.routes.RouteLoader;
import org.elastauth.routes.RoutesReload;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Configuration;

/**
 * Starts the HTTP server after the routes, and logs at startup which backends are in use and which
 * settings are unsafe in production.
 */
@Configuration(proxyBeanMethods = false)
class Gateway implements CamelContextConfiguration, StartupListener {
  private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);
  private static final Pattern LOOPBACK =
      Pattern.compile("http://(localhost|127\\.[0-9.]+|\\[::1])[:/]");
  private static final Predicate<String> REPEATED =
      Pattern.compile("(.{1,32})\\1+").asMatchPredicate();
  private static final long SHUTDOWN_MILLIS = 1_000;

  private final Settings settings;
  private final ConfigurationFiles files;
  private final GatewayHttpServer server;
  private final Health health;
  private final ObjectProvider<RedisConnections> redisConnections;
  private final MeterRegistry meters;

  Gateway(
      Settings settings,
      ConfigurationFiles files,
      GatewayHttpServer server,
      Health health,
      ObjectProvider<RedisConnections> redisConnections,
      MeterRegistry meters) {
    this.meters = meters;
    this.settings = settings;
    this.files = files;
    this.server = server;
    this.health = health;
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
    if (settings.usesRedis() && context.isAutoStartup()) {
      redisConnections.getObject().open();
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
    server.listen();
    LOG.atInfo()
        .addKeyValue("files", files.routes().files().size())
        .addKeyValue("replacing", places(files.routes().replacing()))
        .addKeyValue("added", places(files.routes().added()))
        .addKeyValue("routes", context.getRoutesSize())
        .log("Routes loaded");
    if (!files.routes().copies().isEmpty()) {
      LOG.atInfo()
          .addKeyValue("folder", files.folder())
          .addKeyValue("files", files.routes().copies().size())
          .log(
              "Route files equal those in the jar; delete them, so that an upgrade can change them");
    }
    LOG.info(settings.usesRedis() ? "Redis integration enabled" : "using memory backends");
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
    }
    LoggingEventBuilder adapters = LOG.atInfo();
    settings.adapters().forEach(adapters::addKeyValue);
    adapters.log("Adapters in use");
    warn(settings);
    files.log();
    LOG.atInfo()
        .addKeyValue("address", settings.host())
        .addKeyValue("port", server.getPort())
        .log("The gateway is ready");
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

  /** Names settings that are unsafe in production, or keep users from logging in. */
  static void warn(Settings settings) {
    warnIf(
        settings.keys().isEmpty(),
        "secret_key is not set: this gateway uses a random key until it stops, which no other gateway"
            + " can share; generate a key with --generateKey");
    warnIf(
        settings.keys().isEmpty() && !CacheSettings.SHIPPED.contains(settings.cache().type()),
        "secret_key is not set, but cache.type is a route file of your own: its entries cannot be"
            + " decrypted after a restart or by another gateway; generate a key with --generateKey");
    warnIf(
        settings.keys().all().stream().anyMatch(REPEATED),
        "secret_key repeats a pattern, as the example in elastauth's documentation does: others can"
            + " guess it; generate a key with --generateKey");
    warnIf(
        settings.elasticsearch().dryRun(),
        "elasticsearch.dry_run is on: the gateway never contacts Elasticsearch, and the credentials"
            + " in its responses are not valid there; set it to false in production");
    warnIf(
        settings.elasticsearch().computesOnly() && !settings.elasticsearch().dryRun(),
        "a route file of your own calls direct:user-store-dry-run: the credentials of these logins"
            + " are not valid in Elasticsearch; call another user store in production");
    warnIf(
        settings.elasticsearch().isUsed() && settings.elasticsearch().username().isEmpty(),
        "elasticsearch.username and elasticsearch.password are not set: every login fails;"
            + " set an account with the cluster privilege manage_security");
    warnIf(
        !settings.identity().enableGroupWhitelist()
            && !settings.identity().groupWhitelist().isEmpty(),
        "group_whitelist is set but enable_group_whitelist is off: users of every group can log in;"
            + " set enable_group_whitelist to true");
    warnIf(
        settings.roles().groupMappings().isEmpty() && settings.roles().defaultRoles().isEmpty(),
        "neither group_mappings nor default_roles are set: every login is rejected, because no user"
            + " has a role; set at least one of them");
    if (settings.usesOidc()) {
      warnOfProvider(settings);
      warnOfRedirectUrl(settings);
    }
    warnIf(
        settings.redis().tls().skipVerify() && settings.usesRedis(),
        "redis.tls.skip_verify is on: an attacker on the network path to Redis can read and replace"
            + " cached data; set redis.tls.ca_cert instead");
    warnIf(
        settings.identity().trustedProxies().equals(IdentitySettings.PRIVATE_NETWORKS),
        "trusted_proxies is at its default: any host on a private network can log in as any user;"
            + " set it to the address of your reverse proxy");
  }

  private static void warnOfProvider(Settings settings) {
    warnIf(
        settings.oidc().issuer().startsWith("http:"),
        "oidc.issuer is not encrypted: an attacker on the network path to the provider can log in as"
            + " any user; use https://");
    warnIf(
        settings.oidc().allowHttpEndpoints(),
        "oidc.allow_http_endpoints is on: an attacker on the network path to an http:// endpoint of the"
            + " provider can log in as any user; use https:// endpoints, and set it to false");
    warnIf(
        settings.oidc().bearer().equals("any"),
        "oidc.bearer is any: an ID token is accepted as a bearer token, so every service that receives"
            + " a user's ID token can log in as this user; set it to access if the provider's access"
            + " tokens can be told from ID tokens");
    warnIf(
        settings.oidc().tokenValidation().equals("userinfo"),
        "oidc.token_validation is userinfo: opaque tokens name no audience, so tokens of every client"
            + " of the provider are accepted; use jwks or both to accept only those for oidc.client_id");
  }

  private static void warnOfRedirectUrl(Settings settings) {
    String redirectUrl = settings.oidc().redirectUrl();
    if (redirectUrl.isEmpty()) {
      LOG.warn(
          "oidc.redirect_url is not set: browsers cannot log in and receive 401; set it to the"
              + " gateway's callback URL");
    } else if (!settings.session().enabled()) {
      LOG.warn(
          "session.enabled is off: browsers cannot log in although oidc.redirect_url is set;"
              + " set session.enabled to true");
    } else {
      warnIf(
          redirectUrl.startsWith("http:") && !LOOPBACK.matcher(redirectUrl).lookingAt(),
          "oidc.redirect_url is not https: an attacker on the network can steal session cookies;"
              + " use https://");
    }
  }

  private static void warnIf(boolean wrong, String message) {
    if (wrong) {
      LOG.warn(message);
    }
  }
}
