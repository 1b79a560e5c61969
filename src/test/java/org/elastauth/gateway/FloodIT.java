package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.awaitility.Awaitility;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.FaultProxy;
import org.elastauth.server.FaultyTcpProxy;
import org.elastauth.server.Servers;
import org.elastauth.server.SideBySide;
import org.elastauth.server.TestGateway;
import org.elastauth.server.TestGateway.SetClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** SPEC 5: a flood of names neither fills Elasticsearch nor is in the way of others. */
@SideBySide
@ExtendWith(Servers.class)
@Timeout(180)
class FloodIT {
  private final ElasticsearchServer elasticsearch;

  FloodIT(ElasticsearchServer elasticsearch) {
    this.elasticsearch = elasticsearch;
  }

  private long created(String prefix) {
    var names =
        ElasticsearchServer.json(elasticsearch.admin("GET", "/_security/user", null)).fieldNames();
    Iterable<String> all = () -> names;
    return StreamSupport.stream(all.spliterator(), false)
        .filter(name -> name.startsWith(prefix))
        .count();
  }

  private static void assertTooMany(HttpResponse<String> response) {
    assertThat(response.statusCode()).isEqualTo(429);
    assertThat(response.headers().firstValue("Retry-After").map(Integer::parseInt))
        .hasValueSatisfying(seconds -> assertThat(seconds).isPositive());
    assertThat(ElasticsearchServer.json(response).path("code").asInt()).isEqualTo(429);
  }

  @Test
  void aThousandNewNamesCreateNoMoreUsersThanAMinuteAllows() {
    try (TestGateway before = TestGateway.builder().on(elasticsearch).start()) {
      before.login("flooded.known");
    }
    try (TestGateway gateway = TestGateway.builder().on(elasticsearch).start()) {
      String cached = gateway.login("flooded.cached");
      List<CompletableFuture<HttpResponse<String>>> flood =
          IntStream.range(0, 1_000).mapToObj(i -> gateway.decideLater("flood." + i)).toList();
      for (int i = 0; i < 50; i++) {
        assertThat(gateway.login("flooded.cached")).isEqualTo(cached);
      }
      List<HttpResponse<String>> answers = flood.stream().map(CompletableFuture::join).toList();
      assertThat(answers)
          .extracting(HttpResponse::statusCode)
          .isSubsetOf(200, 429, 503)
          .contains(200, 429)
          .filteredOn(status -> status == 200)
          .hasSizeLessThan(60);
      answers.stream().filter(a -> a.statusCode() == 429).forEach(FloodIT::assertTooMany);
      assertThat(created("flood."))
          .isBetween(answers.stream().filter(a -> a.statusCode() == 200).count(), 59L);

      // who is there already is no new user
      assertThat(gateway.decide("flooded.known").statusCode()).isEqualTo(200);
      assertThat(gateway.decide("flooded.cached", "moved").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void theLimitsAreConfigurable() {
    try (TestGateway gateway =
        TestGateway.builder().on(elasticsearch).set("elasticsearch.max_new_users", 2).start()) {
      gateway.login("flood-few.1");
      gateway.login("flood-few.2");
      assertTooMany(gateway.decide("flood-few.3"));
      assertThat(created("flood-few.")).isEqualTo(2);
    }
  }

  @Test
  void nobodyWaitsLongForOthersToHaveTheirPasswordsWritten() {
    try (FaultyTcpProxy tcpProxy = FaultyTcpProxy.to(elasticsearch).losingAnswersToWrites();
        TestGateway gateway =
            TestGateway.builder()
                .on(elasticsearch)
                .set("elasticsearch.hosts", tcpProxy.url())
                .set("elasticsearch.max_password_writes", 1)
                .start()) {
      CompletableFuture<HttpResponse<String>> first = gateway.decideLater("flood-slot.first");
      Awaitility.await("the only slot is taken").until(() -> tcpProxy.lost() == 1);
      assertTooMany(gateway.decide("flood-slot.second"));
      assertThat(first).isNotDone();
      assertThat(elasticsearch.user("flood-slot.second").isMissingNode()).isTrue();
      assertThat(first.join().statusCode()).isEqualTo(503);
    }
  }

  @Test
  void whoIsTurnedAwayUsesUpNobodysPlace() {
    try (FaultProxy proxy = new FaultProxy(elasticsearch);
        TestGateway gateway =
            TestGateway.builder()
                .on(elasticsearch)
                .set("elasticsearch.hosts", proxy.url())
                .set("elasticsearch.max_new_users", 2)
                .set("elasticsearch.max_password_writes", 1)
                .start()) {
      FaultProxy.Hold write = proxy.holdNext("PUT");
      CompletableFuture<HttpResponse<String>> first = gateway.decideLater("flood-place.first");
      write.awaitArrival();
      assertTooMany(gateway.decide("flood-place.second"));
      assertTooMany(gateway.decide("flood-place.second"));
      write.release();
      assertThat(first.join().statusCode()).isEqualTo(200);
      gateway.login("flood-place.second");
    }
  }

  @Test
  void whoseAccountItIsIsAskedOnceAndAgainAfterHalfAMinute() {
    elasticsearch.admin(
        "PUT",
        "/_security/user/flood-foreign",
        "{\"password\":\"theirs-1\",\"roles\":[\"viewer\"]}");
    SetClock clock = new SetClock(Instant.now());
    try (TestGateway gateway = TestGateway.builder().on(elasticsearch).clock(clock).start()) {
      assertThat(gateway.decide("flood-foreign").statusCode()).isEqualTo(403);
      double reads = reads(gateway);
      for (int i = 0; i < 50; i++) {
        assertThat(gateway.decide("flood-foreign", "group-" + i).statusCode()).isEqualTo(403);
      }
      assertThat(reads(gateway)).isEqualTo(reads);

      elasticsearch.admin("DELETE", "/_security/user/flood-foreign", null);
      clock.advance(Duration.ofSeconds(29));
      assertThat(gateway.decide("flood-foreign").statusCode()).isEqualTo(403);
      clock.advance(Duration.ofSeconds(1));
      assertThat(gateway.decide("flood-foreign").statusCode()).isEqualTo(200);
    }
  }

  private static double reads(TestGateway gateway) {
    return gateway
        .bean(MeterRegistry.class)
        .counter("elastauth.elasticsearch.requests", "operation", "user_get")
        .count();
  }
}
