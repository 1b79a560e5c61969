package org.elastauth.kubernetes;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;

/** Builds a folder with the program that is installed. */
final class Kustomize {
  static final Path FOLDER = Path.of("docker", "kubernetes");
  private static final List<List<String>> PROGRAMS =
      List.of(List.of("kubectl", "kustomize"), List.of("kustomize", "build"));

  private Kustomize() {}

  static List<Manifest> build(Path folder) throws IOException, InterruptedException {
    for (List<String> program : PROGRAMS) {
      Process process = start(program, folder);
      if (process != null) {
        String objects =
            new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
          throw new AssertionError(objects);
        }
        return Manifest.in(objects);
      }
    }
    return Assumptions.abort("Neither kubectl nor kustomize is installed");
  }

  /** The overlay with components. */
  static List<Manifest> build(String overlay, List<String> components)
      throws IOException, InterruptedException {
    Path folder = Files.createDirectories(Path.of("target", "kustomize", components.get(0)));
    Path shipped = folder.toAbsolutePath().relativize(FOLDER.toAbsolutePath());
    Files.writeString(
        folder.resolve("kustomization.yaml"),
        "resources: [%s/overlays/%s]%ncomponents: [%s]%n"
            .formatted(
                shipped,
                overlay,
                components.stream()
                    .map(component -> shipped + "/components/" + component)
                    .collect(Collectors.joining(", "))));
    return build(folder);
  }

  private static Process start(List<String> program, Path folder) {
    List<String> command = new ArrayList<>(program);
    command.add(folder.toString());
    try {
      return new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException notInstalled) {
      return null;
    }
  }
}
