package org.elastauth.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** As the user of the image sees files of root, which builds the tests in a container. */
class ReadAccessTest {
  private static final String JAVA =
      Path.of(System.getProperty("java.home"), "bin", "java").toString();

  @TempDir private Path folder;

  /** Prints why a file cannot be read. */
  static final class Print {
    private Print() {}

    public static void main(String... paths) {
      for (String path : paths) {
        Path file = Path.of(path);
        System.out.println(ReadAccess.isDenied(file) ? ReadAccess.reason(file) : "fine");
      }
    }
  }

  @BeforeEach
  void allowTheFolder() throws IOException {
    allow(folder, "rwxr-xr-x");
    Path classes = Files.createDirectories(folder.resolve("classes/org/elastauth/config"));
    for (Class<?> each : List.of(ReadAccess.class, Print.class)) {
      String name = each.getName().substring(each.getPackageName().length() + 1) + ".class";
      Files.write(classes.resolve(name), each.getResourceAsStream(name).readAllBytes());
    }
  }

  private static Path allow(Path path, String rights) throws IOException {
    return Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(rights));
  }

  private List<String> print(Path... paths) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of("setpriv", "--reuid=10001", "--regid=10002", "--clear-groups", JAVA));
    command.addAll(List.of("-cp", folder.resolve("classes").toString(), Print.class.getName()));
    for (Path path : paths) {
      command.add(path.toString());
    }
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    List<String> output =
        new String(process.getInputStream().readAllBytes(), UTF_8).lines().toList();
    assertThat(process.waitFor()).as("%s", output).isZero();
    return output;
  }

  @Test
  void whatKeepsAUserFromAFileIsNamedWithItsNumbers() throws Exception {
    Assumptions.assumeTrue(
        Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0)
            && Files.isExecutable(Path.of("/usr/bin/setpriv")),
        "only root on Linux can become another user");
    Path secret = allow(Files.writeString(folder.resolve("secret"), "x"), "rw-------");
    Path open = allow(Files.writeString(folder.resolve("open"), "x"), "rw-r--r--");
    Path closed = Files.createDirectories(folder.resolve("closed/inner"));
    Path inside = Files.writeString(closed.resolve("file"), "x");
    allow(closed.getParent(), "rw-r--r--");
    assertThat(
            print(
                secret,
                open,
                inside,
                closed.getParent(),
                folder.resolve("none"),
                Path.of("x".repeat(300))))
        .containsExactly(
            reason(secret, "0600"),
            "fine",
            reason(closed.getParent(), "0644"),
            reason(closed.getParent(), "0644"),
            "fine",
            "fine");
  }

  private static String reason(Path path, String mode) {
    return "cannot be read by this process (uid 10001, gid 10002): "
        + path
        + " has mode "
        + mode
        + ", uid 0, gid 0; correct its rights";
  }
}
