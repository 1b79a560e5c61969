package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.elastauth.credential.Window;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.FaultProxy;
import org.elastauth.server.Load;
import org.elastauth.server.Servers;
import org.elastauth.server.TestGateway;
import org.elastauth.server.TestGateway.SetClock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** SPEC 8: an Elasticsearch that answers, but not what it should, or later than it should. */
@ExtendWith(Servers.class)
@Timeout(120)
class ElasticsearchFaultsIT {
  private static final long LIFETIME = TestGateway.LIFETIME.toSeconds();

  private final ElasticsearchServer elasticsearch;
  private FaultProxy proxy;

  ElasticsearchFaultsIT(ElasticsearchServer elasticsearch) {
    this.elasticsearch = elasticsearch;
  }

  @BeforeEach
  void start() {
    proxy = new FaultProxy(elasticsearch);
  }

  @AfterEach
  void stop() {
    proxy.close();
  }

  private TestGateway.Builder throughProxy() {
    return TestGateway.builder().on(elasticsearch).set("elasticsearch.hosts", proxy.url());
  }

  private void assertOpens(String header) {
    assertThat(elasticsearch.request("GET", "/_security/_authenticate", header, null).statusCode())
        .isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403, 429, 500, 502, 503, 504})
  void whoIsCachedNoticesNothingAndWhoIsNotGets503(int status) {
    String missing = "faults.missing-" + status;
    try (TestGateway gateway = throughProxy().start()) {
      try (Load load = new Load(gateway, "faults.cached-1", "faults.cached-2")) {
        proxy.answer(status);
        HttpResponse<String> refused = gateway.decide(missing);
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.headers().firstValue("Retry-After")).isPresent();
        assertThat(TestGateway.authorization(refused)).isEmpty();
        assertThat(refused.body()).doesNotContain(Integer.toString(status) + " ");
        assertThat(elasticsearch.user(missing).isMissingNode()).isTrue();
        proxy.answer(0);
        Awaitility.await("healed by itself")
            .atMost(Duration.ofSeconds(30))
            .until(() -> gateway.decide(missing).statusCode() == 200);
      }
      assertOpens(gateway.login(missing));
    }
  }

  /**
   * Without a password Elasticsearch merges metadata: a slow role write that carried its window
   * would take the user back to a password that no longer is.
   */
  @Test
  void aRoleWriteHeldUpAcrossTheTurnOfTheWindowLeavesTheNewPassword() {
    String user = "faults.slow-write";
    Instant soon = endOfWindow(user).minusSeconds(5);
    SetClock clock = new SetClock(soon);
    try (TestGateway slow = throughProxy().clock(clock).start();
        TestGateway other = TestGateway.builder().on(elasticsearch).clock(clock).start()) {
      String before = slow.login(user, "one");
      FaultProxy.Hold roleWrite = proxy.holdNext("PUT");
      CompletableFuture<HttpResponse<String>> late = slow.decideLater(user, "two");
      roleWrite.awaitArrival();
      clock.advance(Duration.ofSeconds(10));
      String after = other.login(user, "two");
      assertThat(after).isNotEqualTo(before);
      roleWrite.release();
      assertThat(late.join().statusCode()).as(late.join().body()).isEqualTo(200);
      assertThat(TestGateway.authorization(late.join())).contains(after);

      assertOpens(after);
      var mark = elasticsearch.user(user).path("metadata").path("elastauth");
      assertThat(mark.path("until").asLong()).isEqualTo(soon.getEpochSecond() + 5 + LIFETIME);
      assertThat(slow.login(user, "two")).isEqualTo(after);
      assertThat(other.login(user, "two")).isEqualTo(after);
    }
  }

  /** SPEC 8: Elasticsearch wiped. */
  @Test
  void aUserThatElasticsearchLostIsMadeAgainWithTheSamePassword() {
    String user = "faults.wiped";
    try (TestGateway gateway = throughProxy().start()) {
      String header = gateway.login(user, "one");
      elasticsearch.admin("DELETE", "/_security/user/" + user, null);
      assertThat(gateway.login(user, "two")).isEqualTo(header);
      assertOpens(header);
    }
  }

  /**
   * SPEC 8: Elasticsearch restored, to a password and a mark of before, or to a password that fits
   * no mark. Whoever misses next gets in again.
   */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatASnapshotBroughtBackIsHealedAtTheNextMiss(boolean markToo) throws Exception {
    String user = "faults.restored-" + markToo;
    try (TestGateway gateway = throughProxy().start();
        TestGateway other = throughProxy().start()) {
      String first = gateway.login(user, "one");
      JsonNode before = elasticsearch.user(user);
      // the user chooses a password, and the next miss heals that with a new generation
      elasticsearch.request(
          "POST", "/_security/user/_password", first, "{\"password\":\"my-own\"}");
      String second = gateway.login(user, "two");
      assertThat(second).isNotEqualTo(first);

      ObjectNode restored = (markToo ? before : elasticsearch.user(user)).deepCopy();
      restored.put("password", password(first));
      restored.remove("username");
      assertThat(
              elasticsearch
                  .admin("PUT", "/_security/user/" + user, restored.toString())
                  .statusCode())
          .isEqualTo(200);
      assertOpens(first);

      String healed = gateway.login(user, "three");
      assertOpens(healed);
      assertThat(healed.equals(first)).as("the mark says which password it is").isEqualTo(markToo);
      assertThat(gateway.login(user, "three")).isEqualTo(healed);
      assertThat(other.login(user, "three")).isEqualTo(healed);
    }
  }

  private static String password(String header) {
    String login =
        new String(
            Base64.getDecoder().decode(header.substring("Basic ".length())),
            StandardCharsets.UTF_8);
    return login.substring(login.indexOf(':') + 1);
  }

  @Test
  void anAdministratorsDisableSurvivesTheTurnOfTheWindowAndAChangeOfGroups() {
    String user = "faults.disabled";
    SetClock clock = new SetClock(endOfWindow(user).minusSeconds(5));
    try (TestGateway gateway = throughProxy().clock(clock).start()) {
      gateway.login(user, "one");
      elasticsearch.admin("PUT", "/_security/user/" + user + "/_disable", null);
      long version = elasticsearch.version(user);
      assertThat(gateway.decide(user, "two").statusCode()).isEqualTo(403);
      clock.advance(Duration.ofSeconds(10));
      assertThat(gateway.decide(user, "one").statusCode()).isEqualTo(403);
      assertThat(elasticsearch.user(user).path("enabled").asBoolean(true)).isFalse();
      assertThat(elasticsearch.version(user)).isEqualTo(version);

      elasticsearch.admin("PUT", "/_security/user/" + user + "/_enable", null);
      assertOpens(gateway.login(user, "two"));
    }
  }

  private static Instant endOfWindow(String user) {
    return Instant.ofEpochSecond(Window.of(user, Instant.now().getEpochSecond(), LIFETIME).until());
  }
}
