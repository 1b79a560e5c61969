package org.elastauth.routes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.elastauth.config.Fault;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A folder over the routes in the jar. */
class RouteSetTest {
  @TempDir Path folder;
  private String excluded = "";

  private Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private static String caller(String endpoint) {
    return "- route: {id: mine, from: {uri: 'direct:mine', steps: [{to: {uri: '%s'}}]}}\n"
        .formatted(endpoint);
  }

  private RouteSet used(String... packaged) {
    return RouteSet.read(folder)
        .used(
            Set.of(packaged)::contains,
            file -> file.name().equals(excluded),
            text -> text.replace("{{cache}}", "hybrid"));
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
    assertThat(set.replacing()).extracting(RouteFile::name).containsExactly("health.camel.yaml");
    assertThat(set.added()).extracting(RouteFile::name).containsExactly("mine.camel.yaml");
  }

  @Test
  void theDifferenceIsShownAsAPatch() throws IOException {
    String health = RouteSet.packaged("health.camel.yaml").text();
    write("health.camel.yaml", health.replace("\"live\"", "\"mine\""));
    write("mine.camel.yaml", "# mine");
    write("mine.yaml", "# mine");
    assertThat(RouteDiff.of(RouteSet.read(folder)))
        .startsWith(
            "--- classpath:routes/health.camel.yaml", "+++ " + folder + "/health.camel.yaml")
        .anyMatch(line -> line.startsWith("-") && line.contains("\"live\""))
        .anyMatch(line -> line.startsWith("+") && line.contains("\"mine\""))
        .endsWith(
            "added: " + folder + "/mine.camel.yaml",
            "not loaded: "
                + folder
                + "/mine.yaml: its name does not end with .camel.yaml; rename it to mine.camel.yaml");
  }

  @Test
  void aCopyCountsAsPackaged() throws IOException {
    RouteExport.to(folder);
    RouteSet set = RouteSet.read(folder);
    assertThat(set.isPackaged()).isTrue();
    assertThat(set.copies()).isEqualTo(set.files().keySet());
    assertThat(RouteDiff.of(set))
        .hasSameSizeAs(set.copies())
        .contains(
            "same as in the jar: "
                + folder
                + "/health.camel.yaml; delete it, so that an upgrade can change it");
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

  /** The form that Kaoto saves. */
  @Test
  void aNameAmongTheParametersIsACall() throws IOException {
    write(
        "mine.camel.yaml",
        "- route: {id: mine, from: {uri: direct, parameters: {name: mine}, steps:"
            + " [{to: {uri: direct, parameters: {name: 'cache-none-get'}}}]}}");
    assertThat(used("mine.camel.yaml").files().keySet())
        .containsExactly("cache-none.camel.yaml", "mine.camel.yaml");
  }

  @Test
  void aFileThatIsCalledMayCallOthers() throws IOException {
    write("mine.camel.yaml", caller("direct:identity-oidc-token"));
    assertThat(used("mine.camel.yaml").files().keySet())
        .containsExactly("identity-oidc.camel.yaml", "mine.camel.yaml");
  }

  /** Kaoto writes the name of an endpoint as a parameter. */
  @Test
  void anEndpointMayBeWrittenInEachFormOfCamel() throws IOException {
    write(
        "mine.camel.yaml",
        """
        - from:
            uri: direct
            parameters: {name: mine}
            steps:
              - to: direct:cache-none-get
              - to: {uri: direct, parameters: {name: cache-none-put}}
              - toD: {uri: "direct:cache-none-delete?block=false"}
              - log: {message: "direct:metrics is not called"}
              - process: {ref: singleFlight, description: Runs direct:credential-reconcile}
              - choice:
                  precondition: true
                  when:
                    - {simple: "'a' == 'b'", steps: [{to: {uri: 'direct:live'}}]}
                  otherwise:
                    steps:
                      - to: direct:absent
        """);
    RouteCalls calls = RouteCalls.of(RouteSet.read(folder).files(), UnaryOperator.identity());
    assertThat(calls.served()).containsKey("mine");
    assertThat(calls.endpoints().get("mine.camel.yaml").called())
        .containsExactly(
            "absent",
            "cache-none-delete",
            "cache-none-get",
            "cache-none-put",
            "credential-reconcile");
    assertThat(calls.missing()).contains("absent").doesNotContain("cache-none-get");
    write(
        "template.camel.yaml",
        "- routeTemplate: {id: t, from: {uri: 'direct:abs{{x}}', steps: [{log: a}]}}");
    assertThat(RouteCalls.of(RouteSet.read(folder).files(), UnaryOperator.identity()).missing())
        .doesNotContain("absent");
  }

  /** An alias may lead back to what contains it. */
  @Test
  void aCircleOfAliasesEnds() throws IOException {
    write("mine.camel.yaml", "- &a {route: {from: {uri: 'direct:mine', steps: [*a]}}}");
    assertThat(used("mine.camel.yaml").files().keySet()).containsExactly("mine.camel.yaml");
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
            fault -> assertThat(fault).contains("loose.camel.yaml is a link to a file that does"),
            fault -> assertThat(fault).contains("open.camel.yaml can be changed by every user"));
  }

