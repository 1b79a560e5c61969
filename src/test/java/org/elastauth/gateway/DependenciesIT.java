package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Test;

/** The list that is compared with security advisories is what the jar contains. */
class DependenciesIT {
  private static final String LIBRARIES = "BOOT-INF/lib/";

  @Test
  void theListOfLibrariesIsTrue() throws IOException {
    List<String> listed =
        Files.readAllLines(Path.of(".ci", "dependencies.txt")).stream()
            .map(line -> line.split(":"))
            .map(library -> library[1] + "-" + library[2] + ".jar")
            .toList();
    try (JarFile jar = new JarFile("target/elastauth.jar")) {
      assertThat(
              jar.stream()
                  .map(entry -> entry.getName())
                  .filter(name -> name.startsWith(LIBRARIES) && name.endsWith(".jar"))
                  .map(name -> name.substring(LIBRARIES.length()))
                  // Spring Boot adds it to the jar that it makes
                  .filter(name -> !name.startsWith("spring-boot-jarmode-tools-")))
          .as("run .ci/dependencies after a change of pom.xml")
          .containsExactlyInAnyOrderElementsOf(listed);
    }
  }
}
