package org.elastauth.routes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

/** Writes the routes inside the jar to a folder for editing. */
public final class RouteExport {
  private static final String PACKAGED = "classpath:routes/*.camel.yaml";

  private RouteExport() {}

  /**
   * Writes all files, or none if the folder contains an edited file: a mix of versions is untested.
   *
   * @return the number of packaged files
   * @throws IOException with a message for the user if a file cannot be written
   */
  public static int to(Path folder) throws IOException {
    List<Resource> missing = new ArrayList<>();
    List<String> differing = new ArrayList<>();
    for (Resource route : packaged()) {
      Path file = folder.resolve(route.getFilename());
      if (Files.notExists(file)) {
        missing.add(route);
      } else if (!isSame(file, route)) {
        differing.add(file.toString());
      }
    }
    if (!differing.isEmpty()) {
      throw new IOException(
          "nothing was written, because these files differ from the packaged ones: "
              + String.join(", ", differing)
              + "; move them or choose another folder");
    }
    Files.createDirectories(folder);
    for (Resource route : missing) {
      Files.write(
          folder.resolve(route.getFilename()),
          route.getContentAsByteArray(),
          StandardOpenOption.CREATE_NEW,
          StandardOpenOption.WRITE);
    }
    return packaged().length;
  }

  static Resource[] packaged() throws IOException {
    return new PathMatchingResourcePatternResolver().getResources(PACKAGED);
  }

  private static boolean isSame(Path file, Resource route) throws IOException {
    return Files.isRegularFile(file)
        && Arrays.equals(Files.readAllBytes(file), route.getContentAsByteArray());
  }
}
