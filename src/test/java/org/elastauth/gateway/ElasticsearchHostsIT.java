package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.FaultProxy;
import org.elastauth.server.FaultyTcpProxy;
import org.elastauth.server.PackagedGateway;
import org.elastauth.server.ReadsOutput;
import org.elastauth.server.RedisServer;
import org.elastauth.server.Servers;
import org.elastauth.server.SideBySide;
import org.elastauth.server.TestGateway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;

/** SPEC 5: several hosts are asked in turn, and nobody notices that one of them is away. */
@SideBySide
@ExtendWith(Servers.class)
@Timeout(120)
class ElasticsearchHostsIT {
  private final ElasticsearchServer elasticsearch;
  private FaultyTcpProxy one;
  private FaultyTcpProxy two;

  ElasticsearchHostsIT(ElasticsearchServer elasticsearch) {
    this.elasticsearch = elasticsearch;
  }

  @BeforeEach
  void doors() {
    one = FaultyTcpProxy.to(elasticsearch);
    two = FaultyTcpProxy.to(elasticsearch);
  }

  @AfterEach
  void close() {
    one.close();
    two.close();
  }

  private TestGateway gateway(String... hosts) {
    return TestGateway.builder()
        .on(elasticsearch)
        .set("elasticsearch.hosts", String.join(",", hosts))
        .set("elasticsearch.read_timeout", "5s")
        .start();
  }

  private void assertOpens(String authorization) {
    assertThat(
            elasticsearch
                .request("GET", "/_security/_authenticate", authorization, null)
                .statusCode())
        .isEqualTo(200);
  }

  @Test
  void bothAreAskedInTurn() {
    one.open();
    two.open();
    try (TestGateway gateway = gateway(one.url(), two.url())) {
      assertOpens(gateway.login("hosts.turn"));
      assertThat(one.entered()).isPositive();
      assertThat(two.entered()).isPositive();
    }
  }

  @Test
  void oneThatRefusesConnectionsIsNoticedByNobody() {
    String nobody = "http://127.0.0.1:" + RedisServer.freePort();
    try (TestGateway gateway = gateway(nobody, elasticsearch.url(), nobody + "/")) {
      for (int i = 0; i < 6; i++) {
        assertOpens(gateway.login("hosts.refused" + i));
      }
      assertThat(gateway.health().path("status").asText()).isEqualTo("healthy");
    }
  }

  /** SPEC 13.13: nobody hangs on a host. */
  @Test
  void oneThatAcceptsAndNeverAnswersIsNoticedByNobody() {
    one.stuck();
    try (TestGateway gateway = gateway(one.url(), elasticsearch.url())) {
      List<CompletableFuture<HttpResponse<String>>> logins =
          IntStream.range(0, 3).mapToObj(i -> gateway.decideLater("hosts.stuck" + i)).toList();
      assertThat(logins)
          .allSatisfy(login -> assertThat(login.join().statusCode()).isEqualTo(200))
          .allSatisfy(login -> assertOpens(TestGateway.authorization(login.join()).orElseThrow()));
      assertThat(one.entered()).isPositive();
      assertThat(gateway.health().path("elasticsearch").path("available").asBoolean()).isTrue();
    }
  }

  @Test
  void aWriteWhoseAnswerIsLostIsNotWrittenTwice() {
    one.losingAnswersToWrites();
    try (TestGateway gateway = gateway(one.url(), elasticsearch.url())) {
      // every second request goes to a host, so one of these writes does
      for (String user : List.of("hosts.lost-a", "hosts.lost-b", "hosts.lost-c")) {
        assertOpens(gateway.login(user));
        JsonNode mark = elasticsearch.user(user).path("metadata").path("elastauth");
        assertThat(mark.path("generation").asLong()).isEqualTo(1);
        assertThat(elasticsearch.version(user)).isEqualTo(1);
      }
      assertThat(one.lost()).isEqualTo(1);
    }
  }

  @Test
  void oneThatWasAwayServesAgainWhenItIsTheLast() {
    two.open();
    try (TestGateway gateway = gateway(one.url(), two.url())) {
      assertOpens(gateway.login("hosts.back-1"));
      two.shut();
      one.open();
      assertOpens(gateway.login("hosts.back-2"));
      assertThat(one.entered()).isPositive();
    }
  }

  /** A proxy that has Elasticsearch below a path, and knows nothing else. */
  @ParameterizedTest
  @ValueSource(strings = {"", "/"})
  @Execution(ExecutionMode.SAME_THREAD) // all have the same users
  void aPathOfAProxyIsUsed(String end) {
    try (FaultProxy proxy = new FaultProxy(elasticsearch, "/logs/es-1");
        TestGateway gateway = gateway(proxy.url() + end, proxy.url())) {
      assertOpens(gateway.login("hosts.path"));
      Awaitility.await("the check uses it, too")
          .until(() -> gateway.health().path("status").asText().equals("healthy"));
      assertThat(
              gateway
                  .bean(MeterRegistry.class)
                  .counter("elastauth.elasticsearch.requests", "operation", "ping")
                  .count())
          .isPositive();
    }
  }

  /** Neither a URI nor a DNS name may have an underscore, but a container's name has. */
  @Test
  void aNameWithAnUnderscoreIsAsked(@TempDir Path folder) throws Exception {
    Path names = Files.writeString(folder.resolve("hosts"), "127.0.0.1 es_data\n");
    try (PackagedGateway gateway =
        PackagedGateway.start(
            folder,
            Map.of(
                "ELASTAUTH_ELASTICSEARCH_HOSTS",
                elasticsearch.url().replace("127.0.0.1", "es_data"),
                "ELASTAUTH_ELASTICSEARCH_USERNAME",
                ElasticsearchServer.GATEWAY,
                "ELASTAUTH_ELASTICSEARCH_PASSWORD",
                ElasticsearchServer.GATEWAY_PASSWORD),
            "-Djdk.net.hosts.file=" + names)) {
      assertThat(gateway.get("/elastauth", "Remote-User", "hosts.underscore").statusCode())
          .as(gateway.log())
          .isEqualTo(200);
    }
  }

  @Test
  @ReadsOutput
  void anAssumedPortIsSaid(CapturedOutput output) {
    try (TestGateway gateway = gateway("127.0.0.1", elasticsearch.url())) {
      assertOpens(gateway.login("hosts.assumed"));
    }
    assertThat(output)
        .containsPattern(
            "elasticsearch.hosts names no scheme or no port.*hosts=.*http://127.0.0.1:9200");
  }

  /** SPEC 8: Elasticsearch down, nothing cached. */
  @Test
  void withAllOfThemAwayItIs503() {
    one.stuck();
    try (TestGateway gateway = gateway(one.url(), two.url())) {
      HttpResponse<String> response = gateway.decide("hosts.none");
      assertThat(response.statusCode()).isEqualTo(503);
      assertThat(response.headers().firstValue("Retry-After")).isPresent();
    }
  }
}
