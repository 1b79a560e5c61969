package org.elastauth.startup;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.elastauth.config.ConfigurationFaults;
import org.elastauth.config.ElastauthFile;
import org.elastauth.config.Fault;
import org.elastauth.config.JsonLog;
import org.elastauth.config.NearestName;
import org.elastauth.config.QuotedPairs;
import org.elastauth.config.SettingsReader;
import org.elastauth.config.SettingsReader.Reading;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.config.ConfigDataEnvironmentPostProcessor;
import org.springframework.boot.env.EnvironmentPostProcessor;
import org.springframework.context.ConfigurableApplicationContext;
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

  private static final String EXCLUDED = "camel.main.routes-exclude-pattern";

  @Override
  public int getOrder() {
    return ConfigDataEnvironmentPostProcessor.ORDER + 1;
  }

  @Override
  public void postProcessEnvironment(
      ConfigurableEnvironment environment, SpringApplication application) {
    ElastauthFile file = ElastauthFile.addTo(environment);
    Reading<Settings> reading =
        new SettingsReader<>(environment, Settings.class, Settings::addDefaults).read();
    Settings settings = reading.settings();
    boolean sessionsInRedis = settings.session().inRedis();
    long check = settings.redis().healthCheck().interval().toMillis();
    long period = Math.max(1, settings.expiry().interval().toMillis());

    Map<String, Object> values = new LinkedHashMap<>(reading.values());
    values.put("elastauth.oidc.login", settings.logsBrowsersIn());
    values.put("elastauth.oidc.in_redis", settings.sharesProviderAnswers());
    values.put(
        "elastauth.cache.extend",
        settings.cache().extend() && !settings.cache().type().equals("none"));
    values.put("elastauth.cache.lifetime", settings.cache().lifetime().toSeconds());
    values.put("elastauth.session.shared", sessionsInRedis ? "redis" : "memory");
    values.put(
        "elastauth.replay.bearer", settings.replay().enabled() && settings.replay().bearer());
    values.put("elastauth.redis.channel", settings.cache().keyPrefix() + "revoked");
    values.put("elastauth.redis.features", settings.redisFeatures());
    values.put("elastauth.redis.announced", settings.cache().inRedis() || sessionsInRedis);
    values.put(
        "elastauth.user_store", settings.elasticsearch().dryRun() ? "dry-run" : "elasticsearch");
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
    values.put("elastauth.expiry.turn", settings.usesRedis() ? "redis" : "free");
    values.put("elastauth.expiry.period", period);
    // random, so that gateways started together do not run at the same time
    values.put(
        "elastauth.expiry.delay",
        period / 2 + ThreadLocalRandom.current().nextLong(period / 2 + 1));
    values.put("camel.main.routes-include-pattern", routes(settings.routes()));
    values.put(EXCLUDED, excluded(environment.getProperty(EXCLUDED, ""), settings));
    String level = settings.logLevel().toLowerCase(Locale.ROOT);
    if (level.matches("error|warn|info|debug|trace")) {
      // below info, HTTP and Redis clients log credentials, so only our own lines are shown
      values.put("logging.level.root", level.equals("error") ? "error" : "warn");
      values.put("logging.level.org.elastauth", level);
    }
    QuotedPairs.register();
    if (settings.logFormat().equals("json")) {
      values.put("logging.structured.format.console", JsonLog.class.getName());
    }
    environment.getPropertySources().addFirst(new MapPropertySource("elastauth settings", values));
    application.addInitializers(context -> check(context, reading, file));
  }

  /** Adds the unused files to those that the operator excludes. */
  private static String excluded(String configured, Settings settings) {
    String unused = UnusedRouteFiles.pattern(settings);
    return configured.isBlank() ? unused : configured + "," + unused;
  }

  private static String routes(String configured) {
    Path folder = Path.of(configured.isEmpty() ? "routes" : configured);
    return configured.isEmpty() && count(folder) == 0
        ? "classpath:routes/*.camel.yaml"
        : "file:" + folder + "/*.camel.yaml";
  }

  /** The number of route files in a folder; 0 if it does not exist or is not readable. */
  private static long count(Path folder) {
    if (!Files.isReadable(folder) || !Files.isDirectory(folder)) {
      return 0;
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(f -> f.toString().endsWith(".camel.yaml")).count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void check(
      ConfigurableApplicationContext context, Reading<Settings> reading, ElastauthFile file) {
    Settings settings = reading.settings();
    List<Fault> faults = new ArrayList<>(file.faults());
    faults.addAll(reading.unreadable());
    faults.addAll(reading.invalid());
    if (settings.routes().contains(",")) {
      faults.add(
          new Fault(
              "routes",
              settings.routes(),
              "contains a comma, at which Camel splits the path; rename the folder"));
    } else if (!settings.routes().isEmpty() && count(Path.of(settings.routes())) == 0) {
      faults.add(
          new Fault(
              "routes", settings.routes(), "is not a readable folder with *.camel.yaml files"));
    }
    Logger log = LoggerFactory.getLogger("org.elastauth.config");
    for (String key : file.repeated()) {
      log.warn("Setting {} is set twice in the file; the last value is used", key);
    }
    for (String name : reading.unknown()) {
      boolean isVariable = Character.isUpperCase(name.charAt(0));
      List<String> alike =
          reading.known().stream()
              .filter(known -> Character.isUpperCase(known.charAt(0)) == isVariable)
              .toList();
      log.warn(
          "Unknown setting {} is ignored{}",
          name,
          NearestName.of(name, alike)
              .or(() -> NearestName.of(name.substring(name.indexOf('.') + 1), alike))
              .map(near -> "; did you mean " + near + "?")
              .orElse(""));
    }
    if (!faults.isEmpty()) {
      throw new ConfigurationFaults(faults);
    }
    reading.records().forEach(context.getBeanFactory()::registerSingleton);
  }
}
