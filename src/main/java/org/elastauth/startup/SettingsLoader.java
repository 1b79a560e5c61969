package org.elastauth.startup;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.elastauth.config.EcsLog;
import org.elastauth.config.ElastauthFile;
import org.elastauth.config.JsonLog;
import org.elastauth.config.LoadedRoutes;
import org.elastauth.config.OwnSettings;
import org.elastauth.config.QuotedPairs;
import org.elastauth.config.SecretFiles;
import org.elastauth.config.SettingsReader;
import org.elastauth.config.SettingsReader.Reading;
import org.elastauth.config.UnsetVariable;
import org.elastauth.net.HostNameCache;
import org.elastauth.ratelimit.RateLimitSettings;
import org.elastauth.ratelimit.RouteRateLimiter;
import org.elastauth.routes.MissingSettings;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.config.ConfigDataEnvironmentPostProcessor;
import org.springframework.boot.env.EnvironmentPostProcessor;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/**
 * Reads the settings before Spring creates any bean, publishes them as placeholders for routes and
 * beans, and stops the start with all faults at once.
 */
public final class SettingsLoader implements EnvironmentPostProcessor, Ordered {

  /** Elasticsearch and the database are checked at least this often. */
  private static final long CHECK_MILLIS = 5_000;

  /** Others are a fault that must be logged nevertheless. */
  private static final Set<String> LEVELS = Set.of("error", "warn", "info", "debug", "trace");

  /** What routes need may turn features on, whose routes need more. */
  private static final int ROUNDS = 4;

