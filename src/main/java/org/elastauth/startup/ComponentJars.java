package org.elastauth.startup;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.elastauth.config.FileRights;
import org.elastauth.config.ReadAccess;

/**
 * The jars of an operator's components in the folder {@code lib}. Spring Boot's own loader path
 * would read that folder with all folders in it, and the working directory of a service may be the
 * root, which has a {@code lib} of the system.
 */
public final class ComponentJars {
  private static final Path FOLDER = Path.of(System.getProperty("loader.path", "lib"));

  private ComponentJars() {}

  /** The folder and its jars; empty without one. */
  static List<Path> paths() {
    if (!Files.isDirectory(FOLDER) || ReadAccess.isDenied(FOLDER)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(FOLDER)) {
      List<Path> jars = files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
      return jars.isEmpty() ? jars : Stream.concat(Stream.of(FOLDER), jars.stream()).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What rights keep this process from reading: the folder, or jars in it. */
  static List<Path> denied() {
    return ReadAccess.isDenied(FOLDER)
        ? List.of(FOLDER)
        : paths().stream().filter(ReadAccess::isDenied).toList();
  }

  /**
   * Adds the jars, before those of the gateway, to a loader of the same kind. Does not load jars
   * that every user can change, which stop the start later.
   *
   * @param ours the loader of the packaged jar
   * @return null if there is nothing to add, or if this is not the packaged jar
   */
  public static ClassLoader addedTo(ClassLoader ours) throws ReflectiveOperationException {
    List<Path> paths =
        ours instanceof URLClassLoader && ours.getClass().getName().endsWith(".LaunchedClassLoader")
            ? paths()
            : List.of();
    if (paths.isEmpty() || paths.stream().anyMatch(ComponentJars::isEverybodys)) {
      return null;
    }
    List<URL> urls = new ArrayList<>(paths.stream().skip(1).map(ComponentJars::url).toList());
    List<URL> present = Arrays.asList(((URLClassLoader) ours).getURLs());
    if (present.containsAll(urls)) {
      return null; // this loader
    }
    urls.addAll(present);
    return ours.getClass()
        .asSubclass(ClassLoader.class)
        .getConstructor(boolean.class, URL[].class, ClassLoader.class)
        .newInstance(false, urls.toArray(URL[]::new), ours.getParent());
  }

  private static boolean isEverybodys(Path path) {
    return FileRights.of(path) == FileRights.EVERYBODY;
  }

  private static URL url(Path jar) {
    try {
      return jar.toUri().toURL();
    } catch (MalformedURLException e) {
      throw new UncheckedIOException(e);
    }
  }
}
