package org.elastauth.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who may change a file is decided by the file, and by the folders above it. */
@EnabledOnOs({OS.LINUX, OS.MAC})
class FileRightsTest {
  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void create() throws Exception {
    file = file(folder.resolve("file"));
  }

  /** With the rights that a umask of 022 leaves, whatever the umask is. */
  private static Path file(Path path) throws Exception {
    return allow(Files.writeString(path, ""), "rw-r--r--");
  }

  private static Path allow(Path path, String rights) throws Exception {
    return Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(rights));
  }

  @ParameterizedTest
  @CsvSource({
    "rw-------, OWNER",
    "rw-r--r--, OWNER",
    "rwxr-xr-x, OWNER",
    "r--r--r--, OWNER",
    "rw-rw-rw-, EVERYBODY",
    "rw-r---w-, EVERYBODY"
  })
  void theFile(String rights, FileRights expected) throws Exception {
    allow(file, rights);
    assertThat(FileRights.of(file)).isEqualTo(expected);
  }

  /** The group root owns the files of containers; other groups are people. */
  @Test
  void theGroup() throws Exception {
    allow(file, "rw-rw-r--");
    boolean isRoot = Files.getAttribute(file, "unix:gid").equals(0);
    assertThat(FileRights.of(file)).isEqualTo(isRoot ? FileRights.OWNER : FileRights.GROUP);
    if (isRoot && Files.getAttribute(file, "unix:uid").equals(0)) {
      Files.setAttribute(file, "unix:gid", 1000);
      assertThat(FileRights.of(file)).isEqualTo(FileRights.GROUP);
    }
  }

  @Test
  void aFolderAboveIt() throws Exception {
    Path inner = Files.createDirectories(folder.resolve("a/b"));
    Path deep = file(inner.resolve("file"));
    assertThat(FileRights.of(deep)).isEqualTo(FileRights.OWNER);
    allow(folder.resolve("a"), "rwxrwxrwx");
    assertThat(FileRights.of(deep)).as("b can be replaced").isEqualTo(FileRights.EVERYBODY);
    Files.setAttribute(folder.resolve("a"), "unix:mode", 01777);
    assertThat(FileRights.of(deep)).as("sticky, as /tmp").isEqualTo(FileRights.OWNER);
    assertThat(FileRights.of(folder.resolve("a"))).as("itself").isEqualTo(FileRights.EVERYBODY);
  }

  /** As Kubernetes mounts a ConfigMap; the mode of a link is always 0777. */
  @Test
  void aLinkIsWhatItLeadsTo() throws Exception {
    Path target = Files.createDirectory(folder.resolve("..2026"));
    Path real = file(target.resolve("config.yml"));
    Files.createSymbolicLink(folder.resolve("..data"), target.getFileName());
    Path link = folder.resolve("config.yml");
    Files.createSymbolicLink(link, Path.of("..data/config.yml"));
    assertThat(FileRights.of(link)).isEqualTo(FileRights.OWNER);
    allow(real, "rw-rw-rw-");
    assertThat(FileRights.of(link)).isEqualTo(FileRights.EVERYBODY);
    allow(real, "rw-r--r--");
    Path open = Files.createDirectory(folder.resolve("open"));
    allow(open, "rwxrwxrwx");
    Path exposed = Files.createSymbolicLink(open.resolve("link"), real);
    assertThat(FileRights.of(exposed))
        .as("the link can be replaced")
        .isEqualTo(FileRights.EVERYBODY);
  }

  @Test
  void whatIsMissingOrReadOnlyChangesNobody() {
    assertThat(FileRights.of(folder.resolve("none"))).isEqualTo(FileRights.OWNER);
    assertThat(FileRights.of(folder.resolve("none/none"))).isEqualTo(FileRights.OWNER);
    assertThat(FileRights.of(Path.of("/proc/self/status"))).isEqualTo(FileRights.OWNER);
  }
}