  private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{\\??([\\w.-]+)(?::([^}]*))?}}");

  @Override
  public int getOrder() {
    return ConfigDataEnvironmentPostProcessor.ORDER + 1;
  }

  @Override
  public void postProcessEnvironment(
      ConfigurableEnvironment environment, SpringApplication application) {
    HostNameCache.shorten();
    ConfigurationCheck check = load(environment);
    application.addInitializers(
        context -> {
          check.check();
          register(check, context.getBeanFactory());
        });
  }

  /** Makes the settings available to beans. */
  static void register(ConfigurationCheck check, ConfigurableListableBeanFactory beans) {
    Reading<Settings> reading = check.reading();
    reading.records().forEach(beans::registerSingleton);
    beans.registerSingleton(SecretFiles.class.getName(), new SecretFiles(reading.secretFiles()));
    beans.registerSingleton("adapters", reading.settings().adapters());
    String store = reading.settings().rateLimit().store();
    if (!RateLimitSettings.SHIPPED.contains(store)) {
      // the route names the bean by this setting
      beans.registerSingleton(store + "RateLimiter", new RouteRateLimiter(store));
    }
    beans.registerSingleton(Reading.class.getName(), reading);
    beans.registerSingleton(ConfigurationFiles.class.getName(), check.files());
  }

  /** Reads the settings and publishes them in the environment. */
  static ConfigurationCheck load(ConfigurableEnvironment environment) {
    ElastauthFile file = ElastauthFile.addTo(environment);
    Reading<Settings> reading = read(environment, Settings::addDefaults);
    OwnSettings.addTo(environment.getPropertySources());
    Map<String, Object> values = values(reading);
    UnaryOperator<String> placeholders = text -> resolved(text, values, environment);
    ConfigurationFiles files = ConfigurationFiles.of(environment, file, reading, placeholders);
    // the operator's routes may need more, or less, than the names of the adapters tell
    for (int round = 0; round < ROUNDS; round++) {
      LoadedRoutes needs = UsedRouteFiles.needs(files.routes());
      if (needs.equals(reading.settings().loaded())) {
        break;
      }
      reading = read(environment, texts -> Settings.addDefaults(texts, needs));
      values.clear();
      values.putAll(values(reading));
      files = files.with(reading, placeholders);
    }
    QuotedPairs.register();
    // the gateway loads them itself, because Camel would take special characters for patterns
    values.put("camel.main.routes-include-pattern", "false");
    environment.getPropertySources().addFirst(new MapPropertySource("elastauth settings", values));
    return new ConfigurationCheck(reading, file, files, files.adapterFaults(reading, placeholders));
  }

  private static Reading<Settings> read(
      ConfigurableEnvironment environment, Function<Map<String, String>, LoadedRoutes> defaults) {
    return new SettingsReader<>(environment, Settings.class, defaults).read();
  }

  /** Resolves the placeholders of routes, after {@link #load}. */
  static UnaryOperator<String> placeholders(ConfigurableEnvironment environment) {
    return text -> resolved(text, Map.of(), environment);
  }

  private static String resolved(
      String text, Map<String, Object> values, ConfigurableEnvironment environment) {
    return PLACEHOLDER
        .matcher(text)
        .replaceAll(
            found -> {
              Object value = values.get(found.group(1));
              String without = found.group(2) == null ? found.group() : found.group(2);
              return Matcher.quoteReplacement(
                  value == null ? own(found, without, environment) : value.toString());
            });
  }

  /** What cannot be resolved is left, so that {@link MissingSettings} names it. */
  private static String own(
      MatchResult found, String without, ConfigurableEnvironment environment) {
    try {
      return environment.getProperty(found.group(1), without);
    } catch (IllegalArgumentException unresolved) {
      return MissingSettings.UNRESOLVED + UnsetVariable.ofOwn(found.group(1), unresolved) + "}}";
    }
  }

  /** The settings as placeholders, and what follows from them. */
  private static Map<String, Object> values(Reading<Settings> reading) {
    Settings settings = reading.settings();
    boolean sessionsInRedis = settings.session().inRedis();
    long check = settings.redis().healthCheck().interval().toMillis();
    long period = Math.max(1, settings.expiry().interval().toMillis());

    Map<String, Object> values = new LinkedHashMap<>(reading.values());
    values.put("elastauth.oidc.used", settings.usesOidc());
    values.put("elastauth.oidc.login", settings.logsBrowsersIn());
    values.put("elastauth.oidc.in_redis", settings.sharesProviderAnswers());
    values.put(
        "elastauth.cache.extend",
        settings.cache().extend() && !settings.cache().type().equals("none"));
    values.put("elastauth.cache.lifetime", settings.cache().lifetime().toSeconds());
    values.put("elastauth.cache.in_database", settings.cache().inDatabase());
    values.put("elastauth.session.shared", settings.session().shared());
    values.put("elastauth.session.in_redis", sessionsInRedis);
    values.put(
        "elastauth.replay.bearer", settings.replay().enabled() && settings.replay().bearer());
    values.put("elastauth.redis.channel", settings.cache().keyPrefix() + "revoked");
    values.put("elastauth.redis.features", settings.redisFeatures());
    values.put("elastauth.redis.announced", settings.cache().inRedis() || sessionsInRedis);
    values.put("elastauth.elasticsearch.used", settings.elasticsearch().isUsed());
    values.put(
        "elastauth.elasticsearch.reread_period",
        settings.elasticsearch().rereadInterval().toMillis());
    values.put("elastauth.elasticsearch.patience", settings.elasticsearch().patience().toMillis());
    values.put("elastauth.redis.health_check.period", check);
    values.put("elastauth.elasticsearch.health_check.period", Math.min(check, CHECK_MILLIS));
    values.put("elastauth.cache.health_check.period", Math.min(check, CHECK_MILLIS));
    // the repeatCount of Camel's timer; 0: unlimited
    values.put(
        "elastauth.redis.health_check.looks", settings.redis().healthCheck().enabled() ? 0 : 1);
    values.put("elastauth.audit.delivered", settings.audit().isDelivered());
    values.put("elastauth.audit.to_elasticsearch", settings.audit().usesElasticsearch());
    values.put("elastauth.expiry.turn", settings.usesRedis() ? "redis" : "free");
    values.put("elastauth.expiry.period", period);
    // random, so that gateways started together do not run at the same time
    values.put(
        "elastauth.expiry.delay",
        period / 2 + ThreadLocalRandom.current().nextLong(period / 2 + 1));
    String level = settings.logLevel();
    if (LEVELS.contains(level)) {
      // below info, HTTP and Redis clients log credentials, so only our own lines are shown
      values.put("logging.level.root", level.equals("error") ? "error" : "warn");
      values.put("logging.level.org.elastauth", level);
    }
    switch (settings.logFormat()) {
      case "json" -> values.put("logging.structured.format.console", JsonLog.class.getName());
      case "ecs" -> values.put("logging.structured.format.console", EcsLog.class.getName());
      default -> {}
    }
    return values;
  }
}