  @Test
  void onlyTheBranchesThatTheConfigurationChoosesCall() throws IOException {
    write(
        "mine.camel.yaml",
        """
        - from:
            uri: direct:mine
            steps:
              - choice:
                  precondition: true
                  when:
                    - simple: "'{{cache}}' == 'redis'"
                      steps: [{to: 'direct:rate-limit'}]
                    - simple: "'{{cache}}' == 'hybrid'"
                      steps: [{to: 'direct:session-memory-get'}]
                  otherwise:
                    steps: [{to: 'direct:cache-redis-get'}]
        """);
    assertThat(used("mine.camel.yaml").files().keySet())
        .containsExactly("mine.camel.yaml", "session-memory.camel.yaml");
  }

  @Test
  void aFileThatIsNotLoadedIsNamed() throws IOException {
    write("mine.yaml", "# mine");
    write("other.camel.yml", "# mine");
    write("expiry.camel.yaml", "# mine");
    write("metrics.camel.yaml", "# mine");
    write(".hidden.camel.yaml", "# mine");
    write("..data.yaml", "# mine");
    write("README.md", "# mine");
    excluded = "metrics.camel.yaml";
    assertThat(used("metrics.camel.yaml").ignored())
        .hasSize(4)
        .hasEntrySatisfying(folder + "/mine.yaml", is("rename it to mine.camel.yaml"))
        .hasEntrySatisfying(folder + "/other.camel.yml", is("rename it to other.camel.yaml"))
        .hasEntrySatisfying(folder + "/expiry.camel.yaml", is("does not use"))
        .hasEntrySatisfying(folder + "/metrics.camel.yaml", is("excludes it"));
  }

  private static Consumer<String> is(String part) {
    return text -> assertThat(text).contains(part);
  }

  @Test
  void anExcludedFileIsNotLoadedForACallEither() throws IOException {
    write("mine.camel.yaml", caller("direct:rate-limit"));
    excluded = "rate-limit.camel.yaml";
    assertThat(used("mine.camel.yaml").files().keySet()).containsExactly("mine.camel.yaml");
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void aFolderThatMustNotBeUsedIsAFault() throws IOException {
    write("mine.camel.yaml", "# mine");
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThat(RouteSet.read(folder).faults())
        .singleElement()
        .asString()
        .contains(folder + " can be changed by every user");
    assertThat(RouteSet.read(folder.resolve("nowhere")).faults())
        .singleElement()
        .asString()
        .contains("nowhere is not a readable folder");
  }

  /** Special characters of a path are not a pattern. */
  @Test
  void anyNameIsAName() throws IOException {
    Path strange = Files.createDirectory(folder.resolve("a folder, of [my] *routes*?"));
    Files.writeString(strange.resolve("my [first] *?.camel.yaml"), "# mine");
    Files.writeString(strange.resolve("my.first.camel.yaml"), "# mine");
    RouteSet set = RouteSet.read(strange);
    assertThat(set.own())
        .extracting(RouteFile::place)
        .containsExactly(strange + "/my [first] *?.camel.yaml");
    assertThat(set.faults())
        .singleElement()
        .asString()
        .contains("my.first.camel.yaml has a dot before .camel.yaml");
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
    RouteSet set = RouteSet.read(null);
    assertThat(set.used(name -> true, file -> false, UnaryOperator.identity())).isEqualTo(set);
    assertThat(RouteSet.in(folder.resolve("nowhere"))).isEmpty();
  }
}
