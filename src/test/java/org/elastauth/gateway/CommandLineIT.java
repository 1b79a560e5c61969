package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.elastauth.routes.BrokenRoutes;
import org.elastauth.server.PackagedJar;
import org.elastauth.server.RedisServer;
import org.elastauth.server.TestGateway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** SPEC 11: the options of the packaged jar, and where its routes come from. */
@Timeout(180)
class CommandLineIT {
  @TempDir Path folder;

  private PackagedJar jar(String... arguments) {
    return PackagedJar.run(folder, Map.of(), arguments);
  }

  private void exportTo(Path routes) throws Exception {
    try (PackagedJar jar = jar("--export-routes", routes.toString())) {
      assertThat(jar.exitCode()).as(jar.output()).isZero();
    }
  }

  @Test
  void helpNamesTheOptions() throws Exception {
    try (PackagedJar jar = jar("--help")) {
      assertThat(jar.exitCode()).isZero();
      assertThat(jar.output())
          .contains(
              "--generateKey",
              "--check-config",
              "--export-routes DIR",
              "--diff-routes",
              "--elastauth.");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "--chek-config, 1, unknown option --chek-config; did you mean --check-config?",
    "check-config, 2, unknown command check-config; did you mean check?",
    "--cache.type=redis, 1, unknown option --cache.type",
    "--export-routes, 1, --export-routes requires DIR",
    "export-routes, 2, export-routes requires DIR"
  })
  void anUnknownOptionIsOneMessage(String option, int code, String message) throws Exception {
    try (PackagedJar jar = jar(option)) {
      assertThat(jar.exitCode()).isEqualTo(code);
      assertThat(jar.output().lines()).singleElement().asString().startsWith(message);
    }
  }

  @Test
  void exportingWritesThePackagedRoutesAndOverwritesNothing() throws Exception {
    Path routes = folder.resolve("new/routes");
    exportTo(routes);
    try (Stream<Path> files = Files.list(Path.of("routes"))) {
      for (Path file : (Iterable<Path>) files::iterator) {
        assertThat(routes.resolve(file.getFileName())).hasSameBinaryContentAs(file);
      }
    }
    exportTo(routes); // the same again is no harm

    Files.writeString(routes.resolve("health.camel.yaml"), "# mine");
    Files.delete(routes.resolve("metrics.camel.yaml"));
    try (PackagedJar jar = jar("--export-routes=" + routes)) {
      assertThat(jar.exitCode()).isEqualTo(1);
      assertThat(jar.output().lines())
          .singleElement()
          .asString()
          .contains("nothing was written")
          .contains("health.camel.yaml");
    }
    assertThat(routes.resolve("health.camel.yaml")).hasContent("# mine");
    assertThat(routes.resolve("metrics.camel.yaml")).doesNotExist();
  }

