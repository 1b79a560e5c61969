package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.elastauth.server.AutheliaDouble;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.PackagedGateway;
import org.elastauth.server.RedisServer;
import org.elastauth.server.ReverseProxy;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Two packaged gateways are restarted one after the other behind the shipped files of nginx and
 * HAProxy, at a constant rate of requests, about a minute each. No request fails. Run by hand:
 *
 * <pre>mvn verify -Psoak -Dit.test=RollingRestartSoak</pre>
 */
class RollingRestartSoak {
  private static final int RATE = Integer.getInteger("soak.rate", 1_000);
  private static final int TICK_MILLIS = 10;
  private static final int USERS = 50;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Vertx vertx = Vertx.vertx();
  private final int[] ports = {RedisServer.freePort(), RedisServer.freePort()};
  private final AtomicLong asked = new AtomicLong();
  private final AtomicLong answered = new AtomicLong();
  private final ConcurrentLinkedQueue<Long> micros = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedQueue<String> failed = new ConcurrentLinkedQueue<>();

  private static ElasticsearchServer elasticsearch;

  @BeforeAll
  static void start() {
    elasticsearch = ElasticsearchServer.start();
  }

  @AfterAll
  static void stop() {
    elasticsearch.close();
  }

  private PackagedGateway gateway(int number) throws Exception {
    Map<String, String> environment = new HashMap<>();
    environment.put("ELASTAUTH_SHUTDOWN_DRAIN", "10s"); // the default
    environment.put("ELASTAUTH_ELASTICSEARCH_HOSTS", elasticsearch.url());
    environment.put("ELASTAUTH_ELASTICSEARCH_USERNAME", ElasticsearchServer.GATEWAY);
    environment.put("ELASTAUTH_ELASTICSEARCH_PASSWORD", ElasticsearchServer.GATEWAY_PASSWORD);
    environment.put("ELASTAUTH_ELASTICSEARCH_MAX_NEW_USERS", "1000");
    return PackagedGateway.startAt(
        ports[number],
        Files.createDirectories(Path.of("target", "soak", "gateway-" + number).toAbsolutePath()),
        environment,
        PackagedGateway.SMALL_HEAP);
  }

  /** Answers as Kibana would, in less time: 401 without a login. */
  private int kibana() {
    return vertx
        .createHttpServer()
        .requestHandler(
            request -> {
              String login = String.valueOf(request.getHeader("Authorization"));
              request.response().setStatusCode(login.startsWith("Basic ") ? 200 : 401).end();
            })
        .listen(0, "127.0.0.1")
        .toCompletionStage()
        .toCompletableFuture()
        .join()
        .actualPort();
  }

  private void ask(HttpClient http, int port) {
    long turn = asked.incrementAndGet();
    long began = System.nanoTime();
    http.request(HttpMethod.GET, port, "127.0.0.1", "/app/home?turn=" + turn)
        .compose(
            request ->
                request
                    .putHeader("Cookie", "session=rolling." + turn % USERS + "%2Fadmins")
                    .send()
                    .compose(response -> response.end().map(response)))
        .map(HttpClientResponse::statusCode)
        .onComplete(
            result -> {
              micros.add((System.nanoTime() - began) / 1_000);
              if (result.failed() || result.result() != 200) {
                failed.add(result.failed() ? result.cause().toString() : result.result() + "");
              }
              answered.incrementAndGet();
            });
  }

  @ParameterizedTest
  @EnumSource(names = {"NGINX", "HAPROXY"})
  void noRequestFailsWhileTwoGatewaysRestart(ReverseProxy.Kind kind) throws Exception {
    assumeTrue(kind.installed(), kind.program() + " is not installed here");
    ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    HttpClient http = vertx.createHttpClient(new HttpClientOptions().setMaxPoolSize(200));
    try (AutheliaDouble authelia = AutheliaDouble.start();
        PackagedGateway one = gateway(0);
        PackagedGateway two = gateway(1);
        ReverseProxy proxy =
            kind.start(
                new ReverseProxy.Behind(authelia.port(), one.port(), two.port(), kibana()))) {
      for (int user = 0; user < 4 * USERS; user++) {
        ask(http, proxy.port());
        awaitAnswers();
      }
      assertThat(failed).as("first logins").isEmpty();
      micros.clear();
      long began = System.nanoTime();
      clock.scheduleAtFixedRate(
          () -> {
            for (int i = 0; i < RATE * TICK_MILLIS / 1_000; i++) {
              ask(http, proxy.port());
            }
          },
          0,
          TICK_MILLIS,
          TimeUnit.MILLISECONDS);
      TimeUnit.SECONDS.sleep(10);
      try (PackagedGateway newOne = restart(one, 0);
          PackagedGateway newTwo = restart(two, 1)) {
        TimeUnit.SECONDS.sleep(10);
        clock.shutdown();
        awaitAnswers();
        report(kind, (System.nanoTime() - began) / 1e9);
        assertThat(newOne.get("/elastauth/ready").statusCode()).isEqualTo(200);
        assertThat(newTwo.get("/elastauth/ready").statusCode()).isEqualTo(200);
      }
    } finally {
      clock.shutdownNow();
      vertx.close().toCompletionStage().toCompletableFuture().join();
    }
    assertThat(failed).isEmpty();
  }

  /** As a rollout does: the next one is stopped when this one is ready again. */
  private PackagedGateway restart(PackagedGateway gateway, int number) throws Exception {
    gateway.terminate();
    gateway.awaitExit();
    PackagedGateway again = gateway(number);
    TimeUnit.SECONDS.sleep(3);
    return again;
  }

  private void awaitAnswers() {
    Awaitility.await("answers")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(5))
        .until(() -> answered.get() == asked.get());
  }

  private void report(ReverseProxy.Kind kind, double seconds) throws IOException {
    long[] sorted = micros.stream().mapToLong(Long::longValue).sorted().toArray();
    String line =
        "%s: %d requests, %.0f/s, %d failed, p50 %.1f ms, p99 %.1f ms, slowest %.1f ms%n"
            .formatted(
                kind.program(),
                sorted.length,
                sorted.length / seconds,
                failed.size(),
                sorted[sorted.length / 2] / 1e3,
                sorted[sorted.length * 99 / 100] / 1e3,
                sorted[sorted.length - 1] / 1e3);
    System.out.print(line);
    Files.writeString(
        Path.of("target", "soak", "rolling-restart.txt"),
        line,
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }
}
