package org.elastauth.routes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.elastauth.config.Fault;
import org.springframework.core.io.Resource;

/**
 * The route files inside the jar, and those of a folder. A file of the folder replaces the packaged
 * one of its name; others are added. A copy of a packaged file counts as packaged. So an upgrade
 * upgrades the files that nobody has changed.
 *
 * @param folder null without one
 * @param faults of files that cannot be used
 */
public record RouteSet(Path folder, Map<String, RouteFile> files, List<Fault> faults) {

  /**
   * @param folder with {@code *.camel.yaml} files; null without one
   */
  public static RouteSet read(Path folder) {
    Map<String, RouteFile> files = new TreeMap<>();
    List<Fault> faults = new ArrayList<>();
    try {
      for (Resource resource : RouteExport.packaged()) {
        RouteFile file = RouteFile.packaged(resource);
        files.put(file.name(), file);
      }
      for (Path path : in(folder)) {
        try {
          RouteFile file = RouteFile.of(folder, path);
          RouteFile packaged = files.get(file.name());
          if (packaged == null || !packaged.text().equals(file.text())) {
            files.put(file.name(), file);
          }
        } catch (NoSuchFileException deleted) {
          // since the folder was listed
        } catch (IOException unusable) {
          faults.add(new Fault("routes", "", unusable.getMessage()));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new RouteSet(folder, files, faults);
  }

  /**
   * @throws IOException with a message for the user if it is not a folder
   */
  public static Path readable(String folder) throws IOException {
    Path path = Path.of(folder);
    if (!Files.isDirectory(path) || !Files.isReadable(path)) {
      throw new IOException(folder + " is not a readable folder");
    }
    return path;
  }

  /** The route files of a folder, without reading them; none if it is null or not readable. */
  public static List<Path> in(Path folder) {
    if (folder == null || !Files.isReadable(folder) || !Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> paths = Files.list(folder)) {
      return paths.filter(path -> path.toString().endsWith(RouteFile.SUFFIX)).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The files that a configuration loads: those that it uses, those with names of their own, and
   * those that serve an endpoint which one of these calls.
   *
   * @param isUsed whether the configuration uses the packaged file of a name
   * @param placeholders resolves {@code {{…}}}
   */
  public RouteSet used(Predicate<String> isUsed, UnaryOperator<String> placeholders) {
    Map<String, RouteFile> used = new TreeMap<>(files);
    used.keySet().removeIf(name -> !isUsed.test(name));
    List<RouteFile> next = used.values().stream().filter(RouteFile::isOwn).toList();
    while (!next.isEmpty()) {
      Collection<String> called =
          next.stream()
              .flatMap(file -> DirectEndpoints.of(file, placeholders).called().stream())
              .toList();
      next =
          called.isEmpty()
              ? List.of()
              : files.values().stream()
                  .filter(file -> !used.containsKey(file.name()))
                  .filter(
                      file ->
                          DirectEndpoints.of(file, placeholders).served().stream()
                              .anyMatch(called::contains))
                  .toList();
      next.forEach(file -> used.put(file.name(), file));
    }
    return new RouteSet(folder, used, faults);
  }

  public boolean isPackaged() {
    return files.values().stream().noneMatch(RouteFile::isOwn);
  }

  public List<RouteFile> own() {
    return files.values().stream().filter(RouteFile::isOwn).toList();
  }

  /** Whose files they are, in one line. */
  public String summary() {
    return isPackaged()
        ? "all are those in the jar"
        : own().stream().map(RouteFile::place).collect(Collectors.joining(", ", "yours: ", ""));
  }

  /** The value of {@code camel.main.routes-include-pattern}. */
  public String pattern() {
    return files.values().stream().map(RouteFile::location).collect(Collectors.joining(","));
  }
}
