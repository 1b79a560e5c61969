package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.elastauth.credential.Window;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.FaultProxy;
import org.elastauth.server.FaultyTcpProxy;
import org.elastauth.server.Load;
import org.elastauth.server.ReadsOutput;
import org.elastauth.server.Servers;
import org.elastauth.server.SideBySide;
import org.elastauth.server.TestGateway;
import org.elastauth.server.TestGateway.SetClock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;

/** SPEC 8: an Elasticsearch that answers, but not what it should, or later than it should. */
@SideBySide
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
  @Execution(ExecutionMode.SAME_THREAD) // all have the same users
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

  /** A login fails, the health says why in a word, and the log once a minute. */
  @ParameterizedTest
  @CsvSource({
    "PUT, 413, text/html,        too_large",
    "PUT, 429, application/json, throttled",
    "PUT, 403, application/json, forbidden",
    "PUT, 200, text/html,        not_elasticsearch",
    "PUT, 302, text/html,        redirect",
    "GET, 200, text/html,        not_elasticsearch",
    "'',  404, text/html,        no_security_api",
    "'',  400, application/json, no_security_api",
  })
  @ReadsOutput
  void whatElasticsearchRefusesIsInTheHealthAndInTheLog(
      String method, int status, String type, String kind, CapturedOutput output) {
    String body = type.equals("text/html") ? "<html>login" : "{\"error\":{\"type\":\"a_type\"}}";
    try (TestGateway gateway = throughProxy().start()) {
      Awaitility.await("the first check")
          .until(() -> output.getAll().contains("Elasticsearch answers"));
      proxy.answer(method, status, type, body);
      for (int i = 0; i < 3; i++) {
        String user = "faults.kind-" + kind + method + i;
        assertThat(gateway.decide(user).statusCode()).isEqualTo(503);
      }
      assertThat(gateway.health().path("status").asText()).isEqualTo("degraded");
      assertThat(gateway.health().at("/elasticsearch/reason").asText()).isEqualTo(kind);
      assertThat(gateway.get("/elastauth/ready").statusCode()).isEqualTo(200);
      assertThat(output.getAll().lines())
          .filteredOn(line -> line.contains("Elasticsearch is unreachable or refuses requests"))
          .singleElement()
          .asString()
          .contains("operation=", "reason=", status == 200 ? "login page" : "" + status);
      proxy.answer(0);
      Awaitility.await("healed by itself")
          .atMost(Duration.ofSeconds(30))
          .until(() -> gateway.decide("faults.healed-" + kind + method).statusCode() == 200);
      Awaitility.await().until(() -> gateway.health().path("status").asText().equals("healthy"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"\u0000\u0001\u00ff garbage\r\n\r\n", "SSH-2.0-x\r\n", "HTTP/1.1 OK\r\n\r\n"})
  @Execution(ExecutionMode.SAME_THREAD) // all have the same users
  void bytesThatAreNoHttpAre503(String answer) {
    try (FaultyTcpProxy server = FaultyTcpProxy.to(elasticsearch).answering(answer);
        TestGateway gateway = throughProxy().set("elasticsearch.hosts", server.url()).start()) {
      HttpResponse<String> refused = gateway.decide("faults.garbage");
      assertThat(refused.statusCode()).as(refused.body()).isEqualTo(503);
      assertThat(refused.headers().firstValue("Retry-After")).isPresent();
      assertThat(gateway.health().at("/elasticsearch/reason").asText())
          .isEqualTo("not_elasticsearch");
      server.open();
      Awaitility.await("healed by itself")
          .atMost(Duration.ofSeconds(30))
          .until(() -> gateway.decide("faults.garbage").statusCode() == 200);
    }
  }

  /** It authenticates, but no login would succeed: this is known before the first login. */
  @ParameterizedTest
  @ValueSource(strings = {"monitor", "read_security", "manage_own_api_key"})
  @ReadsOutput
  void anAccountThatMayNotWriteUsersIsKnownBeforeTheFirstLogin(
      String privilege, CapturedOutput output) {
    String account = "faults-account-" + privilege;
    elasticsearch.admin(
        "PUT", "/_security/role/" + account, "{\"cluster\":[\"" + privilege + "\"]}");
    elasticsearch.admin(
        "PUT",
        "/_security/user/" + account,
        "{\"password\":\"account-pw1\",\"roles\":[\"" + account + "\"]}");
    try (TestGateway gateway =
        throughProxy()
            .set("elasticsearch.username", account)
            .set("elasticsearch.password", "account-pw1")
            .start()) {
      Awaitility.await()
          .until(() -> gateway.health().at("/elasticsearch/reason").asText().equals("forbidden"));
      assertThat(gateway.health().path("status").asText()).isEqualTo("degraded");
      assertThat(output).contains("lacks the cluster privilege manage_security");
      elasticsearch.admin(
          "PUT", "/_security/role/" + account, "{\"cluster\":[\"manage_security\"]}");
      Awaitility.await().until(() -> gateway.health().path("status").asText().equals("healthy"));
    }
  }

  /** An account that may do just what a gateway does, by the names of the actions. */
  @Test
  @ReadsOutput
  void anAccountWithTheActionsOfUsersSuffices(CapturedOutput output) {
    elasticsearch.admin(
        "PUT",
        "/_security/role/faults-actions",
        "{\"cluster\":[\"cluster:admin/xpack/security/user/*\"]}");
    elasticsearch.admin(
        "PUT",
        "/_security/user/faults-actions",
        "{\"password\":\"account-pw1\",\"roles\":[\"faults-actions\"]}");
    try (TestGateway gateway =
        throughProxy()
            .set("elasticsearch.username", "faults-actions")
            .set("elasticsearch.password", "account-pw1")
            .start()) {
      assertOpens(gateway.login("faults.by-actions"));
      Awaitility.await("it may not read roles")
          .until(() -> output.getAll().contains("could not be checked"));
      assertThat(gateway.health().path("status").asText()).isEqualTo("healthy");
    }
  }

  @Test
  @ReadsOutput
  void rolesThatDoNotExistAreNamedAtTheStartAndAtTheFirstUse(CapturedOutput output) {
    proxy.answer(503);
    elasticsearch.admin("PUT", "/_security/role/a%20b%2Fc%25", "{\"cluster\":[\"monitor\"]}");
    try (TestGateway gateway =
        throughProxy()
            .set("default_roles", "viewer,no-such-default")
            .set("group_mappings.one", "a b/c%")
            .set("group_mappings.two", "no/such role,superuser,no-such-+%role")
            .start()) {
      Awaitility.await().until(() -> output.getAll().contains("Elasticsearch is unreachable"));
      assertThat(output).as("checked later").doesNotContain("does not know");
      proxy.answer(0);
      Awaitility.await()
          .until(() -> output.getAll().contains("[no-such-+%role, no-such-default, no/such role]"));
      assertOpens(gateway.login("faults.first-use", "two"));
      assertOpens(gateway.login("faults.second-use", "two"));
      assertOpens(gateway.login("faults.good-role", "one"));
      Awaitility.await()
          .until(
              () ->
                  lines(output, "A login received a role that Elasticsearch does not know").size()
                      == 2);
      assertThat(lines(output, "A login received a role that Elasticsearch does not know"))
          .allMatch(line -> line.contains("user=\"faults.first-use\""))
          .anyMatch(line -> line.contains("role=\"no/such role\""));
      assertThat(lines(output, "Elasticsearch does not know")).hasSize(3);
    }
  }

  private static List<String> lines(CapturedOutput output, String text) {
    return output.getAll().lines().filter(line -> line.contains(text)).toList();
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
