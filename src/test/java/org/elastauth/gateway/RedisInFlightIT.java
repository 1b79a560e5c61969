package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;
import org.apache.camel.AsyncProducer;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Route;
import org.apache.camel.support.DefaultExchange;
import org.awaitility.Awaitility;
import org.elastauth.server.FaultyTcpProxy;
import org.elastauth.server.RedisServer;
import org.elastauth.server.TestGateway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/**
 * Requests whose Redis replies are outstanding: none loses its callback, none is answered twice,
 * and none keeps an event loop waiting.
 */
@ExtendWith(OutputCaptureExtension.class)
@Timeout(120)
class RedisInFlightIT {
  private static final int MANY = 10_000;

  private RedisServer redis;

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
        .set("elasticsearch.dry_run", true)
        .set("cache.type", "redis")
        .with(redis)
        .set("redis.circuit_breaker.timeout", "1s");
  }

  private static List<CompletableFuture<HttpResponse<String>>> ask(
      TestGateway gateway, String user, int requests) {
    return IntStream.range(0, requests).mapToObj(i -> gateway.decideLater(user)).toList();
  }

  private static void assertAllAre(
      String header, List<CompletableFuture<HttpResponse<String>>> answers) {
    assertThat(answers)
        .allSatisfy(
            answer -> assertThat(TestGateway.authorization(answer.join())).hasValue(header));
  }

  /** Reads of the cache in Redis that found the user's own entry: another's cannot be decrypted. */
  private static double hits(TestGateway gateway) {
    return gateway
        .bean(MeterRegistry.class)
        .counter("elastauth.cache.requests", "tier", "redis", "outcome", "hit")
        .count();
  }

  private static void awaitRedis(TestGateway gateway) {
    double before = hits(gateway);
    Awaitility.await("Redis answers")
        .until(
            () -> gateway.decide("in.flight.probe").statusCode() == 200 && hits(gateway) > before);
  }

  private static void awaitClosedBreaker(TestGateway gateway) {
    CircuitBreaker breaker = breaker(gateway);
    Awaitility.await("the breaker is closed")
        .atMost(Duration.ofSeconds(30))
        .until(
            () ->
                gateway.decide("in.flight.probe").statusCode() == 200
                    && breaker.getState() == CircuitBreaker.State.CLOSED);
  }

  private static CircuitBreaker breaker(TestGateway gateway) {
    return gateway
        .bean(io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry.class)
        .circuitBreaker("redis");
  }

  /** An exchange ends a moment after its response. */
  private static void awaitNothingInFlight(CamelContext context) {
    Awaitility.await("nothing is in flight")
        .until(() -> context.getInflightRepository().size() == 0);
  }

  /** Each callback is called exactly once, whatever comes of the replies afterwards. */
  @Test
  void tenThousandReadsInFlightWhenRedisFreezesAllContinueOnce() throws Exception {
    try (TestGateway gateway =
        gateway()
            .set("redis.read_timeout", "1s")
            .set("redis.circuit_breaker.threshold", "10000")
            .start()) {
      gateway.login("in.flight.many");
      CamelContext context = gateway.bean(CamelContext.class);
      AsyncProducer read = context.getEndpoint("direct:cache-redis-get").createAsyncProducer();
      read.start();
      AtomicIntegerArray callbacks = new AtomicIntegerArray(MANY);
      CountDownLatch all = new CountDownLatch(MANY);
      redis.freeze();
      for (int i = 0; i < MANY; i++) {
        int number = i;
        Exchange exchange = new DefaultExchange(context);
        exchange.setProperty("cacheKey", "elastauth-in-flight-" + number);
        exchange.setProperty("identity", null);
        read.process(
            exchange,
            done -> {
              callbacks.incrementAndGet(number);
              all.countDown();
            });
      }
      all.await();
      redis.resume();
      awaitClosedBreaker(gateway);
      assertThat(IntStream.range(0, MANY).map(callbacks::get)).containsOnly(1);
      awaitNothingInFlight(context);
    }
  }

  @Test
  void aReplyThatComesAfterTheTimeoutAnswersNoLaterRequest() {
    try (TestGateway gateway =
        gateway()
            .set("redis.pool_size", "1")
            .set("redis.read_timeout", "1s")
            .set("redis.health_check.interval", "1h")
            .set("redis.circuit_breaker.enabled", "false")
            .start()) {
      String one = gateway.login("in.flight.one");
      String two = gateway.login("in.flight.two");
      redis.freeze();
      assertAllAre(one, ask(gateway, "in.flight.one", 20));
      double before = hits(gateway);
      redis.resume();
      for (int i = 0; i < 20; i++) {
        assertThat(gateway.login("in.flight.two")).isEqualTo(two);
        assertThat(gateway.login("in.flight.one")).isEqualTo(one);
      }
      assertThat(hits(gateway) - before).as("everyone got their own reply").isEqualTo(40);
    }
  }

  @Test
  void repliesByteByByteAreRepliesToo() {
    try (FaultyTcpProxy tcpProxy = FaultyTcpProxy.to(redis.address()).dripping();
        TestGateway gateway = gateway().set("redis.host", tcpProxy.address()).start()) {
      String one = gateway.login("in.flight.drip");
      long before = redis.reads();
      assertAllAre(one, ask(gateway, "in.flight.drip", 50));
      assertThat(redis.reads() - before).as("Redis answered them").isEqualTo(50);
    }
  }

  @Test
  void afterAReconnectEveryoneGetsTheirOwnReply() {
    try (FaultyTcpProxy tcpProxy = FaultyTcpProxy.to(redis.address()).open();
        TestGateway gateway =
            gateway()
                .set("redis.host", tcpProxy.address())
                .set("redis.pool_size", "1")
                .set("redis.health_check.interval", "1s")
                .start()) {
      List<String> users = List.of("in.flight.a", "in.flight.b", "in.flight.c");
      List<String> headers = users.stream().map(gateway::login).toList();
      for (int round = 0; round < 3; round++) {
        List<CompletableFuture<HttpResponse<String>>> under = ask(gateway, users.get(0), 20);
        tcpProxy.shut().open();
        assertAllAre(headers.get(0), under);
        awaitClosedBreaker(gateway);
        awaitRedis(gateway);
        double before = hits(gateway);
        List<List<CompletableFuture<HttpResponse<String>>>> all =
            users.stream().map(user -> ask(gateway, user, 20)).toList();
        for (int user = 0; user < users.size(); user++) {
          assertAllAre(headers.get(user), all.get(user));
        }
        assertThat(hits(gateway) - before).as("everyone got their own reply").isEqualTo(60);
      }
    }
  }

  @Test
  void aReplyOfAnotherTypeIsNoEntry() {
    try (TestGateway gateway = gateway().start()) {
      String header = gateway.login("in.flight.type");
      String key = redis.template().keys("elastauth-*").iterator().next();
      redis.template().delete(key);
      redis.template().opsForList().rightPush(key, "not an entry");
      assertAllAre(header, ask(gateway, "in.flight.type", 20));
      assertThat(breaker(gateway).getState()).isEqualTo(CircuitBreaker.State.CLOSED);
    }
  }

  /** A saved file replaces routes in which requests wait. */
  @Test
  void aReloadOfRoutesLosesNoOutstandingReply(@TempDir Path folder) throws Exception {
    try (TestGateway gateway =
        gateway()
            .set("routes", folder)
            .set("routes_reload", true)
            .set("redis.patience", "20s")
            .set("redis.read_timeout", "20s")
            .start()) {
      String header = gateway.login("in.flight.reload");
      CamelContext context = gateway.bean(CamelContext.class);
      redis.freeze();
      List<CompletableFuture<HttpResponse<String>>> waiting = ask(gateway, "in.flight.reload", 20);
      Awaitility.await("they wait")
          .until(() -> context.getInflightRepository().size() >= waiting.size());
      String routes = Files.readString(Path.of("routes/credential.camel.yaml"));
      Files.writeString(
          folder.resolve("credential.camel.yaml"),
          routes.replace("description: ", "description: Reloaded, "));
      Awaitility.await("the file is loaded")
          .atMost(Duration.ofSeconds(30))
          .until(
              () -> {
                Route route = context.getRoute("credential");
                return route != null && route.getDescription().startsWith("Reloaded");
              });
      redis.resume();
      assertAllAre(header, waiting);
      assertThat(gateway.login("in.flight.reload")).isEqualTo(header);
      awaitNothingInFlight(context);
    }
  }

  @Test
  void aShutdownAnswersWhatWaitsForReplies() throws Exception {
    TestGateway gateway =
        gateway()
            .set("shutdown.drain", "20s")
            .set("redis.patience", "2s")
            .set("redis.read_timeout", "2s")
            .start();
    String header = gateway.login("in.flight.end");
    redis.freeze();
    List<CompletableFuture<HttpResponse<String>>> waiting = ask(gateway, "in.flight.end", 20);
    CompletableFuture<Void> closed = CompletableFuture.runAsync(gateway::close);
    assertAllAre(header, waiting);
    closed.join();
  }

  /**
   * Every feature that shares state waits 5 s for a frozen Redis; Vert.x warns of an event loop
   * that is blocked for 2 s.
   */
  @ParameterizedTest
  @ValueSource(strings = {"redis", "hybrid"})
  void noEventLoopIsBlockedWhileRedisIsFrozen(String type, CapturedOutput output) {
    try (TestGateway gateway =
        gateway()
            .set("cache.type", type)
            .set("cache.extend", "true")
            .set("cache.expiration", "1h")
            .set("cache.max_lifetime", "7d")
            .set("rate_limit.enabled", "true")
            .set("rate_limit.max_requests", "100000")
            .set("redis.read_timeout", "5s")
            .set("redis.write_timeout", "5s")
            .set("redis.patience", "5s")
            .set("redis.circuit_breaker.threshold", "1000")
            .start()) {
      String header = gateway.login("in.flight.loop");
      redis.freeze();
      List<CompletableFuture<HttpResponse<String>>> known = ask(gateway, "in.flight.loop", 50);
      List<CompletableFuture<HttpResponse<String>>> unknown =
          IntStream.range(0, 20).mapToObj(i -> gateway.decideLater("in.flight.new" + i)).toList();
      assertAllAre(header, known);
      assertThat(unknown)
          .allSatisfy(answer -> assertThat(answer.join().statusCode()).isEqualTo(200));
      assertThat(output).doesNotContain("has been blocked");

      CountDownLatch release = new CountDownLatch(1);
      gateway
          .bean(Vertx.class)
          .runOnContext(
              loop -> {
                try {
                  release.await();
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              });
      Awaitility.await("a blocked event loop is noticed")
          .atMost(Duration.ofSeconds(30))
          .until(() -> output.toString().contains("has been blocked"));
      release.countDown();
    }
  }

  /** A valid entry in memory answers after redis.patience; that counts for the breaker. */
  @Test
  void memoryAnswersOnceRedisIsSlow() {
    try (TestGateway gateway =
        gateway()
            .set("redis.read_timeout", "60s")
            .set("redis.patience", "200ms")
            .set("redis.health_check.interval", "1h")
            .set("redis.circuit_breaker.timeout", "1h")
            .start()) {
      String header = gateway.login("in.flight.slow");
      redis.freeze();
      assertAllAre(header, ask(gateway, "in.flight.slow", 10));
      assertThat(breaker(gateway).getState()).isEqualTo(CircuitBreaker.State.OPEN);
      assertThat(gateway.decide("in.flight.unknown").statusCode()).isEqualTo(200);
    }
  }
}
