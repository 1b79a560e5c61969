package org.elastauth.startup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.elastauth.config.StartupFailure;
import org.elastauth.routes.RouteDrawing;
import org.elastauth.routes.RouteSet;
import org.springframework.boot.context.config.ConfigDataEnvironmentPostProcessor;
import org.springframework.boot.env.SpringApplicationJsonEnvironmentPostProcessor;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.logging.LoggingInitializationContext;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.SimpleCommandLinePropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.FileSystemResource;
import org.springframework.core.io.Resource;

/**
 * {@code --check-config} without a context of Spring or Camel, which would take several times as
 * long. The build has checked the packaged routes; {@code RouteCheck} checks others.
 */
public final class QuickCheck {
  public enum Result {
    VALID,
    INVALID,
    /** A file is unreadable, or the operator configures Camel. */
    INCOMPLETE
  }

  private static final String FILE = "application.yaml";
  private static final List<String> OTHER_FILES =
      List.of(
          "application.yml",
          "application.properties",
          "application.xml",
          "application-default.yaml",
          "application-default.yml",
          "application-default.properties",
          "application-default.xml",
          "config");

  private QuickCheck() {}

  public static Result of(String... args) {
    LoggingSystem logging = LoggingSystem.get(QuickCheck.class.getClassLoader());
    logging.beforeInitialize();
    ConfigurableEnvironment environment = new StandardEnvironment();
    try {
      readSettings(environment, args);
      boolean isStandard = !configures("camel", environment.getPropertySources());
      ConfigurationCheck check = SettingsLoader.load(environment);
      if (!isStandard) {
        return Result.INCOMPLETE;
      }
      logging.initialize(new LoggingInitializationContext(environment), null, null);
      check.check();
      Gateway.warn(check.reading().settings());
      check.files().log();
      return Result.VALID;
    } catch (IOException unreadable) {
      return Result.INCOMPLETE;
    } catch (RuntimeException failure) {
      logging.initialize(new LoggingInitializationContext(environment), null, null);
      if (!new StartupFailure().reportException(failure)) {
        throw failure;
      }
      return Result.INVALID;
    }
  }

  /** The route files of the folder that the configuration names, also if it has faults. */
  public static RouteSet routes(String... args) throws IOException {
    LoggingSystem.get(QuickCheck.class.getClassLoader()).beforeInitialize();
    ConfigurableEnvironment environment = new StandardEnvironment();
    readSettings(environment, args);
    return RouteSet.read(SettingsLoader.load(environment).files().folder());
  }

  private static void readSettings(ConfigurableEnvironment environment, String... args)
      throws IOException {
    environment.getPropertySources().addFirst(new SimpleCommandLinePropertySource(args));
    new SpringApplicationJsonEnvironmentPostProcessor().postProcessEnvironment(environment, null);
    readFiles(environment);
  }

  /**
   * What {@code --draw-routes} prints.
   *
   * @param start the id of the route to begin with, or {@link RouteDrawing#ALL}
   * @throws IllegalArgumentException with a message for the user
   */
  public static String drawing(String start, String... args) throws IOException {
    LoggingSystem.get(QuickCheck.class.getClassLoader()).beforeInitialize();
    ConfigurableEnvironment environment = new StandardEnvironment();
    readSettings(environment, args);
    ConfigurationFiles files = SettingsLoader.load(environment).files();
    if (!files.faults().isEmpty()) {
      throw new IllegalArgumentException(
          files.faults().stream()
              .map(fault -> fault.key() + " " + fault.mend())
              .collect(Collectors.joining("\n")));
    }
    return RouteDrawing.of(files.routes(), SettingsLoader.placeholders(environment), start);
  }

  /**
   * Spring binds its own settings before it reads a file, which takes a third of the time. It is
   * not needed for a single application.yaml that does not configure Spring.
   */
  private static void readFiles(ConfigurableEnvironment environment) throws IOException {
    MutablePropertySources files = new MutablePropertySources();
    for (Resource file : List.of(new FileSystemResource(FILE), new ClassPathResource(FILE))) {
      if (file.exists()) {
        new YamlPropertySourceLoader().load(file.toString(), file).forEach(files::addLast);
      }
    }
    if (files.size() > 2
        || OTHER_FILES.stream().anyMatch(name -> Files.exists(Path.of(name)))
        || configures("spring", environment.getPropertySources())
        || configures("spring", files)) {
      ConfigDataEnvironmentPostProcessor.applyTo(environment);
    } else {
      files.forEach(environment.getPropertySources()::addLast);
    }
  }

  /** Whether the operator sets a property of a framework. */
  private static boolean configures(String framework, MutablePropertySources sources) {
    return sources.stream()
        .filter(source -> !source.getName().contains("class path resource"))
        .filter(EnumerablePropertySource.class::isInstance)
        .flatMap(source -> Stream.of(((EnumerablePropertySource<?>) source).getPropertyNames()))
        .map(name -> name.toLowerCase(Locale.ROOT))
        .anyMatch(name -> name.startsWith(framework + ".") || name.startsWith(framework + "_"));
  }
}
