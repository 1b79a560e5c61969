package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.PackagedJar;
import org.elastauth.server.RedisServer;
import org.elastauth.server.Servers;
import org.elastauth.server.TestGateway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The same jar and the same routes, started by Camel Main instead of Spring Boot's runner. */
@ExtendWith(Servers.class)
@Timeout(90)
class CamelMainIT {
  private static final int SIGTERM = 143;

  @TempDir Path folder;
  private final int port = RedisServer.freePort();

  private HttpResponse<String> ask(PackagedJar gateway, String path, String user) throws Exception {
    return gateway.get(port, path, "Remote-User", user, "Remote-Groups", "camel");
  }

  @Test
  void aUserLogsInAndAnOwnRouteRuns(ElasticsearchServer elasticsearch) throws Exception {
    Files.writeString(
        Files.createDirectory(folder.resolve("routes")).resolve("mine.camel.yaml"),
        """
        - route:
            id: mine
            routeConfigurationId: front-door
            from:
              uri: platform-http:/elastauth/mine
              steps:
                - to:
                    uri: direct:authenticate
                - setHeader:
                    name: Cache-Control
                    constant: "max-age={{my.age}}"
        """);
    Files.writeString(
        folder.resolve("application.yaml"),
        """
        my:
          age: 42
        elastauth:
          default_roles: viewer
        """);
    Map<String, String> settings =
        Map.of(
            "ELASTAUTH_LISTEN", "127.0.0.1:" + port,
            "ELASTAUTH_SECRET_KEY", TestGateway.KEY,
            "ELASTAUTH_ELASTICSEARCH_HOSTS", elasticsearch.url(),
            "ELASTAUTH_ELASTICSEARCH_USERNAME", ElasticsearchServer.GATEWAY,
            "ELASTAUTH_ELASTICSEARCH_PASSWORD", ElasticsearchServer.GATEWAY_PASSWORD);
    PackagedJar gateway = PackagedJar.runInCamelMain(folder, settings);
    try (gateway) {
      gateway.awaitReady(port);
      HttpResponse<String> login = ask(gateway, "/elastauth", "camel.main");
      assertThat(login.statusCode()).as(login.body()).isEqualTo(200);
      String authorization = TestGateway.authorization(login).orElseThrow();
      assertThat(
              elasticsearch
                  .request("GET", "/_security/_authenticate", authorization, null)
                  .statusCode())
          .isEqualTo(200);
      assertThat(
              ask(gateway, "/elastauth/mine", "camel.main").headers().firstValue("Cache-Control"))
          .contains("max-age=42");
      HttpResponse<String> refused = ask(gateway, "/elastauth", "..");
      assertThat(refused.statusCode()).isEqualTo(400);
      assertThat(refused.body()).startsWith("{\"message\":");
      gateway.terminate();
      assertThat(gateway.exitCode()).isEqualTo(SIGTERM);
    }
    assertThat(gateway.output())
        .contains("Apache Camel (Main)", "The gateway is ready", "The gateway has stopped")
        .doesNotContain("Exception");
  }
}
