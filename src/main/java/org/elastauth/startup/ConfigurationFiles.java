package org.elastauth.startup;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.elastauth.config.ElastauthFile;
import org.elastauth.config.Fault;
import org.elastauth.config.FileRights;
import org.elastauth.config.TlsFiles;
import org.elastauth.routes.RouteFile;
import org.elastauth.routes.RouteSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
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
 * @param routes that this configuration loads
 * @param used selects them from all
 */
record ConfigurationFiles(
    List<Path> files, Path folder, RouteSet routes, UnaryOperator<RouteSet> used) {
  private static final Logger LOG = LoggerFactory.getLogger("org.elastauth.config");

  /** Where the jar looks for jars of components, by Loader-Path in its manifest. */
  private static final Path COMPONENTS = Path.of("lib");

  /**
   * @param placeholders resolves those of the routes
   */
  static ConfigurationFiles of(
      ConfigurableEnvironment environment,
      ElastauthFile file,
      Settings settings,
      Collection<Path> secrets,
      UnaryOperator<String> placeholders) {
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
    files.addAll(settings.cache().files());
    files.addAll(secrets);
    Path folder = Path.of(settings.routes().isEmpty() ? "routes" : settings.routes());
    if (settings.routes().isEmpty() && !Files.isDirectory(folder)) {
      folder = null;
    }
    UsedRouteFiles used = UsedRouteFiles.of(settings);
    UnaryOperator<RouteSet> select = set -> set.used(used::contains, placeholders);
    return new ConfigurationFiles(
        List.copyOf(files), folder, select.apply(RouteSet.read(folder)), select);
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

  /** Reads the files of the routes again. */
  RouteSet readRoutes() {
    return used.apply(RouteSet.read(folder));
  }

  /** Routes and the jars of their components can do anything, so no other user may change them. */
  List<Fault> faults() {
    if (Files.isDirectory(COMPONENTS) && FileRights.of(COMPONENTS) == FileRights.EVERYBODY) {
      return List.of(
          new Fault(
              "lib",
              "",
              "can be changed by every user of this system, itself or in a folder above it; restrict"
                  + " it (chmod o-w)"));
    }
    if (folder == null) {
      return List.of();
    }
    if (folder.toString().contains(",")) {
      return List.of(
          new Fault(
              "routes", "", "contains a comma, at which Camel splits the path; rename the folder"));
    }
    if (!Files.isDirectory(folder) || !Files.isReadable(folder)) {
      return List.of(new Fault("routes", "", "is not a readable folder"));
    }
    if (FileRights.of(folder) == FileRights.EVERYBODY) {
      return List.of(
          new Fault(
              "routes",
              "",
              folder
                  + " can be changed by every user of this system, itself or in a folder above it;"
                  + " restrict it (chmod o-w)"));
    }
    return routes.faults();
  }

  void warn() {
    // others could add an application.yaml, a config.yml or routes
    Path current = Path.of("").toAbsolutePath();
    warn(current, FileRights.of(current));
    files.forEach(path -> warn(path, FileRights.of(path)));
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
