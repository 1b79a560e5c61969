package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.FaultProxy;
import org.elastauth.server.FaultyTcpProxy;
import org.elastauth.server.Servers;
import org.elastauth.server.SideBySide;
import org.elastauth.server.TestGateway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** DESIGN 6: cached users are read again, and dropped where they differ. */
@SideBySide
@ExtendWith(Servers.class)
@Timeout(180)
class RereadIT {
  private static final String REREAD = "user_reread";

  private final ElasticsearchServer elasticsearch;

  RereadIT(ElasticsearchServer elasticsearch) {
    this.elasticsearch = elasticsearch;
  }

  private TestGateway.Builder gateway() {
    return TestGateway.builder()
        .on(elasticsearch)
        .set("redis.health_check.interval", "1s")
        .set("elasticsearch.reread_interval", "1s");
  }

  private static double requests(TestGateway gateway, String operation) {
    String name = "elastauth_elasticsearch_requests_total{operation=\"" + operation + "\"}";
    return gateway
        .get("/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith(name))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(' '))))
        .sum();
  }

  /** Until so many have begun after this call, of which all but the last are over. */
  private static void awaitRequests(TestGateway gateway, String operation, int more) {
    double before = requests(gateway, operation);
    Awaitility.await(operation)
        .atMost(Duration.ofSeconds(60))
        .until(() -> requests(gateway, operation) >= before + more);
  }

  private int authenticate(String authorization) {
    return elasticsearch
        .request("GET", "/_security/_authenticate", authorization, null)
        .statusCode();
  }

  @Test
  void whoeverAnAdministratorDisabledIsRefused() {
    try (TestGateway gateway = gateway().start()) {
      String header = gateway.login("reread.disabled");
      gateway.login("reread.other");
      elasticsearch.admin("PUT", "/_security/user/reread.disabled/_disable", null);
      Awaitility.await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> gateway.decide("reread.disabled").statusCode() == 403);
      elasticsearch.admin("PUT", "/_security/user/reread.disabled/_enable", null);
      assertThat(gateway.login("reread.disabled")).isEqualTo(header);
    }
  }

