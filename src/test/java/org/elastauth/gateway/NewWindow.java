package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.FaultProxy;
import org.elastauth.server.RedisServer;
import org.elastauth.server.TestGateway;
import org.elastauth.server.TestGateway.SetClock;
import org.junit.jupiter.api.Test;

/**
 * What it costs Elasticsearch that the windows of many users turn: an hour of their requests on a
 * clock that is moved on. Elasticsearch hashes at its cheapest, or this would take half an hour.
 * Run by hand:
 *
 * <pre>mvn verify -Psoak -Dit.test=NewWindow</pre>
 */
class NewWindow {
  private static final int USERS = Integer.getInteger("window.users", 10_000);
  private static final int CLIENTS = 32;
  private static final Duration BETWEEN_REQUESTS = Duration.ofMinutes(5);

  private final ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
  private final AtomicInteger retried = new AtomicInteger();

  @Test
  void oneHourCostsEachUserOnePasswordWriteFourAtATime() throws Exception {
    SetClock clock = new SetClock(Instant.now());
    try (ElasticsearchServer elasticsearch = ElasticsearchServer.start();
        RedisServer redis = RedisServer.start();
        FaultProxy proxy = new FaultProxy(elasticsearch);
        TestGateway gateway =
            TestGateway.builder()
                .on(elasticsearch)
                .with(redis)
                .set("elasticsearch.hosts", proxy.url())
                .set("elasticsearch.max_new_users", 100_000)
                .set("cache.expiration", "1h")
                .clock(clock)
                .start()) {
      everybodyAsks(gateway);
      print("first logins", gateway, proxy);
      assertThat(writes(gateway)).isEqualTo(USERS);
      for (Duration passed = Duration.ZERO;
          passed.compareTo(Duration.ofHours(1)) < 0;
          passed = passed.plus(BETWEEN_REQUESTS)) {
        clock.advance(BETWEEN_REQUESTS);
        everybodyAsks(gateway);
      }
      print("one hour later", gateway, proxy);
      assertThat(writes(gateway)).isEqualTo(2.0 * USERS);
      assertThat(proxy.mostAtOnce("PUT")).isEqualTo(4);
    } finally {
      clients.shutdownNow();
    }
  }

  /** A 429 is what a browser would try again. */
  private void everybodyAsks(TestGateway gateway) throws Exception {
    List<Future<?>> answers = new ArrayList<>();
    for (int i = 0; i < USERS; i++) {
      String user = "window." + i;
      answers.add(
          clients.submit(
              () -> {
                int status = gateway.decide(user).statusCode();
                while (status == 429) {
                  retried.incrementAndGet();
                  status = gateway.decide(user).statusCode();
                }
                assertThat(status).isEqualTo(200);
              }));
    }
    for (Future<?> answer : answers) {
      answer.get();
    }
  }

  private static double writes(TestGateway gateway) {
    return gateway
        .bean(MeterRegistry.class)
        .counter("elastauth.elasticsearch.requests", "operation", "user_put_password")
        .count();
  }

  private void print(String when, TestGateway gateway, FaultProxy proxy) {
    System.out.printf(
        "%s: %d users, %.0f password writes, at most %d at once, %d answers of 429%n",
        when, USERS, writes(gateway), proxy.mostAtOnce("PUT"), retried.get());
  }
}
