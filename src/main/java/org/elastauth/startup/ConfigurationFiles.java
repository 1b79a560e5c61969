package org.elastauth.startup;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.apache.camel.util.AntPathMatcher;
import org.elastauth.config.ElastauthFile;
import org.elastauth.config.Fault;
import org.elastauth.config.FileRights;
import org.elastauth.config.ReadAccess;
import org.elastauth.config.SettingsReader.Reading;
import org.elastauth.config.TlsFiles;
import org.elastauth.routes.MissingSettings;
import org.elastauth.routes.RouteCheck;
import org.elastauth.routes.RouteFile;
import org.elastauth.routes.RouteSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.origin.OriginLookup;
import org.springframework.boot.origin.TextResourceOrigin;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ClassPathResource;

/**
 * The files that decide what the gateway does, and who can change them.
 *
 * @param files settings, certificates, keys and caches
 * @param folder of routes; null without one
 * @param all routes
 * @param excluded whether an operator excludes a file of them
 * @param routes that this configuration loads
 * @param used selects them from all
 */
record ConfigurationFiles(
    List<Path> files,
    Path folder,
    RouteSet all,
    Predicate<RouteFile> excluded,
    RouteSet routes,
    UnaryOperator<RouteSet> used) {
  private static final Logger LOG = LoggerFactory.getLogger("org.elastauth.config");
  private static final String EXCLUDED = "camel.main.routes-exclude-pattern";

  /**
   * @param placeholders resolves those of the routes
   */
  static ConfigurationFiles of(
      ConfigurableEnvironment environment,
      ElastauthFile file,
      Reading<Settings> reading,
      UnaryOperator<String> placeholders) {
    Settings settings = reading.settings();
    Set<Path> files = new LinkedHashSet<>();
    if (file.path() != null) {
      files.add(file.path());
    }
    for (PropertySource<?> source : environment.getPropertySources()) {
      if (source instanceof OriginLookup<?>
          && source instanceof EnumerablePropertySource<?> names) {
        addFile(names, files);
      }
    }
    for (TlsFiles tls :
        List.of(
            settings.redis().tls().files(),
            settings.elasticsearch().tls().files(),
            settings.oidc().tls())) {
      Stream.of(tls.caCert(), tls.clientCert(), tls.clientKey())
          .filter(path -> !path.isEmpty())
          .forEach(path -> files.add(Path.of(path)));
    }
    files.addAll(reading.secretFiles().values());
    String[] excluded =
        Binder.get(environment).bind(EXCLUDED, String[].class).orElse(new String[0]);
    Path folder = folder(settings.routes());
    return new ConfigurationFiles(
            List.copyOf(files),
            folder,
            RouteSet.read(folder),
            route -> AntPathMatcher.INSTANCE.anyMatch(excluded, route.location()),
            null,
            null)
        .with(reading, placeholders);
  }

  /** The same files for settings that the routes have completed. */
  ConfigurationFiles with(Reading<Settings> reading, UnaryOperator<String> placeholders) {
    UsedRouteFiles select = UsedRouteFiles.of(reading.settings());
    UnaryOperator<RouteSet> use =
        set -> {
          RouteSet selected = select.in(set, excluded, placeholders);
          return selected.with(MissingSettings.in(selected, placeholders));
        };
    Set<Path> paths = new LinkedHashSet<>(files);
    paths.addAll(reading.settings().cache().files());
    return new ConfigurationFiles(
        List.copyOf(paths),
        folder,
        all,
        excluded,
        use.apply(all),
        set -> restrict(set, use.apply(set), reading, placeholders));
  }

  /**
   * @param setting a path, or a {@code file:} URI
   * @return null without a folder
   */
  static Path folder(String setting) {
    if (setting.isEmpty()) {
      Path folder = Path.of("routes");
      return Files.isDirectory(folder) || Files.isSymbolicLink(folder) ? folder : null;
    }
    if (setting.startsWith("file:")) {
      try {
        return Path.of(URI.create(setting));
      } catch (IllegalArgumentException relative) {
        return Path.of(setting.substring("file:".length()));
      }
    }
    return Path.of(setting);
  }

  private static void addFile(EnumerablePropertySource<?> source, Set<Path> files) {
    if (source.getPropertyNames().length > 0
        && OriginLookup.getOrigin(source, source.getPropertyNames()[0])
            instanceof TextResourceOrigin origin
        && origin.getResource().isFile()
        && !(origin.getResource() instanceof ClassPathResource)) {
      try {
        files.add(origin.getResource().getFile().toPath());
      } catch (IOException notAFile) {
        throw new UncheckedIOException(notAFile);
      }
    }
  }

  /**
   * A reload may not leave an adapter without routes, nor use what needs a server that the start
   * did not use: no connection is opened while the gateway runs.
   */
  private static RouteSet restrict(
      RouteSet all, RouteSet used, Reading<Settings> reading, UnaryOperator<String> placeholders) {
    List<Fault> faults = new ArrayList<>(AdapterNames.faults(all, used, reading, placeholders));
    Set<String> more = UsedRouteFiles.needs(used).beyond(reading.settings().loaded());
    if (!more.isEmpty()) {
      faults.add(
          new Fault(
              "routes",
              "",
              "use "
                  + String.join(", ", more)
                  + ", which needs more than the gateway has opened; restart the gateway"));
    }
    return used.with(faults);
  }

  /** Reads the files of the routes again. */
  RouteSet readRoutes() {
    return used.apply(RouteSet.read(folder));
  }

  /** The adapters that no route serves. */
  List<Fault> adapterFaults(Reading<Settings> reading, UnaryOperator<String> placeholders) {
    return AdapterNames.faults(all, routes, reading, placeholders);
  }

  /** Routes and the jars of their components can do anything, so no other user may change them. */
  List<Fault> faults() {
    for (Path component : ComponentJars.denied()) {
      return List.of(new Fault("lib", "", component + " " + ReadAccess.reason(component)));
    }
    for (Path component : ComponentJars.paths()) {
      if (FileRights.of(component) == FileRights.EVERYBODY) {
        return List.of(
            new Fault(
                "lib",
                "",
                component
                    + " can be changed by every user of this system, itself or in a folder above it;"
                    + " restrict it (chmod o-w)"));
      }
    }
    Set<Fault> faults = new LinkedHashSet<>(RouteCheck.of(all));
    faults.addAll(routes.faults());
    return List.copyOf(faults);
  }

  void warn() {
    // others could add an application.yaml, a config.yml or routes
    Path current = Path.of("").toAbsolutePath();
    warn(current, FileRights.of(current));
    files.forEach(path -> warn(path, FileRights.of(path)));
    routes.logIgnored(Map.of());
    if (folder != null) {
      Stream.concat(Stream.of(folder), RouteSet.in(folder).stream())
          .filter(path -> FileRights.of(path) == FileRights.GROUP)
          .limit(1)
          .forEach(path -> warn(path, FileRights.GROUP));
    }
  }

  private static void warn(Path path, FileRights rights) {
    if (rights != FileRights.OWNER) {
      LOG.atWarn()
          .addKeyValue("file", path)
          .log(
              rights == FileRights.GROUP
                  ? "Users of its group can change this; restrict it to the gateway (chmod g-w)"
                  : "Every user of this system can change this, or replace it in a folder above it;"
                      + " restrict it to the gateway (chmod o-w)");
    }
  }

  /** Names every file that was read. */
  void log() {
    LOG.atInfo()
        .addKeyValue("files", files.stream().map(Path::toAbsolutePath).toList())
        .addKeyValue("routes", routes.own().stream().map(RouteFile::place).toList())
        .log("Files in use");
  }
}
