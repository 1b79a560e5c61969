package org.elastauth.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.elastauth.config.SettingsReader.Reading;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.config.ConfigDataEnvironmentPostProcessor;
import org.springframework.boot.env.EnvironmentPostProcessor;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/**
 * Reads the settings before Spring makes anything, hands the resolved ones to whoever names them in
 * a placeholder (the routes do), and stops the start with every fault at once.
 */
public final class SettingsLoader
    implements EnvironmentPostProcessor,
        ApplicationContextInitializer<ConfigurableApplicationContext>,
        Ordered {
  private static final String RESOLVED = "elastauth settings";
  private static final Duration ELASTICSEARCH_LOOK = Duration.ofSeconds(5);
  private static final Duration DATABASE_LOOK = Duration.ofSeconds(5);

  /** Carries the reading from the environment's preparation to the context's. */
  private static final class Resolved extends MapPropertySource {
    private final Reading reading;
    private final ElastauthFile file;

    Resolved(Map<String, Object> values, Reading reading, ElastauthFile file) {
      super(RESOLVED, values);
      this.reading = reading;
      this.file = file;
    }
  }

  @Override
  public int getOrder() {
    return ConfigDataEnvironmentPostProcessor.ORDER + 1;
  }

  @Override
  public void postProcessEnvironment(
      ConfigurableEnvironment environment, SpringApplication application) {
    ElastauthFile file = ElastauthFile.addTo(environment);
    Reading reading = new SettingsReader(environment).read();
    Settings settings = reading.settings();

    Map<String, Object> values = new LinkedHashMap<>();
    values.put("elastauth.auth_provider", settings.authProvider());
    values.put("elastauth.oidc.used", settings.usesOidc());
    values.put("elastauth.oidc.login", settings.logsBrowsersIn());
    values.put("elastauth.oidc.token_validation", settings.oidc().tokenValidation());
    values.put("elastauth.oidc.in_redis", settings.sharesProviderAnswers());
    values.put("elastauth.cache.type", settings.cache().type());
    values.put(
        "elastauth.cache.extend",
        settings.cache().extend() && !settings.cache().type().equals("none"));
    values.put("elastauth.rate_limit.enabled", settings.rateLimit().enabled());
    values.put("elastauth.rate_limit.in_redis", settings.rateLimit().inRedis());
    values.put("elastauth.rate_limit.store", settings.rateLimit().store());
    values.put("elastauth.rate_limit.policy", settings.rateLimit().policy());
    values.put("elastauth.session.enabled", settings.session().enabled());
    values.put("elastauth.session.store", settings.session().store());
    values.put("elastauth.session.in_redis", settings.session().inRedis());
    values.put("elastauth.session.shared", settings.session().inRedis() ? "redis" : "memory");
    values.put("elastauth.session.policy", settings.session().policy());
    values.put(
        "elastauth.replay.bearer", settings.replay().enabled() && settings.replay().bearer());
    values.put("elastauth.replay.store", settings.replay().inRedis() ? "redis" : "memory");
    values.put("elastauth.replay.policy", settings.replay().policy());
    values.put("elastauth.cache.in_redis", settings.cache().inRedis());
    values.put(
        "elastauth.redis.announced", settings.cache().inRedis() || settings.session().inRedis());
    values.put(
        "elastauth.claim.in_redis", settings.session().inRedis() || settings.replay().inRedis());
    values.put("elastauth.redis.used", settings.usesRedis());
    values.put(
        "elastauth.user_store", settings.elasticsearch().dryRun() ? "dry-run" : "elasticsearch");
    values.put("elastauth.admin.enabled", settings.admin().enabled());
    values.put(
        "elastauth.elasticsearch.reread_period",
        settings.elasticsearch().rereadInterval().toMillis());
    values.put(
        "elastauth.redis.health_check.period",
        settings.redis().healthCheck().interval().toMillis());
    values.put(
        "elastauth.elasticsearch.health_check.period",
        Math.min(
            settings.redis().healthCheck().interval().toMillis(), ELASTICSEARCH_LOOK.toMillis()));
    values.put(
        "elastauth.cache.health_check.period",
        Math.min(settings.redis().healthCheck().interval().toMillis(), DATABASE_LOOK.toMillis()));
    // how often a timer of Camel fires, 0: without end
    values.put(
        "elastauth.redis.health_check.looks", settings.redis().healthCheck().enabled() ? 0 : 1);
    values.put("elastauth.expiry.enabled", settings.expiry().enabled());
    values.put("elastauth.expiry.turn", settings.usesRedis() ? "redis" : "free");
    long period = Math.max(1, settings.expiry().interval().toMillis());
    values.put("elastauth.expiry.period", period);
    // gateways that were started together shall not run in step
    values.put(
        "elastauth.expiry.delay",
        period / 2 + ThreadLocalRandom.current().nextLong(period / 2 + 1));
    values.put("camel.main.routes-include-pattern", routes(settings.routes()));
    values.put("camel.main.routes-exclude-pattern", new UnusedRouteFiles(settings).pattern());
    String level = settings.logLevel().toLowerCase(Locale.ROOT);
    if (level.matches("error|warn|info|debug|trace")) {
      // below info only our own lines: what HTTP and Redis clients print there holds credentials
      values.put("logging.level.root", level.equals("error") ? "error" : "warn");
      values.put("logging.level.org.elastauth", level);
    }
    if (settings.logFormat().equals("json")) {
      values.put("logging.structured.format.console", JsonLog.class.getName());
    }
    environment.getPropertySources().addFirst(new Resolved(values, reading, file));
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

  @Override
  public void initialize(ConfigurableApplicationContext context) {
    Resolved resolved = (Resolved) context.getEnvironment().getPropertySources().get(RESOLVED);
    if (resolved == null) {
      throw new IllegalStateException("settings were not read");
    }
    Settings settings = resolved.reading.settings();
    List<Fault> faults = new ArrayList<>(resolved.file.faults());
    faults.addAll(resolved.reading.faults());
    faults.addAll(new SettingsCheck().faults(settings));
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
    for (String key : resolved.file.repeated()) {
      log.warn("Setting {} stands in the file twice; the last one holds", key);
    }
    for (String name : resolved.reading.unknown()) {
      boolean isVariable = Character.isUpperCase(name.charAt(0));
      List<String> alike =
          resolved.reading.known().stream()
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
    context.getBeanFactory().registerSingleton("settings", settings);
  }
}
