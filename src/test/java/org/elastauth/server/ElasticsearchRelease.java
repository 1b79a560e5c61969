package org.elastauth.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A release of Elasticsearch that the build may have unpacked, and the JDKs it runs on. Security,
 * users and roles are the real thing in each.
 *
 * @param lowestJava feature version
 * @param highestJava feature version
 */
public record ElasticsearchRelease(int major, int lowestJava, int highestJava) {
  /** Stock; runs only where a security manager may still be allowed. */
  public static final ElasticsearchRelease SIX = new ElasticsearchRelease(6, 17, 23);

  public static final ElasticsearchRelease EIGHT =
      new ElasticsearchRelease(8, 17, Integer.MAX_VALUE);
  public static final ElasticsearchRelease NINE =
      new ElasticsearchRelease(9, 21, Integer.MAX_VALUE);

  private static final Path UNPACKED = Path.of("target", "elasticsearch").toAbsolutePath();

  /** Why it cannot be started here; empty if it can. */
  public Optional<String> missing() {
    if (home().isEmpty()) {
      return Optional.of(this + " is not unpacked; run the build with -Pmatrix");
    }
    return java().isPresent()
        ? Optional.empty()
        : Optional.of(this + " needs a JDK " + javaRange() + "; name one in JAVA_HOME_<version>");
  }

  private String javaRange() {
    return highestJava == Integer.MAX_VALUE
        ? "from " + lowestJava + " on"
        : lowestJava + " to " + highestJava;
  }

  Optional<Path> home() {
    if (!Files.isDirectory(UNPACKED)) {
      return Optional.empty();
    }
    try (Stream<Path> folders = Files.list(UNPACKED)) {
      return folders
          .filter(f -> f.getFileName().toString().startsWith("elasticsearch-" + major + "."))
          .findFirst();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The JDK that runs this, one that the environment names, or one beside the running one. */
  Optional<Path> java() {
    Path running = Path.of(System.getProperty("java.home"));
    Stream<Path> named =
        System.getenv().entrySet().stream()
            .filter(e -> e.getKey().startsWith("JAVA_HOME") || e.getKey().startsWith("JDK"))
            .map(e -> Path.of(e.getValue()));
    return Stream.of(Stream.of(running), named, beside(running))
        .flatMap(homes -> homes)
        .filter(this::fits)
        .findFirst();
  }

  private static Stream<Path> beside(Path running) {
    try (Stream<Path> folders = Files.list(running.getParent())) {
      return folders.sorted().toList().stream();
    } catch (IOException e) {
      return Stream.empty();
    }
  }

  private boolean fits(Path jdk) {
    int version = version(jdk);
    return version >= lowestJava
        && version <= highestJava
        && Files.isExecutable(jdk.resolve("bin/javac"));
  }

  /** The feature version that a JDK's own release file states; 0 if there is none. */
  private static int version(Path jdk) {
    try (Stream<String> lines = Files.lines(jdk.resolve("release"))) {
      return lines
          .filter(line -> line.matches("JAVA_VERSION=\"\\d+.*\""))
          .map(line -> Integer.parseInt(line.replaceFirst("JAVA_VERSION=\"(\\d+).*", "$1")))
          .findFirst()
          .orElse(0);
    } catch (IOException | UncheckedIOException notOne) {
      return 0;
    }
  }

  @Override
  public String toString() {
    return home()
        .map(home -> home.getFileName().toString().replace("elasticsearch-", "Elasticsearch "))
        .orElse("Elasticsearch " + major);
  }
}
