package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.model.errorhandler.DefaultErrorHandlerDefinition;
import org.awaitility.Awaitility;
import org.elastauth.routes.BrokenRoutes;
import org.elastauth.routes.RoutesReload;
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

  private TestGateway start(boolean reload) {
    return TestGateway.builder()
        .set("elasticsearch.dry_run", "true")
        .set("routes", folder.toString())
        .set("routes_reload", reload)
        .start();
  }

  /** The first edit lays a copy of the packaged file over it. */
  private void edit(String file, String what, String by) throws IOException {
    Path own = folder.resolve(file);
    String text = Files.readString(Files.exists(own) ? own : Path.of("routes", file));
    assertThat(text).contains(what);
    Files.writeString(own, text.replace(what, by));
  }

  private static void await(String what, Callable<Boolean> condition) {
    Awaitility.await(what).atMost(Duration.ofSeconds(30)).until(condition);
  }

  private static void awaitLive(TestGateway gateway, String state) {
    await("live says " + state, () -> gateway.get("/elastauth/live").body().contains(state));
  }

  private static void awaitOutput(CapturedOutput output, String text) {
    await(text, () -> output.getOut().contains(text));
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
      awaitOutput(output, "health.camel.yaml:3: is not YAML");
      edit("health.camel.yaml", "- route: [", "- route:");
      edit("metrics.camel.yaml", "id: metrics-type", "id: metrics-types");
      awaitOutput(output, "Routes reloaded file=\"" + folder.resolve("metrics.camel.yaml"));
      edit("credential.camel.yaml", "ref: cacheKey", "ref: noSuchBean");
      awaitOutput(output, "there is no bean noSuchBean");
      edit("cache-memory.camel.yaml", "uri: direct:cache-memory-put", "uri: direct:mine");
      awaitOutput(output, "no route serves direct:cache-memory-put");
      assertThat(output.getOut()).contains("An edited route file is invalid");

      awaitLive(gateway, "edited");
      assertThat(gateway.login("reload.user")).isEqualTo(authorization);
      assertThat(gateway.decide("..").statusCode()).isEqualTo(400);
      assertThat(gateway.health().path("status").asText()).isEqualTo("degraded");
      assertThat(gateway.health().path("routes_invalid").asBoolean()).isTrue();
      assertThat(gateway.get("/metrics").body())
          .containsPattern("elastauth_routes_reloads_total\\{outcome=\"applied\"} [2-9]")
          .containsPattern("elastauth_routes_reloads_total\\{outcome=\"refused\"} [1-9]")
          .contains("elastauth_degraded{reason=\"routes_invalid\"} 1.0");
    }
  }

  private static String route(String id, String from, String step) {
    return BrokenRoutes.route(id, from, step);
  }

  @Test
  void aBrokenFileChangesNothingAndIsNamed(CapturedOutput output) throws Exception {
    try (TestGateway gateway = start(true)) {
      String authorization = gateway.login("reload.user");
      Path mine = folder.resolve(BrokenRoutes.FILE);
      List<BrokenRoutes.Broken> files =
          Stream.concat(
                  BrokenRoutes.some(),
                  Stream.of(
                      // only Camel finds this
                      new BrokenRoutes.Broken(
                          "a bean that throws",
                          "- beans: [{name: mine, type: '%s'}]\n"
                              .formatted(BrokenRoutes.Unusable.class.getName()),
                          List.of("this bean cannot be created")),
                      new BrokenRoutes.Broken(
                          "large", "# " + "x".repeat(1 << 20), List.of("larger than 1 MiB"))))
              .toList();
      for (BrokenRoutes.Broken broken : files) {
        int before = output.getOut().length();
        Files.writeString(mine, broken.text());
        await(broken.name(), () -> output.getOut().indexOf("is invalid", before) > 0);
        for (String fault : broken.faults()) {
          assertThat(output.getOut().substring(before).replace("\\\"", "\""))
              .as(broken.name())
              .contains(fault.replaceFirst("^\\d+: ", ""), BrokenRoutes.FILE);
        }
        assertThat(gateway.health().path("status").asText()).isEqualTo("degraded");
        assertThat(gateway.login("reload.user")).as(broken.name()).isEqualTo(authorization);
        assertThat(gateway.decide("..").statusCode()).isEqualTo(400);
      }
      Files.write(mine, new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1});
      awaitOutput(output, "mine.camel.yaml is not UTF-8 text");
      Files.delete(mine);
      await("healthy", () -> gateway.health().path("status").asText().equals("healthy"));
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
      await("the new routes", () -> gateway.get("/mine").body().equals("called"));
      assertThat(gateway.get("/elastauth/live").body()).contains("edited");
      await("healthy", () -> gateway.health().path("status").asText().equals("healthy"));
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
      try (Stream<Path> files = Files.list(Path.of("routes"))) {
        for (Path file : (Iterable<Path>) files::iterator) {
          Files.writeString(
              folder.resolve(file.getFileName()), "# edited\n" + Files.readString(file));
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
      await("the edited routes", () -> gateway.bean(CamelContext.class).getRoute("mine") != null);
      assertThat(gateway.decide("..").statusCode()).isEqualTo(400);
      edit("front-door.camel.yaml", "id: front-door-refuse", "id: front-door-refused");
      await(
          "the edited front door",
          () ->
              gateway.decide("..").statusCode() == 400 && gateway.login("reload.refused") != null);
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
      await("the new route", () -> gateway.get("/mine").body().equals("from my own route"));
      assertThat(output.getOut()).contains("somebody is here");
      Files.delete(mine);
      await("the route is gone", () -> gateway.get("/mine").statusCode() == 404);
    }
  }

  @Test
  void aFileReplacesThePackagedOneWhileItIsThere(CapturedOutput output) throws Exception {
    try (TestGateway gateway = start(true)) {
      edit("health.camel.yaml", "\"live\"", "\"edited\"");
      awaitLive(gateway, "edited");
      Files.writeString(folder.resolve(".#health.camel.yaml"), "- an editor's lock");
      Files.writeString(folder.resolve("4913"), "");
      Files.writeString(folder.resolve("mine.yml"), "");
      awaitOutput(output, "rename it to mine.camel.yaml");
      Files.delete(folder.resolve("health.camel.yaml"));
      awaitLive(gateway, "live");
      awaitOutput(output, "Routes reloaded file=\"classpath:routes/health");

      // a front door without routes; then the folder is moved for a moment
      Files.writeString(
          folder.resolve("front-door.camel.yaml"), "- route: {from: {uri: direct:x, steps: []}}");
      awaitOutput(output, "no route begins at platform-http:/elastauth");
      Files.delete(folder.resolve("front-door.camel.yaml"));
      awaitOutput(output, "The route files are those in use again");
      edit("health.camel.yaml", "\"live\"", "\"edited\"");
      awaitLive(gateway, "edited");
      Path moved = folder.resolveSibling(folder.getFileName() + "-moved");
      Files.move(folder, moved);
      awaitOutput(output, folder + " is not a readable folder");
      assertThat(gateway.health().path("status").asText()).isEqualTo("degraded");
      assertThat(gateway.get("/elastauth/live").body()).contains("edited");
      Files.move(moved, folder);
      await("healthy", () -> gateway.health().path("status").asText().equals("healthy"));
      edit("health.camel.yaml", "\"edited\"", "\"moved\"");
      awaitLive(gateway, "moved");
      assertThat(output.getOut()).containsOnlyOnce("rename it to mine.camel.yaml");
      assertThat(output.getOut().lines().filter(line -> line.contains(" is invalid; "))).hasSize(2);
    }
  }

  @Test
  void aPackagedFileIsLoadedWhileAFileCallsIt(CapturedOutput output) throws Exception {
    try (TestGateway gateway = start(true)) {
      CamelContext context = gateway.bean(CamelContext.class);
      assertThat(context.getRoute("cache-none-get")).isNull();
      Path mine = folder.resolve("mine.camel.yaml");
      Files.writeString(mine, route("mine", "platform-http:/mine", "to: direct:cache-redis-get"));
      awaitOutput(output, "use cache-redis, which needs more than the gateway has opened");
      Files.writeString(mine, route("mine", "platform-http:/mine", "to: direct:cache-none-get"));
      awaitOutput(output, "Routes reloaded file=\"classpath:routes/cache-none.camel.yaml, " + mine);
      Files.delete(mine);
      awaitOutput(
          output, "Routes reloaded file=\"classpath:routes/cache-none.camel.yaml (removed)");
      assertThat(context.getRoute("cache-none-get")).isNull();
      assertThat(gateway.decide("..").statusCode()).isEqualTo(400);
    }
  }

  /** Kubernetes replaces a link above the files. */
  @Test
  void aConfigMapIsReplacedAsAWhole(CapturedOutput output) throws Exception {
    Path first = Files.createDirectory(folder.resolve("..2026_01"));
    Path second = Files.createDirectory(folder.resolve("..2026_02"));
    String health = Files.readString(Path.of("routes/health.camel.yaml"));
    Files.writeString(first.resolve("health.camel.yaml"), health.replace("\"live\"", "\"first\""));
    Files.writeString(
        second.resolve("health.camel.yaml"), health.replace("\"live\"", "\"second\""));
    Files.writeString(
        second.resolve("mine.camel.yaml"),
        route("mine", "platform-http:/mine", "setBody: {constant: mine}"));
    Files.createSymbolicLink(folder.resolve("..data"), first.getFileName());
    Files.createSymbolicLink(
        folder.resolve("health.camel.yaml"), Path.of("..data/health.camel.yaml"));
    try (TestGateway gateway = start(true)) {
      assertThat(gateway.get("/elastauth/live").body()).contains("first");
      Files.createSymbolicLink(folder.resolve("..data_tmp"), second.getFileName());
      Files.move(
          folder.resolve("..data_tmp"), folder.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
      Files.createSymbolicLink(
          folder.resolve("mine.camel.yaml"), Path.of("..data/mine.camel.yaml"));
      awaitLive(gateway, "second");
      await("the new file", () -> gateway.get("/mine").body().equals("mine"));
      assertThat(output.getOut()).doesNotContain("is invalid");
    }
  }

  /** An error handler of Camel's own ends an exchange before the front door's. */
  @Test
  void aRefusalStaysOneUnderAnErrorHandlerOfOnesOwn(CapturedOutput output) throws Exception {
    try (TestGateway gateway = start(true)) {
      Files.writeString(
          folder.resolve("a.camel.yaml"),
          """
          - routeConfiguration:
              id: mine
              onException:
                - onException:
                    exception: [java.lang.IllegalStateException]
                    handled: {constant: "true"}
          """
              + route("configured", "direct:configured", "to: direct:identity-authelia")
                  .replace("    from:", "    routeConfigurationId: mine\n    from:"));
      Files.writeString(
          folder.resolve("b.camel.yaml"), route("plain", "direct:plain", "to: direct:configured"));
      edit(
          "authenticate.camel.yaml", "direct:identity-{{elastauth.auth_provider}}", "direct:plain");
      CamelContext context = gateway.bean(CamelContext.class);
      await("the routes", () -> context.getRoute("plain") != null);
      assertThat(gateway.decide("..").statusCode()).isEqualTo(400);
      // a route that is loaded after the configuration has the default
      edit("b.camel.yaml", "to: direct:configured", "to: direct:identity-authelia");
      awaitOutput(output, "Routes reloaded file=\"" + folder.resolve("b.camel.yaml") + '"');
      assertThat(gateway.decide("..").statusCode()).isEqualTo(400);
      edit("b.camel.yaml", "    from:", "    errorHandler: {defaultErrorHandler: {}}\n    from:");
      await(
          "the error handler",
          () ->
              context.getRoute("plain").getErrorHandlerFactory()
                  instanceof DefaultErrorHandlerDefinition);
      assertThat(gateway.decide("..").body()).contains("\"code\":400");
      assertThat(gateway.login("reload.user")).isNotEmpty();
      assertThat(output.getOut()).doesNotContain("Failed delivery", "report this");
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
    return gateway.bean(CamelContext.class).hasService(RoutesReload.class) != null;
  }
}