  @Test
  void exportingToAFileIsOneMessage() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "");
    try (PackagedJar jar = jar("--export-routes", file.toString())) {
      assertThat(jar.exitCode()).isEqualTo(1);
      assertThat(jar.output().lines()).singleElement().asString().contains("--export-routes: ");
    }
  }

  @Test
  void checkingAValidConfigurationStartsNothing() throws Exception {
    Files.writeString(
        folder.resolve("application.yaml"),
        """
        elastauth:
          cahce: {type: redis}
          secret_key: "${KEY_FROM_THE_ENVIRONMENT}"
        """);
    // neither the port, which is taken, nor Redis, which is not there, is touched
    try (ServerSocket taken = new ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress());
        PackagedJar jar =
            PackagedJar.run(
                folder,
                Map.of(
                    "KEY_FROM_THE_ENVIRONMENT",
                    TestGateway.KEY,
                    "ELASTAUTH_LISTEN",
                    "127.0.0.1:" + taken.getLocalPort(),
                    "ELASTAUTH_REDIS_HOST",
                    "127.0.0.1:" + RedisServer.freePort(),
                    "ELASTAUTH_REDIS_PASWORD",
                    "a-secret",
                    "ELASTAUTH_SERVICE_HOST",
                    "10.0.0.1",
                    "ELASTAUTH_PORT_5000_TCP",
                    "tcp://10.0.0.1:5000"),
                "--check-config")) {
      assertThat(jar.exitCode()).as(jar.output()).isZero();
      assertThat(jar.output().lines())
          .endsWith("configuration is valid")
          .noneMatch(line -> line.contains("ERROR") || line.contains("Redis connection"));
      assertThat(jar.output())
          .contains(
              "Unknown setting elastauth.cahce.type is ignored; did you mean elastauth.cache.type?")
          .contains("ELASTAUTH_REDIS_PASWORD is ignored; did you mean ELASTAUTH_REDIS_PASSWORD?")
          .doesNotContain("a-secret", "SERVICE_HOST", "ELASTAUTH_PORT");
    }
  }

  @Test
  void whatStandsBesideElastauthIsNamed() throws Exception {
    Files.writeString(
        folder.resolve("application.yaml"),
        "elastuth: {default_roles: [viewer]}\ncache: {type: redis}\nlogging: {level: {x: warn}}\n");
    try (PackagedJar jar = jar("--check-config")) {
      assertThat(jar.exitCode()).as(jar.output()).isZero();
      assertThat(jar.output())
          .contains("elastuth.default_roles is ignored; did you mean elastauth.default_roles?")
          .contains("cache.type is ignored; did you mean elastauth.cache.type?")
          .doesNotContain("logging");
    }
  }

  /** A context would take several times as long. */
  @Test
  void checkingCreatesNoContext() throws Exception {
    String message = "Creating shared instance of singleton bean";
    String debug = "--logging.level.org.springframework.beans=debug";
    try (PackagedJar jar = jar("--check-config", debug)) {
      assertThat(jar.exitCode()).as(jar.output()).isZero();
      assertThat(jar.output()).endsWith("configuration is valid\n").doesNotContain(message);
    }
    exportTo(folder.resolve("routes"));
    try (PackagedJar jar = jar("--check-config", debug)) {
      assertThat(jar.exitCode()).as(jar.output()).isZero();
      assertThat(jar.output()).as("the same routes").doesNotContain(message);
    }
    Path live = folder.resolve("routes/health.camel.yaml");
    Files.writeString(live, Files.readString(live).replace("\"live\"", "\"mine\""));
    try (PackagedJar jar = jar("--check-config", debug)) {
      assertThat(jar.exitCode()).as(jar.output()).isZero();
      assertThat(jar.output()).as("an edited route").doesNotContain(message);
    }
  }

  /** application.yaml is read as at a start, whatever Spring is told. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "application.yaml",
        "application.yml",
        "application-default.yaml",
        "config/application.yaml",
        "other/application.yaml"
      })
  void checkingReadsTheFilesThatAStartReads(String name) throws Exception {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(
        file, "elastauth: {listen: nowhere}\n---\nelastauth: {cache: {type: nothing}}\n");
    String location = "--spring.config.additional-location=file:./other/";
    try (PackagedJar jar =
        name.startsWith("other") ? jar("--check-config", location) : jar("--check-config")) {
      assertThat(jar.exitCode()).isEqualTo(1);
      assertThat(jar.output())
          .contains("listen=***: is not", "cache.type=nothing: no route serves");
    }
  }

  /** A secret in the wrong place. */
  @Test
  void aStrayArgumentIsNotShown() throws Exception {
    try (PackagedJar jar = jar("--check-config", "hunter2")) {
      assertThat(jar.exitCode()).isEqualTo(1);
      assertThat(jar.output()).startsWith("unknown argument ***").doesNotContain("hunter2");
    }
  }

  /** SPEC 8: bad configuration. */
  @Test
  void checkingNamesEveryFault() throws Exception {
    Files.writeString(
        folder.resolve("application.yaml"),
        "elastauth: {listen: nowhere, cache: {type: file}, credential: {scope: 'a b'}}");
    try (PackagedJar jar = jar("--check-config")) {
      assertThat(jar.exitCode()).isEqualTo(1);
      assertThat(jar.output())
          .contains("listen=***: is not of the form host:port")
          .contains("cache.path: is missing; set the folder of the entries")
          .contains("credential.scope=***: takes at most 64")
          .doesNotContain("valid", "\tat ");
    }
  }

  @Test
  void aFileThatIsNoYamlIsOneMessageWithoutItsText() throws Exception {
    Files.writeString(
        folder.resolve("application.yaml"),
        "elastauth:\n  redis: {password: a-secret\n  listen: x\n");
    try (PackagedJar jar = jar("--check-config")) {
      assertThat(jar.exitCode()).isEqualTo(1);
      assertThat(jar.output().lines())
          .singleElement()
          .asString()
          .contains("application.yaml: line 3 is not YAML");
      assertThat(jar.output()).doesNotContain("a-secret");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "bean: {ref: noSuchBean}|routes/mine.camel.yaml:6: there is no bean noSuchBean",
        "too: direct:a|routes/mine.camel.yaml:6: there is no step too; did you mean to?"
      })
  void aRouteThatCannotRunIsOneMessage(String step, String message) throws Exception {
    Files.writeString(
        Files.createDirectory(folder.resolve("routes")).resolve("mine.camel.yaml"),
        """
        - route:
            id: mine
            from:
              uri: direct:mine
              steps:
                - %s
        """
            .formatted(step));
    try (PackagedJar jar = jar("--check-config")) {
      assertThat(jar.exitCode()).isEqualTo(1);
      assertThat(jar.output().lines().filter(line -> line.contains("ERROR")))
          .singleElement()
          .asString()
          .contains(message);
      assertThat(jar.output()).doesNotContain("\tat ");
    }
  }

  /** Neither settings nor a secret key are needed. */
  @Test
  void checkingRoutesNamesEachFaultOrCountsTheFiles() throws Exception {
    Path mine = Files.createDirectory(folder.resolve("routes")).resolve(BrokenRoutes.FILE);
    Files.writeString(mine, BrokenRoutes.route("mine", "direct:mine", "logg: a", "to: direct:b"));
    try (PackagedJar jar = jar("--check-routes")) {
      assertThat(jar.exitCode()).isEqualTo(1);
      assertThat(jar.output().lines())
          .containsExactly(
              "routes/mine.camel.yaml:6: there is no step logg; did you mean log?",
              "routes/mine.camel.yaml:7: no route serves direct:b; correct the name, or add the file"
                  + " that serves it");
    }
    Files.writeString(
        mine,
        "- beans: [{name: list, type: java.util.ArrayList}]\n"
            + BrokenRoutes.route("mine", "direct:mine", "log: '{{my.text}}'"));
    Files.writeString(mine.resolveSibling("other.yaml"), "");
    String missing = "routes/mine.camel.yaml:7: the setting of {{my.text}} is missing; set ";
    String ignored = "not loaded: routes/other.yaml: its name does not end with .camel.yaml";
    try (PackagedJar jar = jar("--check-routes")) {
      assertThat(jar.exitCode()).isEqualTo(1);
      assertThat(jar.output().lines())
          .hasSize(2)
          .anyMatch(line -> line.startsWith(missing))
          .anyMatch(line -> line.startsWith(ignored));
    }
    // a folder that is named may run with other settings
    try (PackagedJar jar = jar("--check-routes", "routes")) {
      assertThat(jar.exitCode()).as(jar.output()).isZero();
      assertThat(jar.output().lines())
          .hasSize(3)
          .anyMatch(line -> line.startsWith(missing))
          .anyMatch(line -> line.startsWith(ignored))
          .last()
          .asString()
          .matches(
              "valid route files: \\d+, of which the configuration uses \\d+; yours:"
                  + " routes/mine.camel.yaml");
    }
  }

  @Test
  void aFileOfTheFolderRoutesReplacesThePackagedOne() throws Exception {
    Path live = Files.createDirectory(folder.resolve("routes")).resolve("health.camel.yaml");
    String packaged = Files.readString(Path.of("routes/health.camel.yaml"));
    Files.writeString(live, packaged.replace("\"live\"", "\"mine\""));
    Files.copy(Path.of("routes/metrics.camel.yaml"), folder.resolve("routes/metrics.camel.yaml"));
    try (PackagedJar jar = jar("--diff-routes")) {
      assertThat(jar.exitCode()).isZero();
      assertThat(jar.output().lines())
          .startsWith("--- classpath:routes/health.camel.yaml", "+++ routes/health.camel.yaml")
          .anyMatch(line -> line.startsWith("+") && line.contains("\"mine\""))
          .endsWith(
              "same as in the jar: routes/metrics.camel.yaml; delete it, so that an upgrade can change it");
    }
    String output = assertServes("\"mine\"", "routes/health.camel.yaml", "none");
    assertThat(output).contains("Route files equal those in the jar", "files=\"1\"");
  }

  @Test
  void aFolderRoutesWithoutRoutesLeavesThoseInTheJar() throws Exception {
    Files.writeString(Files.createDirectory(folder.resolve("routes")).resolve("mine.yml"), "none");
    String exclude = "--camel.main.routes-exclude-pattern=**/metrics*,**/no*";
    assertThat(assertServes("\"live\"", "none", "none", exclude))
        .containsOnlyOnce("routes/mine.yml")
        .contains("rename it to mine.camel.yaml");
  }

  /** Neither are special characters a pattern, nor does Camel search the folder. */
  @Test
  void theFolderThatIsNamedWinsOverTheFolderRoutes() throws Exception {
    Files.writeString(
        Files.createDirectory(folder.resolve("routes")).resolve("broken.camel.yaml"), "no route");
    Path named = Files.createDirectory(folder.resolve("my [routes], *"));
    Files.writeString(
        named.resolve("is it {{mine}}?.camel.yaml"),
        "- from: {uri: 'platform-http:/metrics/mine', steps: [{setBody: {constant: mine}}]}");
    assertServes(
        "\"live\"",
        "none",
        "my [routes], */is it {{mine}}?.camel.yaml",
        "--elastauth.routes=file:my [routes], */");
  }

  /** Starts the gateway, with routes that nothing prevents from being reloaded. */
  private String assertServes(String live, String replacing, String added, String... arguments)
      throws Exception {
    int port = RedisServer.freePort();
    try (PackagedJar jar =
        PackagedJar.runDownloaded(
            folder,
            Map.of(
                "ELASTAUTH_LISTEN",
                (added.equals("none") ? "127.0.0.1:" : ":") + port,
                "ELASTAUTH_ROUTES_RELOAD",
                "TRUE",
                "LOG_LEVEL",
                "INFO"),
            arguments)) {
      jar.awaitReady(port);
      assertThat(jar.get(port, "/elastauth/live").body()).contains(live);
      assertThat(jar.get(port, "/metrics").statusCode())
          .isEqualTo(String.join("", arguments).contains("exclude") ? 404 : 200);
      assertThat(jar.output().lines().filter(line -> line.contains("Routes loaded")))
          .singleElement()
          .asString()
          .contains("replacing=\"" + replacing + "\" added=\"" + added + "\"");
      assertThat(jar.output())
          .contains("anyone with write access to the folder can bypass the login");
      return jar.output();
    }
  }

  @Test
  void aNamedFolderThatDoesNotExistIsAFault() throws Exception {
    try (PackagedJar jar = jar("--elastauth.routes=nowhere")) {
      assertThat(jar.exitCode()).isEqualTo(1);
      assertThat(jar.output()).contains("routes: nowhere is not a readable folder");
    }
  }
}