  /** SPEC 8: Elasticsearch wiped or restored. */
  @Test
  void whoeverElasticsearchLostIsMadeAgain() {
    try (TestGateway gateway = gateway().start()) {
      gateway.login("reread.lost");
      elasticsearch.admin("DELETE", "/_security/user/reread.lost", null);
      Awaitility.await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> authenticate(gateway.login("reread.lost")) == 200);
    }
  }

  @Test
  void anAccountThatIsNoLongerOursIsRefused() {
    try (TestGateway gateway = gateway().start()) {
      gateway.login("reread.foreign");
      elasticsearch.admin("DELETE", "/_security/user/reread.foreign", null);
      elasticsearch.admin(
          "PUT",
          "/_security/user/reread.foreign",
          "{\"password\":\"theirs-1\",\"roles\":[\"viewer\"]}");
      Awaitility.await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> gateway.decide("reread.foreign").statusCode() == 403);
    }
  }

  /** Same window and generation, another key: another password. */
  @Test
  void aPasswordOfAnotherKeyIsNoticed() {
    String user = "reread.key";
    try (TestGateway gateway = gateway().start();
        TestGateway stranger =
            gateway()
                .set("secret_key", "fedcba98".repeat(8))
                .set("elasticsearch.reread_interval", 0)
                .start()) {
      String before = gateway.login(user);
      elasticsearch.admin("DELETE", "/_security/user/" + user, null);
      stranger.login(user);
      Awaitility.await("the gateway that started earlier says who holds the login")
          .atMost(Duration.ofSeconds(20))
          .until(() -> gateway.decide(user).statusCode() == 503);
      assertThat(before).isNotEmpty();
    }
  }

  @Test
  void aNewerViewOfTheGroupsIsNoticed() {
    String user = "reread.view";
    try (TestGateway one =
            gateway()
                .set("group_mappings.b", "superuser")
                .clockOffBy(Duration.ofSeconds(-30))
                .start();
        TestGateway other = gateway().set("group_mappings.b", "superuser").start()) {
      one.login(user, "a");
      double asked = requests(one, "user_get");
      one.login(user, "a");
      assertThat(requests(one, "user_get")).as("cached").isEqualTo(asked);
      other.login(user, "b");
      Awaitility.await("what is cached is asked for again")
          .atMost(Duration.ofSeconds(20))
          .until(
              () -> {
                one.login(user, "a");
                return requests(one, "user_get") > asked;
              });
    }
  }

  @Test
  void namesOfEveryKindInOneRequest() {
    try (TestGateway gateway = gateway().start()) {
      List<String> users =
          List.of("reread.a+b", "reread.a@x.org", "reread.-_9", "reread." + "l".repeat(248));
      users.forEach(gateway::login);
      awaitRequests(gateway, REREAD, 3);
      double asked = requests(gateway, "user_get");
      users.forEach(gateway::login);
      assertThat(requests(gateway, "user_get")).as("all are cached still").isEqualTo(asked);
      users.forEach(
          user ->
              elasticsearch.admin(
                  "PUT",
                  "/_security/user/"
                      + URLEncoder.encode(user, StandardCharsets.UTF_8)
                      + "/_disable",
                  null));
      users.forEach(
          user ->
              Awaitility.await(user + " is dropped")
                  .until(() -> gateway.decide(user).statusCode() == 403));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 404, 500, 503})
  void anAnswerThatIsNoneDropsNobody(int status) {
    String user = "reread.broken" + status;
    try (FaultProxy proxy = new FaultProxy(elasticsearch);
        TestGateway gateway = gateway().set("elasticsearch.hosts", proxy.url()).start()) {
      String header = gateway.login(user);
      double asked = requests(gateway, "user_get");
      proxy.answer(status);
      awaitRequests(gateway, REREAD, 3);
      assertThat(gateway.login(user)).isEqualTo(header);
      proxy.answer(0);
      awaitRequests(gateway, REREAD, 3);
      assertThat(gateway.login(user)).isEqualTo(header);
      assertThat(requests(gateway, "user_get")).isEqualTo(asked);
    }
  }

  @Test
  void anElasticsearchThatIsAwayIsNotAskedAgainAndAgain() {
    try (FaultyTcpProxy tcpProxy = FaultyTcpProxy.to(elasticsearch).open();
        TestGateway gateway = gateway().set("elasticsearch.hosts", tcpProxy.url()).start()) {
      String header = gateway.login("reread.away");
      awaitRequests(gateway, REREAD, 1);
      tcpProxy.shut();
      Awaitility.await("its breaker opens")
          .atMost(Duration.ofSeconds(60))
          .until(
              () ->
                  gateway
                      .health()
                      .path("elasticsearch")
                      .path("circuit_breaker")
                      .path("state")
                      .asText()
                      .equals("open"));
      double before = requests(gateway, REREAD);
      awaitRequests(gateway, "ping", 4);
      assertThat(requests(gateway, REREAD)).isEqualTo(before);
      assertThat(gateway.login("reread.away")).isEqualTo(header);
      tcpProxy.open();
      awaitRequests(gateway, REREAD, 1);
    }
  }

  @Test
  void nobodyIsAskedForWhereNobodyIsCachedOrItIsSwitchedOff() {
    try (TestGateway idle = gateway().start();
        TestGateway off = gateway().set("elasticsearch.reread_interval", "0s").start();
        TestGateway none = gateway().set("cache.type", "none").start()) {
      off.login("reread.off");
      none.login("reread.off");
      awaitRequests(none, "ping", 4);
      for (TestGateway gateway : List.of(idle, off, none)) {
        assertThat(requests(gateway, REREAD)).isZero();
      }
    }
  }
}
