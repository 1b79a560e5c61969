package org.elastauth.routes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.elastauth.config.Fault;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A folder over the routes in the jar. */
class RouteSetTest {
  @TempDir Path folder;

  private Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private static String caller(String endpoint) {
    return "- route: {id: mine, from: {uri: 'direct:mine', steps: [{to: {uri: '%s'}}]}}\n"
        .formatted(endpoint);
  }

  private RouteSet used(String... packaged) {
    return RouteSet.read(folder)
        .used(Set.of(packaged)::contains, text -> text.replace("{{cache}}", "hybrid"));
  }

  @Test
  void aFileReplacesThePackagedOneOfItsNameAndOthersAreAdded() throws IOException {
    write("health.camel.yaml", "# mine");
    write("mine.camel.yaml", "# mine");
    write("README.md", "# mine");
    RouteSet set = RouteSet.read(folder);
    assertThat(set.own())
        .extracting(RouteFile::place)
        .containsExactly(folder + "/health.camel.yaml", folder + "/mine.camel.yaml");
    assertThat(set.files().get("health.camel.yaml").text()).isEqualTo("# mine");
    assertThat(set.files().get("metrics.camel.yaml").place())
        .isEqualTo("classpath:routes/metrics.camel.yaml");
    assertThat(set.pattern())
        .contains("file:" + folder + "/health.camel.yaml", "classpath:routes/metrics.camel.yaml")
        .doesNotContain("classpath:routes/health.camel.yaml");
  }

  @Test
  void aCopyCountsAsPackaged() throws IOException {
    RouteExport.to(folder);
    assertThat(RouteSet.read(folder).isPackaged()).isTrue();
  }

  @Test
  void aPackagedFileIsLoadedIfAFileOfOnesOwnCallsIt() throws IOException {
    write("mine.camel.yaml", caller("direct:cache-{{cache}}-get"));
    assertThat(used("metrics.camel.yaml", "mine.camel.yaml").files().keySet())
        .containsExactly(
            "cache-hybrid.camel.yaml",
            "cache-memory.camel.yaml",
            "cache-redis.camel.yaml",
            "metrics.camel.yaml",
            "mine.camel.yaml");
  }

  @Test
  void whatThePackagedRoutesCallInAChosenBranchIsLeftToTheConfiguration() throws IOException {
    write("mine.camel.yaml", caller("direct:identity-oidc-token"));
    assertThat(used("mine.camel.yaml").files().keySet())
        .containsExactly("identity-oidc.camel.yaml", "mine.camel.yaml");
  }

  @Test
  void anUnreadableYamlCallsNothing() throws IOException {
    write("mine.camel.yaml", "- route: [direct:cache-redis-get");
    assertThat(used("mine.camel.yaml").files().keySet()).containsExactly("mine.camel.yaml");
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void aFileThatMustNotBeUsedIsNamed() throws IOException {
    Files.write(folder.resolve("binary.camel.yaml"), new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1});
    write("large.camel.yaml", "# " + "x".repeat(1 << 20));
    Files.setPosixFilePermissions(
        write("open.camel.yaml", "# open"), PosixFilePermissions.fromString("rw-rw-rw-"));
    Files.createDirectory(folder.resolve("folder.camel.yaml"));
    Files.createSymbolicLink(
        folder.resolve("link.camel.yaml"), Path.of("pom.xml").toAbsolutePath());
    Files.createSymbolicLink(folder.resolve("loose.camel.yaml"), Path.of("nowhere"));
    List<Fault> faults = RouteSet.read(folder).faults();
    assertThat(faults)
        .extracting(Fault::mend)
        .satisfiesExactly(
            fault -> assertThat(fault).contains("binary.camel.yaml is not UTF-8 text"),
            fault -> assertThat(fault).contains("folder.camel.yaml is not a file"),
            fault -> assertThat(fault).contains("large.camel.yaml is larger than 1 MiB"),
            fault -> assertThat(fault).contains("link.camel.yaml is a link to a file outside"),
            fault -> assertThat(fault).contains("open.camel.yaml can be changed by every user"));
  }

  /** Kubernetes mounts a ConfigMap as links to links. */
  @Test
  void aLinkWithinTheFolderIsRead() throws IOException {
    Files.createDirectory(folder.resolve("..data"));
    Files.writeString(folder.resolve("..data/mine.camel.yaml"), "# mine");
    Files.createSymbolicLink(folder.resolve("mine.camel.yaml"), Path.of("..data/mine.camel.yaml"));
    RouteSet set = RouteSet.read(folder);
    assertThat(set.faults()).isEmpty();
    assertThat(set.own()).extracting(RouteFile::text).containsExactly("# mine");
  }

  @Test
  void withoutAFolderThereAreThePackagedFilesAlone() {
    assertThat(RouteSet.read(null).used(name -> true, UnaryOperator.identity()).isPackaged())
        .isTrue();
    assertThat(RouteSet.in(folder.resolve("nowhere"))).isEmpty();
  }
}
