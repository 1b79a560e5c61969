package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.support.RouteWatcherReloadStrategy;
import org.awaitility.Awaitility;
import org.elastauth.server.TestGateway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** SPEC 11, routes_reload: a saved file runs at once, a broken one changes nothing. */
@ExtendWith(OutputCaptureExtension.class)
class RoutesReloadIT {
  @TempDir Path folder;

  private TestGateway start(boolean reload) throws IOException {
    try (Stream<Path> files = Files.list(Path.of("routes"))) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Files.copy(file, folder.resolve(file.getFileName()));
      }
    }
    return TestGateway.builder()
        .set("elasticsearch.dry_run", "true")
        .set("routes", folder.toString())
        .set("routes_reload", reload)
        .start();
  }

  private void edit(String file, String what, String by) throws IOException {
    String text = Files.readString(folder.resolve(file));
    assertThat(text).contains(what);
    Files.writeString(folder.resolve(file), text.replace(what, by));
  }

  private static void awaitLive(TestGateway gateway, String state) {
    Awaitility.await("live says " + state)
        .atMost(Duration.ofSeconds(30))
        .until(() -> gateway.get("/elastauth/live").body().contains(state));
  }

  private static void awaitOutput(CapturedOutput output, String text) {
    Awaitility.await(text)
        .atMost(Duration.ofSeconds(30))
        .until(() -> output.getOut().contains(text));
  }

  @Test
  void aSavedFileRunsAndABrokenOneKeepsTheOldRoutesAndSaysWhy(CapturedOutput output)
      throws Exception {
    try (TestGateway gateway = start(true)) {
      assertThat(isWatching(gateway)).isTrue();
      String authorization = gateway.login("reload.user");
      edit("health.camel.yaml", "\"live\"", "\"edited\"");
      awaitLive(gateway, "edited");

      // many a program empties a file before it writes it
      String whole = Files.readString(folder.resolve("health.camel.yaml"));
      Files.writeString(folder.resolve("health.camel.yaml"), "");
      Files.writeString(
          folder.resolve("health.camel.yaml"), whole.replace("edited", "edited again"));
      awaitLive(gateway, "edited again");
      assertThat(output.getOut()).doesNotContain("is invalid; its old routes");

      // no YAML, then a bean that does not exist, then a route that others call gone
      edit("health.camel.yaml", "- route:", "- route: [");
      awaitOutput(output, "health.camel.yaml, line 2");
      edit("health.camel.yaml", "- route: [", "- route:");
      edit("metrics.camel.yaml", "id: metrics-scrape-type", "id: metrics-scrape-types");
      awaitOutput(output, "Routes reloaded file=\"" + folder.resolve("metrics.camel.yaml"));
      edit("credential.camel.yaml", "ref: cacheKey", "ref: noSuchBean");
      awaitOutput(output, "No bean could be found in the registry for: noSuchBean");
      Files.delete(folder.resolve("cache-memory.camel.yaml"));
      awaitOutput(output, "no route serves direct:cache-memory-");
      assertThat(output.getOut()).contains("An edited route file is invalid");

      awaitLive(gateway, "edited");
      assertThat(gateway.login("reload.user")).isEqualTo(authorization);
      assertThat(gateway.decide("..").statusCode()).isEqualTo(400);
      assertThat(gateway.health().path("status").asText()).isEqualTo("degraded");
      assertThat(gateway.health().path("routes_invalid").asBoolean()).isTrue();
    }
  }

  /** Files of a user, and what the log says of them. */
  private static final Map<String, String> BROKEN = new LinkedHashMap<>();

  private static String route(String id, String from, String step) {
    return "- route:\n    id: %s\n    from:\n      uri: %s\n      steps:\n        - %s\n"
        .formatted(id, from, step);
  }

  private static String step(String step) {
    return route("mine", "direct:mine", step);
  }

  static {
    BROKEN.put("", "contains no route");
    BROKEN.put("\n\n", "contains no route");
    BROKEN.put("# a comment alone\n", "contains no route");
    BROKEN.put(step("log: hello").replace("    from", "  from"), "mine.camel.yaml, line 1");
    BROKEN.put(step("log: hello").replace("    from", "\tfrom"), "mine.camel.yaml, line 3");
    BROKEN.put(step("logg: hello"), "logg");
    BROKEN.put(step("to: direct:credentials"), "no route serves direct:credentials");
    BROKEN.put(step("to: nosuch:thing"), "nosuch");
    BROKEN.put(step("process: {ref: noSuchBean}"), "noSuchBean");
    BROKEN.put(
        step(
            "doTry: {steps: [{log: a}], doCatch: [{exception: [org.example.No], steps: [{log: b}]}]}"),
        "org.example.No");
    BROKEN.put(step("log: hello") + step("log: hello"), "the id mine is also used in");
    BROKEN.put(
        route("credential", "direct:mine", "log: hello"), "the id credential is also used in");
    BROKEN.put(
        route("mine", "direct:credential", "log: hello"), "direct:credential is also used in");
    BROKEN.put(
        route("mine", "platform-http:/elastauth", "log: hello"), "/elastauth is also used in");
    BROKEN.put("- route:\n    id: mine\n", "the route mine has no from");
    BROKEN.put("just text", "contains no route");
    BROKEN.put("- route: [", "mine.camel.yaml, line 2");
    BROKEN.put("# " + "x".repeat(1 << 20), "larger than 1 MiB");
    BROKEN.put("- beans: [{name: mine, type: org.example.No}]\n", "org.example.No");
  }

  @Test
  void aBrokenFileChangesNothingAndIsNamed(CapturedOutput output) throws Exception {
    try (TestGateway gateway = start(true)) {
      String authorization = gateway.login("reload.user");
      Path mine = folder.resolve("mine.camel.yaml");
      for (Map.Entry<String, String> broken : BROKEN.entrySet()) {
        int before = output.getOut().length();
        Files.writeString(mine, broken.getKey());
        Awaitility.await(broken.getValue())
            .atMost(Duration.ofSeconds(30))
            .until(() -> output.getOut().indexOf("is invalid", before) > 0);
        assertThat(output.getOut().substring(before))
            .as(broken.getKey())
            .contains(broken.getValue(), "mine.camel.yaml");
        assertThat(gateway.health().path("status").asText()).isEqualTo("degraded");
        assertThat(gateway.login("reload.user")).as(broken.getKey()).isEqualTo(authorization);
        assertThat(gateway.decide("..").statusCode()).isEqualTo(400);
      }
      Files.write(mine, new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1});
      awaitOutput(output, "mine.camel.yaml is not UTF-8 text");
      Files.delete(mine);
      Awaitility.await("healthy")
          .atMost(Duration.ofSeconds(30))
          .until(() -> gateway.health().path("status").asText().equals("healthy"));
      assertThat(gateway.login("reload.user")).isEqualTo(authorization);
    }
  }

  @Test
  void aCallerRunsOnceItsCalleeComesAndASetIsAppliedWhole(CapturedOutput output) throws Exception {
    try (TestGateway gateway = start(true)) {
      Files.writeString(
          folder.resolve("caller.camel.yaml"),
          route("caller", "platform-http:/mine", "to: direct:callee"));
      awaitOutput(output, "no route serves direct:callee");
      edit("health.camel.yaml", "\"live\"", "\"edited\"");
      awaitOutput(output, "caller.camel.yaml, " + folder.resolve("health.camel.yaml"));
      assertThat(gateway.get("/elastauth/live").body()).contains("live");
      Files.writeString(
          folder.resolve("callee.camel.yaml"),
          route("callee", "direct:callee", "setBody: {constant: called}"));
      Awaitility.await("the new routes")
          .atMost(Duration.ofSeconds(30))
          .until(() -> gateway.get("/mine").body().equals("called"));
      assertThat(gateway.get("/elastauth/live").body()).contains("edited");
      assertThat(gateway.health().path("status").asText()).isEqualTo("healthy");
    }
  }

  @Test
  void aReloadOfAllRoutesFailsNoRequest(CapturedOutput output) throws Exception {
    try (TestGateway gateway = start(true)) {
      String authorization = gateway.login("reload.load");
      AtomicBoolean reloaded = new AtomicBoolean();
      List<CompletableFuture<Integer>> clients =
          Stream.generate(
                  () ->
                      CompletableFuture.supplyAsync(
                          () -> {
                            int requests = 0;
                            while (!reloaded.get()) {
                              assertThat(gateway.login("reload.load")).isEqualTo(authorization);
                              requests++;
                            }
                            return requests;
                          }))
              .limit(2)
              .toList();
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : (Iterable<Path>) files::iterator) {
          Files.writeString(file, "# edited\n" + Files.readString(file));
        }
      }
      awaitOutput(output, "Routes reloaded file=\"" + folder.resolve("authenticate.camel.yaml"));
      reloaded.set(true);
      assertThat(clients).allSatisfy(client -> assertThat(client.join()).isPositive());
    }
  }

  /** A route without error handling passes an HttpError to the front door. */
  @Test
  void aRefusalStaysOneInARouteOfOnesOwn() throws Exception {
    try (TestGateway gateway = start(true)) {
      Files.writeString(
          folder.resolve("a-first.camel.yaml"),
          route("mine", "direct:mine", "to: direct:identity-authelia"));
      edit("authenticate.camel.yaml", "direct:identity-{{elastauth.auth_provider}}", "direct:mine");
      Awaitility.await("the edited routes")
          .atMost(Duration.ofSeconds(30))
          .until(() -> gateway.bean(CamelContext.class).getRoute("mine") != null);
      assertThat(gateway.decide("..").statusCode()).isEqualTo(400);
      edit("front-door.camel.yaml", "id: front-door-refuse", "id: front-door-refused");
      Awaitility.await("the edited front door")
          .atMost(Duration.ofSeconds(30))
          .until(
              () ->
                  gateway.decide("..").statusCode() == 400
                      && gateway.login("reload.refused") != null);
    }
  }

  @Test
  void aFileMayComeAndGo(CapturedOutput output) throws Exception {
    try (TestGateway gateway = start(true)) {
      Path mine = folder.resolve("mine.camel.yaml");
      Files.writeString(
          mine,
          """
          - route:
              id: mine
              from:
                uri: platform-http:/mine
                steps:
                  - log:
                      message: somebody is here
                  - setBody:
                      constant: from my own route
          """);
      Awaitility.await("the new route")
          .atMost(Duration.ofSeconds(30))
          .until(() -> gateway.get("/mine").body().equals("from my own route"));
      assertThat(output.getOut()).contains("somebody is here");
      Files.delete(mine);
      Awaitility.await("the route is gone")
          .atMost(Duration.ofSeconds(30))
          .until(() -> gateway.get("/mine").statusCode() == 404);
    }
  }

  @Test
  void withoutTheSettingNothingIsWatched(CapturedOutput output) throws Exception {
    try (TestGateway gateway = start(false)) {
      assertThat(gateway.get("/elastauth/live").body()).contains("live");
      assertThat(isWatching(gateway)).isFalse();
    }
    assertThat(output.getOut()).doesNotContain("routes_reload");
  }

  private static boolean isWatching(TestGateway gateway) {
    return gateway.bean(CamelContext.class).hasService(RouteWatcherReloadStrategy.class) != null;
  }
}
