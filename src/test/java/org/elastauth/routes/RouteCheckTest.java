package org.elastauth.routes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.elastauth.config.Fault;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What an operator reads about route files: every fault with its line, and nothing else. */
class RouteCheckTest {
  @TempDir Path folder;

  private List<String> faults(String... filesAndTexts) throws IOException {
    for (int i = 0; i < filesAndTexts.length; i += 2) {
      Files.writeString(folder.resolve(filesAndTexts[i]), filesAndTexts[i + 1]);
    }
    return RouteCheck.of(RouteSet.read(folder)).stream()
        .map(Fault::toString)
        .map(fault -> fault.replace(folder + "/", ""))
        .toList();
  }

  static Stream<BrokenRoutes.Broken> broken() {
    return BrokenRoutes.all();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("broken")
  void namesEachFaultWithItsLine(BrokenRoutes.Broken broken) throws IOException {
    List<String> faults = faults(BrokenRoutes.FILE, broken.text());
    assertThat(faults)
        .as(String.join("\n", faults))
        .hasSameSizeAs(broken.faults())
        .zipSatisfy(
            broken.faults(),
            (fault, expected) ->
                assertThat(fault)
                    .startsWith(BrokenRoutes.FILE + ":" + expected.replaceFirst("(?s) .*", " "))
                    .contains(expected.replaceFirst("^\\d+: ", ""))
                    .matches(".+; .+|.* is not one of .*|.* is not YAML.*|.*Simple language.*"));
  }

  @Test
  void thePackagedFilesHaveNoFault() {
    assertThat(RouteCheck.of(RouteSet.read(null), file -> true)).isEmpty();
  }

  @Test
  void copiesThatWereEditedHaveNoFault() throws IOException {
    for (RouteFile file : RouteSet.read(null).files().values()) {
      Files.writeString(folder.resolve(file.name()), "# edited\n" + file.text());
    }
    assertThat(faults()).isEmpty();
  }

  /** Camel's own words for valid steps, which no rule of ours may refuse. */
  @Test
  void whatCamelCanDoIsNoFault() throws IOException {
    assertThat(
            faults(
                "mine.camel.yaml",
                Files.readString(Path.of("src/test/resources/valid.camel.yaml"))))
        .isEmpty();
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void namesAFileThatMustNotBeUsedAndChecksTheOthers() throws IOException {
    Files.write(folder.resolve("binary.camel.yaml"), new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1});
    Files.writeString(folder.resolve("large.camel.yaml"), "# " + "x".repeat(1 << 20));
    Files.createSymbolicLink(
        folder.resolve("link.camel.yaml"), Path.of("pom.xml").toAbsolutePath());
    Files.setPosixFilePermissions(
        Files.writeString(folder.resolve("open.camel.yaml"), "# open"),
        PosixFilePermissions.fromString("rw-rw-rw-"));
    assertThat(faults("mine.camel.yaml", BrokenRoutes.route("mine", "direct:mine", "logg: a")))
        .hasSize(5)
        .anySatisfy(fault -> assertThat(fault).contains("binary.camel.yaml is not UTF-8 text"))
        .anySatisfy(fault -> assertThat(fault).contains("large.camel.yaml is larger than 1 MiB"))
        .anySatisfy(fault -> assertThat(fault).contains("link.camel.yaml is a link"))
        .anySatisfy(fault -> assertThat(fault).contains("open.camel.yaml can be changed"))
        .anySatisfy(fault -> assertThat(fault).contains("mine.camel.yaml:6"));
  }

  @Test
  void aPackagedCallOfARouteThatAFileRemovesIsNamed() throws IOException {
    assertThat(
            faults(
                "rate-limit.camel.yaml",
                BrokenRoutes.route("rate-limit", "direct:rate-limit", "log: none")))
        .isNotEmpty()
        .allSatisfy(
            fault ->
                assertThat(fault)
                    .startsWith("classpath:routes/")
                    .contains("no route serves direct:rate-limit-check"));
  }

  @Test
  void aSetWithoutAFrontDoorIsNamed() throws IOException {
    assertThat(
            faults("front-door.camel.yaml", "- beans: [{name: my, type: java.util.ArrayList}]\n"))
        .anySatisfy(
            fault ->
                assertThat(fault)
                    .startsWith("routes: no route begins at platform-http:/elastauth"));
  }

  /** What a file serves that is not YAML is unknown, so its absence is no fault. */
  @Test
  void aBrokenFileCausesNoFaultInItsCallers() throws IOException {
    assertThat(
            faults(
                "callee.camel.yaml",
                BrokenRoutes.route("callee", "direct:callee", "log: [a"),
                "caller.camel.yaml",
                BrokenRoutes.route("caller", "direct:caller", "to: direct:callee")))
        .singleElement()
        .asString()
        .startsWith("callee.camel.yaml:");
  }

  /** As --check-routes does, with the line; a start leaves it to Camel. */
  @Test
  void aConstructorThatThrowsIsNamed() throws IOException {
    String file =
        "- beans:\n    - name: mine\n      type: %s\n    - {name: list, type: java.util.ArrayList}\n"
            .formatted(BrokenRoutes.Unusable.class.getName());
    assertThat(faults("mine.camel.yaml", file)).isEmpty();
    assertThat(BeanConstruction.faults(RouteSet.read(folder)))
        .singleElement()
        .hasToString(
            folder
                + "/mine.camel.yaml:3: the constructor of "
                + BrokenRoutes.Unusable.class.getName()
                + " throws IllegalStateException (this bean cannot be created); correct the class, or"
                + " what it needs");
  }

  /** A class that moves would be checked no more. */
  @Test
  void theClassesOfTypedPropertiesExist() {
    assertThat(PropertyFields.TYPES.values())
        .allSatisfy(type -> assertThat(BeanCatalog.load(type)).isPresent());
    assertThat(ContractProperty.names()).containsAll(PropertyFields.TYPES.keySet());
  }

  @Test
  void anAdapterMayBlockBehindTheThreadsOfItsGet() throws IOException {
    assertThat(
            faults(
                "cache-mine.camel.yaml",
                BrokenRoutes.route(
                        "cache-mine-get",
                        "direct:cache-mine-get",
                        "threads: {}",
                        "bean: {ref: fileCache, method: get}")
                    + BrokenRoutes.route(
                        "cache-mine-put",
                        "direct:cache-mine-put",
                        "bean: {ref: fileCache, method: put}")
                    + BrokenRoutes.route(
                        "cache-mine-renew",
                        "direct:cache-mine-renew",
                        "bean: {ref: fileCache, method: renew}")
                    + BrokenRoutes.route(
                        "cache-mine-delete",
                        "direct:cache-mine-delete",
                        "bean: {ref: fileCache, method: delete}"),
                "user-store-mine.camel.yaml",
                BrokenRoutes.route(
                    "user-store-mine",
                    "direct:user-store-mine",
                    "bean: {ref: userReconciler, method: reconcile}")))
        .isEmpty();
  }

  /** A megabyte of steps takes less than the time of a start. */
  @Test
  void aLargeFileIsChecked() throws IOException {
    String[] steps =
        Collections.nCopies(8_000, "setBody: {simple: \"${body} a\"}").toArray(String[]::new);
    assertThat(faults("mine.camel.yaml", BrokenRoutes.route("mine", "direct:mine", steps)))
        .isEmpty();
    List<String> wrong = new ArrayList<>(faults("mine.camel.yaml", "a: [".repeat(100_000)));
    assertThat(wrong).hasSize(1);
  }
}
