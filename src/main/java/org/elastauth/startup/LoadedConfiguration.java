package org.elastauth.startup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.elastauth.config.Fault;
import org.elastauth.config.SettingsReader;
import org.elastauth.config.SettingsReader.Reading;
import org.elastauth.routes.RouteFile;
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
 * The configuration as a start reads it, but without a context of Spring or Camel, which would take
 * several times as long. Settings with faults have their defaults.
 */
public final class LoadedConfiguration {
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

  private final ConfigurableEnvironment environment;
  private final boolean configuresCamel;
  private final ConfigurationCheck check;

  private LoadedConfiguration(
      ConfigurableEnvironment environment, boolean configuresCamel, ConfigurationCheck check) {
    this.environment = environment;
    this.configuresCamel = configuresCamel;
    this.check = check;
  }

  /**
   * Reads variables, files and arguments.
   *
   * @param args settings, as {@code --elastauth.KEY=VALUE}
   * @throws IOException if a file is unreadable
   */
  public static LoadedConfiguration read(String... args) throws IOException {
    return read(new StandardEnvironment(), args);
  }

  static LoadedConfiguration read(ConfigurableEnvironment environment, String... args)
      throws IOException {
    environment.getPropertySources().addFirst(new SimpleCommandLinePropertySource(args));
    new SpringApplicationJsonEnvironmentPostProcessor().postProcessEnvironment(environment, null);
    readFiles(environment);
    boolean configuresCamel = configures("camel", environment.getPropertySources());
    return new LoadedConfiguration(environment, configuresCamel, SettingsLoader.load(environment));
  }

  /** The names of all settings, with their prefix. */
  public static List<String> settingNames() {
    return new SettingsReader<>(new StandardEnvironment(), Settings.class, Settings::addDefaults)
        .read().known().stream().filter(name -> Character.isLowerCase(name.charAt(0))).toList();
  }

  /** Logs nothing until {@link #log}. */
  public static void silence() {
    LoggingSystem.get(LoadedConfiguration.class.getClassLoader()).beforeInitialize();
  }

  /** Logs from now on, as the settings of the log say. */
  static void log(ConfigurableEnvironment environment) {
    LoggingSystem.get(LoadedConfiguration.class.getClassLoader())
        .initialize(new LoggingInitializationContext(environment), null, null);
  }

  /** Whether the operator sets a property of Camel. */
  boolean configuresCamel() {
    return configuresCamel;
  }

  /** What is wrong with it. */
  ConfigurationCheck check() {
    return check;
  }

  ConfigurableEnvironment environment() {
    return environment;
  }

  public Settings settings() {
    return check.reading().settings();
  }

  /** The settings and their faults, names and places. */
  public Reading<Settings> reading() {
    return check.reading();
  }

  /** The values in use. */
  public EffectiveConfiguration effective() {
    return new EffectiveConfiguration(check.reading(), environment, event -> {});
  }

  /** The files that it was read from, and those that it names. */
  public List<Path> files() {
    return check.files().files();
  }

  /** The route files in use that an operator has written, with their folder. */
  public List<String> ownRoutes() {
    return check.files().routes().own().stream().map(RouteFile::place).toList();
  }

  /** Faults of the settings, without those of the routes. */
  public List<Fault> faults() {
    return Stream.concat(check.file().faults().stream(), check.reading().faults().stream())
        .toList();
  }

  /** The route files of the folder that the configuration names. */
  public RouteSet allRoutes() {
    return RouteSet.read(check.files().folder());
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
