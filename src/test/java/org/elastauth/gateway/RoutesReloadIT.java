package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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
      assertThat(gateway.health().path("status").asText()).isEqualTo("healthy");
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
