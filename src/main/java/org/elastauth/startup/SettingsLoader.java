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
 * Reads the settings before Spring makes anything, hands the resolved ones to whoever names them in
 * a placeholder (the routes do), and stops the start with every fault at once.
 */
public final class SettingsLoader implements EnvironmentPostProcessor, Ordered {

  /** Elasticsearch and the database are checked at least this often. */
  private static final String EXCLUDED = "camel.main.routes-exclude-pattern";

  private static final long LOOK_MILLIS = 5_000;

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
    long look = settings.redis().healthCheck().interval().toMillis();
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
    values.put("elastauth.redis.announced", settings.cache().inRedis() || sessionsInRedis);
    values.put(
        "elastauth.user_store", settings.elasticsearch().dryRun() ? "dry-run" : "elasticsearch");
    values.put(
        "elastauth.elasticsearch.reread_period",
        settings.elasticsearch().rereadInterval().toMillis());
    values.put("elastauth.elasticsearch.patience", settings.elasticsearch().patience().toMillis());
    values.put("elastauth.redis.health_check.period", look);
    values.put("elastauth.elasticsearch.health_check.period", Math.min(look, LOOK_MILLIS));
    values.put("elastauth.cache.health_check.period", Math.min(look, LOOK_MILLIS));
    // how often a timer of Camel fires, 0: without end
    values.put(
        "elastauth.redis.health_check.looks", settings.redis().healthCheck().enabled() ? 0 : 1);
    values.put("elastauth.expiry.turn", settings.usesRedis() ? "redis" : "free");
    values.put("elastauth.expiry.period", period);
    // gateways that were started together shall not run in step
    values.put(
        "elastauth.expiry.delay",
        period / 2 + ThreadLocalRandom.current().nextLong(period / 2 + 1));
    values.put("camel.main.routes-include-pattern", routes(settings.routes()));
    values.put(EXCLUDED, excluded(environment.getProperty(EXCLUDED, ""), settings));
    String level = settings.logLevel().toLowerCase(Locale.ROOT);
    if (level.matches("error|warn|info|debug|trace")) {
      // below info only our own lines: what HTTP and Redis clients print there holds credentials
      values.put("logging.level.root", level.equals("error") ? "error" : "warn");
      values.put("logging.level.org.elastauth", level);
    }
    if (settings.logFormat().equals("json")) {
      values.put("logging.structured.format.console", JsonLog.class.getName());
    }
    environment.getPropertySources().addFirst(new MapPropertySource("elastauth settings", values));
    application.addInitializers(context -> check(context, reading, file));
  }

  /** Adds the unused files to those that the operator excludes. */
  private static String excluded(String configured, Settings settings) {
    String unused = new UnusedRouteFiles(settings).pattern();
    return configured.isBlank() ? unused : configured + "," + unused;
  }

  private static String routes(String configured) {
    Path folder = Path.of(configured.isEmpty() ? "routes" : configured);
    return configured.isEmpty() && count(folder) == 0
        ? "classpath:routes/*.camel.yaml"
        : "file:" + folder + "/*.camel.yaml";
  }

  /** How many route files a folder holds; none if it is not there or may not be read. */
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
              "routes", settings.routes(), "holds a comma, at which Camel splits it; rename"));
    } else if (!settings.routes().isEmpty() && count(Path.of(settings.routes())) == 0) {
      faults.add(
          new Fault(
              "routes",
              settings.routes(),
              "is no folder with *.camel.yaml files in it that the gateway may read"));
    }
    Logger log = LoggerFactory.getLogger("org.elastauth.config");
    for (String key : file.repeated()) {
      log.warn("Setting {} stands in the file twice; the last one holds", key);
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
