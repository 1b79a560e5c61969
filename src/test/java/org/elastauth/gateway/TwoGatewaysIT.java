package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.elastauth.credential.Window;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.RedisServer;
import org.elastauth.server.Servers;
import org.elastauth.server.TestGateway;
import org.elastauth.server.TestGateway.SetClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** SPEC 13.1: nobody fights over a password, with Redis, without it, and when one has lost it. */
@ExtendWith(Servers.class)
class TwoGatewaysIT {
  private static final int REQUESTS = 400;

  private final ElasticsearchServer elasticsearch;

  TwoGatewaysIT(ElasticsearchServer elasticsearch) {
    this.elasticsearch = elasticsearch;
  }

  private TestGateway.Builder gateway() {
    return TestGateway.builder().on(elasticsearch);
  }

  private void burst(String user, TestGateway one, TestGateway other) {
    List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
    for (int i = 0; i < REQUESTS; i++) {
      answers.add((i % 2 == 0 ? one : other).decideLater(user));
    }
    Set<String> headers =
        answers.stream()
            .map(CompletableFuture::join)
            .map(
                response ->
                    TestGateway.authorization(response)
                        .orElse(response.statusCode() + response.body()))
            .collect(Collectors.toSet());
    assertThat(headers).hasSize(1);
    String header = headers.iterator().next();
    assertThat(elasticsearch.request("GET", "/_security/_authenticate", header, null).statusCode())
        .isEqualTo(200);
    // a write each at most, as they cannot know of one another
    double first = requests(one, "user_put_password");
    double second = requests(other, "user_put_password");
    assertThat(first).isLessThanOrEqualTo(1);
    assertThat(second).isLessThanOrEqualTo(1);
    assertThat(elasticsearch.version(user)).isEqualTo((long) (first + second)).isPositive();
  }

  /** SPEC 8: Redis emptied, for all of them. */
  @Test
  void manyFirstRequestsAtOnceOverRedis(RedisServer redis) {
    try (TestGateway one = gateway().with(redis).start();
        TestGateway other = gateway().with(redis).start()) {
      burst("two.redis", one, other);
      long version = elasticsearch.version("two.redis");
      redis.flush();
      assertThat(one.login("two.redis")).isEqualTo(other.login("two.redis"));
      assertThat(elasticsearch.version("two.redis")).isEqualTo(version);
    }
  }

  @Test
  void manyFirstRequestsAtOnceWithoutRedis() {
    try (TestGateway one = gateway().start();
        TestGateway other = gateway().start()) {
      burst("two.memory", one, other);
    }
  }

  /** SPEC 8: Redis down for one gateway. */
  @Test
  void oneOfThemHasLostRedis(RedisServer redis) {
    try (TestGateway one = gateway().with(redis).start();
        TestGateway other =
            gateway().set("redis.host", "127.0.0.1:" + RedisServer.freePort()).start()) {
      burst("two.lost", one, other);
    }
  }

  @Test
  void clocksThatDifferDoNotMakeThemFight() {
    try (TestGateway one = gateway().set("cache.expiration", "1h").start();
        TestGateway ahead =
            gateway().set("cache.expiration", "1h").clockOffBy(Duration.ofHours(2)).start()) {
      one.login("two.clocks");
      String header = ahead.login("two.clocks");
      // other groups are written, and neither gateway touches the other's password
      assertThat(one.login("two.clocks", "moved")).isEqualTo(header);
      assertThat(ahead.login("two.clocks", "moved")).isEqualTo(header);
      long version = elasticsearch.version("two.clocks");
      assertThat(one.login("two.clocks", "moved")).isEqualTo(header);
      assertThat(ahead.login("two.clocks", "moved")).isEqualTo(header);
      assertThat(elasticsearch.version("two.clocks")).isEqualTo(version);
    }
  }

  /** The one that is ahead turns the window, the other follows, and nobody's answer is dead. */
  @ParameterizedTest
  @ValueSource(strings = {"PT5S", "PT2H"})
  void clocksThatDifferAcrossTheTurnOfAWindow(Duration apart, RedisServer redis) {
    String user = "two.turn-" + apart.toSeconds();
    long turn = Window.of(user, Instant.now().getEpochSecond(), 3600).until();
    SetClock behind = new SetClock(Instant.ofEpochSecond(turn - 8));
    SetClock ahead = new SetClock(behind.instant().plus(apart));
    try (TestGateway one =
            gateway().with(redis).set("cache.expiration", "1h").clock(behind).start();
        TestGateway other =
            gateway().with(redis).set("cache.expiration", "1h").clock(ahead).start()) {
      for (int second = 0; second < 16; second++) {
        one.login(user);
        String header = other.login(user);
        assertThat(one.login(user)).isEqualTo(header);
        assertThat(
                elasticsearch.request("GET", "/_security/_authenticate", header, null).statusCode())
            .isEqualTo(200);
        behind.advance(Duration.ofSeconds(1));
        ahead.advance(Duration.ofSeconds(1));
      }
      // the first login, then each window that begins for the one ahead
      assertThat(elasticsearch.version(user)).isBetween(2L, 3L);
    }
  }

  /** SPEC 13.1: concurrent misses do not each write a password. */
  @Test
  void aBurstOfOneUserIsOneConversation() {
    try (TestGateway gateway = gateway().start()) {
      double before = requests(gateway, "authenticate");
      List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        answers.add(gateway.decideLater("two.coalesced"));
      }
      answers.forEach(answer -> assertThat(answer.join().statusCode()).isEqualTo(200));
      assertThat(requests(gateway, "authenticate") - before).isEqualTo(1);
    }
  }

  private static double requests(TestGateway gateway, String operation) {
    return gateway
        .bean(MeterRegistry.class)
        .counter("elastauth.elasticsearch.requests", "operation", operation)
        .count();
  }
}
