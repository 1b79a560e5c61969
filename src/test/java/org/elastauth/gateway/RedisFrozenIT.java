package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.InflightRepository;
import org.awaitility.Awaitility;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.RedisServer;
import org.elastauth.server.Servers;
import org.elastauth.server.TestGateway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** SPEC 8: a Redis that takes connections and says nothing costs a user one timeout at most. */
@ExtendWith(Servers.class)
@Timeout(120)
class RedisFrozenIT {
  private final ElasticsearchServer elasticsearch;
  private RedisServer redis;

  RedisFrozenIT(ElasticsearchServer elasticsearch) {
    this.elasticsearch = elasticsearch;
  }

  @BeforeEach
  void start() {
    redis = RedisServer.start();
  }

  @AfterEach
  void stop() {
    redis.resume();
    redis.close();
  }

  private TestGateway.Builder gateway() {
    return TestGateway.builder()
        .on(elasticsearch)
        .with(redis)
        .set("redis.read_timeout", "500ms")
        .set("redis.circuit_breaker.timeout", "1s");
  }

  private static String breaker(TestGateway gateway, String field) {
    return gateway.health().path("cache").path("circuit_breaker").path(field).asText();
  }

  /** Connecting is one at a time, so the first users would wait for each other's timeouts. */
  @Test
  void frozenBeforeTheStartItIsWaitedForOnceAndByNoUser() {
    redis.freeze();
    try (TestGateway gateway = gateway().set("redis.circuit_breaker.timeout", "1h").start()) {
      assertThat(breaker(gateway, "state")).isEqualTo("open");
      List<CompletableFuture<HttpResponse<String>>> first =
          IntStream.range(0, 40).mapToObj(i -> gateway.decideLater("frozen." + i % 4)).toList();
      assertThat(first).allSatisfy(a -> assertThat(a.join().statusCode()).isEqualTo(200));
    }
  }

  @Test
  void backAfterTheStartItIsUsedByItself() {
    redis.freeze();
    try (TestGateway gateway = gateway().set("redis.health_check.interval", "1s").start()) {
      gateway.login("frozen.later");
      redis.resume();
      Awaitility.await("Redis holds the entry")
          .atMost(Duration.ofSeconds(30))
          .until(
              () ->
                  gateway.decide("frozen.later").statusCode() == 200
                      && gateway.decide("frozen.later", "other").statusCode() == 200
                      && redis.template().keys("*").size() == 1);
      assertThat(breaker(gateway, "state")).isEqualTo("closed");
    }
  }

  /** The miss that found Redis silent neither writes nor renews what it settled there. */
  @Test
  void oneRequestWaitsOnce() {
    try (TestGateway gateway = gateway().set("redis.health_check.interval", "1h").start()) {
      redis.freeze();
      gateway.login("frozen.once");
      assertThat(breaker(gateway, "failures")).isEqualTo("1");
    }
  }

  @Test
  void oneRequestWaitsOnceWithExtendToo() {
    try (TestGateway gateway =
        gateway()
            .set("redis.health_check.interval", "1h")
            .set("cache.expiration", "1h")
            .set("cache.extend", "true")
            .set("cache.max_lifetime", "7d")
            .set("redis.circuit_breaker.threshold", "50")
            .start()) {
      String header = gateway.login("frozen.extend");
      redis.freeze();
      assertThat(gateway.login("frozen.extend")).isEqualTo(header);
      assertThat(breaker(gateway, "failures")).isEqualTo("1");
    }
  }

  /** Requests wait for Redis at the same time, each once, and memory answers all of them. */
  @Test
  void requestsWaitSideBySide() {
    try (TestGateway gateway =
        gateway()
            .set("redis.read_timeout", "2s")
            .set("redis.health_check.interval", "1h")
            .set("redis.circuit_breaker.threshold", "1000")
            .start()) {
      String header = gateway.login("frozen.line");
      redis.freeze();
      List<CompletableFuture<HttpResponse<String>>> line =
          IntStream.range(0, 80).mapToObj(i -> gateway.decideLater("frozen.line")).toList();
      assertThat(line)
          .allSatisfy(
              answer ->
                  assertThat(answer.join().headers().firstValue("Authorization")).hasValue(header));
      assertThat(breaker(gateway, "failures")).isEqualTo("80");
    }
  }

  /**
   * Lettuce fails the first command of a lost connection, and keeps the others to send them again.
   */
  @Test
  void aConnectionThatIsLostEndsTheWaitsThatMemoryCanAnswer() {
    try (TestGateway gateway =
        gateway()
            .set("redis.patience", "15s")
            .set("redis.read_timeout", "20s")
            .set("redis.health_check.interval", "1h")
            .start()) {
      String header = gateway.login("frozen.lost");
      redis.freeze();
      List<CompletableFuture<HttpResponse<String>>> waiting =
          IntStream.range(0, 4).mapToObj(i -> gateway.decideLater("frozen.lost")).toList();
      InflightRepository inFlight = gateway.bean(CamelContext.class).getInflightRepository();
      Awaitility.await("the requests wait for Redis").until(() -> inFlight.size() == 4);
      redis.kill();
      assertThat(waiting)
          .allSatisfy(
              answer ->
                  assertThat(answer)
                      .succeedsWithin(Duration.ofSeconds(10))
                      .extracting(known -> known.headers().firstValue("Authorization").orElse(""))
                      .isEqualTo(header));
    }
  }

  /** What asks on before it has its answers would pile up behind the one that waits. */
  @Test
  void nobodyPilesUpRequestsBehindOneThatWaits() throws Exception {
    try (TestGateway gateway = gateway().set("redis.health_check.interval", "1h").start();
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port())) {
      redis.freeze();
      String request = "GET /elastauth HTTP/1.1\r\nHost: g\r\nRemote-User: frozen.pile\r\n\r\n";
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(request.repeat(65).getBytes(StandardCharsets.ISO_8859_1));
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
  }

  /** Only the look at the start is made; what requests meet tells the rest. */
  @Test
  void withoutBackgroundLooksHealthGoesByTheRequests() {
    try (TestGateway gateway = gateway().set("redis.health_check.enabled", "false").start()) {
      gateway.login("frozen.unlooked");
      assertThat(gateway.health().path("status").asText()).isEqualTo("healthy");
      redis.freeze();
      Awaitility.await("breaker")
          .until(
              () ->
                  gateway.decide("frozen.unlooked").statusCode() == 200
                      && breaker(gateway, "state").equals("open"));
      assertThat(gateway.health().path("redis").path("available").asBoolean()).isFalse();
    }
  }
}
