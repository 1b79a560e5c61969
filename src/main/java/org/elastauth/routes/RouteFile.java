package org.elastauth.routes;

import java.io.IOException;
import java.lang.ref.SoftReference;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;
import org.elastauth.config.FileRights;
import org.elastauth.config.ReadAccess;
import org.springframework.core.io.Resource;

/** A file of routes. */
public final class RouteFile {
  public static final String SUFFIX = ".camel.yaml";
  private static final String PACKAGED = "classpath:routes/";
  private static final String FILE = "file:";
  private static final Set<String> ROUTES = Set.of("route", "from");
  private static final long MAX_BYTES = 1 << 20;

  private final String name;
  private final String location;
  private final String text;

  /** Read once for all who ask at a start; not needed later. */
  private SoftReference<CheckedFile> read = new SoftReference<>(null);

  /**
   * @param name without its folder, such as {@code health.camel.yaml}
   * @param location a URI: {@code classpath:} for a packaged file, {@code file:} for one of the
   *     folder
   */
  RouteFile(String name, String location, String text) {
    this.name = name;
    this.location = location;
    this.text = text;
  }

  public String name() {
    return name;
  }

  public String location() {
    return location;
  }

  public String text() {
    return text;
  }

  /** Its content, with the faults of its YAML, to which a check may add. */
  synchronized CheckedFile read() {
    CheckedFile known = read.get();
    if (known == null) {
      known = CheckedFile.of(this, false);
      read = new SoftReference<>(known);
    }
    return known;
  }

  static RouteFile packaged(Resource resource) throws IOException {
    return new RouteFile(
        resource.getFilename(),
        PACKAGED + resource.getFilename(),
        resource.getContentAsString(StandardCharsets.UTF_8));
  }

  /**
   * @throws IOException with the file and the reason if it must not be used
   */
  static RouteFile of(Path folder, Path file) throws IOException {
    if (ReadAccess.isDenied(file)) {
      throw new IOException(file + " " + ReadAccess.reason(file));
    }
    String name = file.toFile().getName();
    if (name.indexOf('.') < name.length() - SUFFIX.length()) {
      throw new IOException(
          file + " has a dot before " + SUFFIX + ", at which Camel would cut the name; rename it");
    }
    if (Files.isSymbolicLink(file) && Files.notExists(file)) {
      throw new IOException(file + " is a link to a file that does not exist; correct the link");
    }
    if (!file.toRealPath().startsWith(folder.toRealPath())) {
      throw new IOException(
          file + " is a link to a file outside its folder; copy that file into the folder");
    }
    if (!Files.isRegularFile(file)) {
      throw new IOException(file + " is not a file; rename it");
    }
    if (Files.size(file) > MAX_BYTES) {
      throw new IOException(file + " is larger than 1 MiB; split it");
    }
    if (FileRights.of(file) == FileRights.EVERYBODY) {
      throw new IOException(
          file
              + " can be changed by every user of this system, itself or in a folder above it;"
              + " restrict it (chmod o-w)");
    }
    try {
      return new RouteFile(name, FILE + file, Files.readString(file));
    } catch (CharacterCodingException binary) {
      throw new IOException(file + " is not UTF-8 text; save it as UTF-8", binary);
    }
  }

  /**
   * Whether it defines more than routes. Routes of all files have a copy of a configuration, and
   * keep the bean that they found.
   */
  boolean concernsOthers() {
    return read().root().asList().stream()
        .anyMatch(entry -> !ROUTES.containsAll(entry.asMap().keySet()));
  }

  /** Whether an operator wrote it. */
  public boolean isOwn() {
    return !location.startsWith(PACKAGED);
  }

  /** As in messages: a path, or the location inside the jar. */
  public String place() {
    return isOwn() ? location.substring(FILE.length()) : location;
  }

  /** The same text in the same place. */
  @Override
  public boolean equals(Object other) {
    return other instanceof RouteFile file
        && name.equals(file.name)
        && location.equals(file.location)
        && text.equals(file.text);
  }

  @Override
  public int hashCode() {
    return Objects.hash(name, location, text);
  }

  @Override
  public String toString() {
    return place();
  }
}
