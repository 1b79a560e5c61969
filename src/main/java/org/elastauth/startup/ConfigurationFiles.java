package org.elastauth.startup;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.elastauth.config.ElastauthFile;
import org.elastauth.config.Fault;
import org.elastauth.config.FileRights;
import org.elastauth.config.TlsFiles;
import org.elastauth.routes.RouteExport;
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
 * @param routes the folder of the routes; null for those inside the jar
 */
record ConfigurationFiles(List<Path> files, Path routes) {
  private static final Logger LOG = LoggerFactory.getLogger("org.elastauth.config");
  private static final String PACKAGED = "classpath:routes/*.camel.yaml";
  private static final String SUFFIX = ".camel.yaml";

  static ConfigurationFiles of(
      ConfigurableEnvironment environment, ElastauthFile file, Settings settings) {
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
    Path folder = Path.of(settings.routes().isEmpty() ? "routes" : settings.routes());
    boolean isPackaged = settings.routes().isEmpty() && routesIn(folder).isEmpty();
    return new ConfigurationFiles(List.copyOf(files), isPackaged ? null : folder);
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

  /** Route files of a folder; none if it does not exist or is not readable. */
  private static List<Path> routesIn(Path folder) {
    if (!Files.isReadable(folder) || !Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(SUFFIX)).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The value of {@code camel.main.routes-include-pattern}. */
  String routesPattern() {
    return routes == null ? PACKAGED : "file:" + routes + "/*" + SUFFIX;
  }

  /** Routes can do anything, so no other user may change them. */
  List<Fault> faults() {
    if (routes == null) {
      return List.of();
    }
    if (routes.toString().contains(",")) {
      return List.of(
          new Fault(
              "routes", "", "contains a comma, at which Camel splits the path; rename the folder"));
    }
    if (routesIn(routes).isEmpty()) {
      return List.of(new Fault("routes", "", "is not a readable folder with *.camel.yaml files"));
    }
    return Stream.concat(Stream.of(routes), routesIn(routes).stream())
        .filter(path -> FileRights.of(path) == FileRights.EVERYBODY)
        .map(
            path ->
                new Fault(
                    "routes",
                    "",
                    "can be changed by every user of this system, at "
                        + path
                        + " or in a folder above it; restrict it (chmod o-w)"))
        .limit(1)
        .toList();
  }

  void warn() {
    // others could add an application.yaml, a config.yml or routes
    Path current = Path.of("").toAbsolutePath();
    warn(current, FileRights.of(current));
    files.forEach(path -> warn(path, FileRights.of(path)));
    if (routes != null) {
      Stream.concat(Stream.of(routes), routesIn(routes).stream())
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
        .addKeyValue("routes", routes == null ? PACKAGED : routesIn(routes))
        .log("Files in use");
  }

  /** Whether the routes are those inside the jar, which the build has checked. */
  boolean hasPackagedRoutes() throws IOException {
    return routes == null
        || (RouteExport.isWhole(routes)
            && routesIn(routes).size() == RouteExport.packaged().length);
  }
}
