package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.support.DefaultExchange;
import org.awaitility.Awaitility;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.FaultProxy;
import org.elastauth.server.FaultProxy.Hold;
import org.elastauth.server.FaultyTcpProxy;
import org.elastauth.server.RedisServer;
import org.elastauth.server.Servers;
import org.elastauth.server.TestGateway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.event.ApplicationEventMulticaster;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.support.GenericApplicationContext;

/** Short-lived means short-lived: what becomes of users whose window has ended. */
@ExtendWith({Servers.class, OutputCaptureExtension.class})
@Timeout(120)
class ExpiryIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String SUMMARY = "Users whose window has ended were expired";

  private final ElasticsearchServer elasticsearch;

  ExpiryIT(ElasticsearchServer elasticsearch) {
    this.elasticsearch = elasticsearch;
  }

  /** One that looks at the users when it is told to. */
  private TestGateway.Builder gateway() {
    return TestGateway.builder()
        .on(elasticsearch)
        .set("group_mappings.admins", "superuser")
        .set("expiry.enabled", true)
        .set("expiry.interval", "24h");
  }

  /** What the timer does. */
  private static void expire(TestGateway gateway) {
    CamelContext context = gateway.bean(CamelContext.class);
    Exchange run = new DefaultExchange(context);
    try {
      context.getRoute("expiry").getProcessor().process(run);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
    assertThat(run.getException()).isNull();
  }

  /** Lets a user log in in a window that is over by now. */
  private String loginEightDaysAgo(String user, String... groups) {
    try (TestGateway past = gateway().clockOffBy(Duration.ofDays(-8)).borrow()) {
      return past.login(user, groups);
    }
  }

  private int status(String authorization) {
    return elasticsearch
        .request("GET", "/_security/_authenticate", authorization, null)
        .statusCode();
  }

  private boolean enabled(String user) {
    return elasticsearch.user(user).path("enabled").asBoolean();
  }

  private JsonNode mark(String user) {
    return elasticsearch.user(user).path("metadata").path("elastauth");
  }

  /** Writes a user as it stands but for its mark, into which this is merged. */
  private void merge(String user, boolean enabled, String mark) {
    ObjectNode document = elasticsearch.user(user).deepCopy();
    document.remove("username");
    document.put("enabled", enabled);
    try {
      document.set("metadata", JSON.readTree("{\"elastauth\":" + mark + "}"));
    } catch (Exception malformed) {
      throw new IllegalArgumentException(malformed);
    }
    put(user, document.toString());
  }

  private void put(String user, String document) {
    assertThat(
            elasticsearch
                .admin("PUT", "/_security/user/" + user.replace(" ", "%20"), document)
                .statusCode())
        .isEqualTo(200);
  }

  private static String endedMark(String more) {
    return "{\"v\":1,\"key\":\"0011223344556677\",\"issued\":1000,\"until\":2000,\"generation\":1%s}"
        .formatted(more);
  }

  private static double acts(TestGateway gateway, String act) {
    return gateway.bean(MeterRegistry.class).counter("elastauth.expiry.users", "act", act).count();
  }

  private static double requests(TestGateway gateway, String operation) {
    return gateway
        .bean(MeterRegistry.class)
        .counter("elastauth.elasticsearch.requests", "operation", operation)
        .count();
  }

  @Test
  void aLoginOpensNothingOnceItsWindowHasEndedAndTheNextOneWorks(CapturedOutput output) {
    String user = "expiry.john@example.org";
    String before = loginEightDaysAgo(user, "admins");
    assertThat(status(before)).as("what this is about").isEqualTo(200);
    try (TestGateway gateway = gateway().start()) {
      String running = gateway.login("expiry.running");
      long version = elasticsearch.version("expiry.running");
      expire(gateway);
      assertThat(status(before)).isEqualTo(401);
      JsonNode stored = elasticsearch.user(user);
      assertThat(stored.path("enabled").asBoolean()).isFalse();
      assertThat(stored.path("roles").toString()).isEqualTo("[\"superuser\"]");
      assertThat(stored.path("metadata").path("groups").toString()).isEqualTo("[\"admins\"]");
      assertThat(mark(user).path("state").asText()).isEqualTo("expired");
      assertThat(mark(user).path("generation").asLong()).isEqualTo(1);
      assertThat(requests(gateway, "user_put_password")).as("the running one's").isEqualTo(1);
      assertThat(status(running)).isEqualTo(200);
      assertThat(elasticsearch.version("expiry.running")).isEqualTo(version);
      assertThat(acts(gateway, "disable")).isPositive();
      assertThat(gateway.get("/metrics").body())
          .contains("elastauth_expiry_users_total{act=\"disable\"}")
          .contains("elastauth_expiry_failures_total 0.0")
          .contains("elastauth_expiry_run_seconds_count{outcome=\"complete\"} 1")
          .contains("elastauth_expiry_run_seconds_count{outcome=\"incomplete\"} 0")
          .doesNotContain("elastauth_expiry_last_run_timestamp_seconds 0.0");
      assertThat(output).containsPattern(SUMMARY + ".*disabled");

      version = elasticsearch.version(user);
      int lines = output.toString().split(SUMMARY, -1).length;
      expire(gateway);
      assertThat(elasticsearch.version(user)).as("once").isEqualTo(version);
      assertThat(output.toString().split(SUMMARY, -1)).as("nothing to say").hasSize(lines);

      String after = gateway.login(user, "staff");
      assertThat(status(after)).isEqualTo(200);
      assertThat(status(before)).isEqualTo(401);
      assertThat(enabled(user)).isTrue();
      assertThat(mark(user).has("state")).isFalse();
      assertThat(mark(user).has("expired")).isFalse();
      assertThat(elasticsearch.user(user).path("roles").toString()).isEqualTo("[\"viewer\"]");
      expire(gateway);
      assertThat(status(after)).isEqualTo(200);
    }
  }

  @Test
  void aWindowIsOverFiveMinutesAfterItsEnd() {
    try (TestGateway gateway = gateway().borrow()) {
      gateway.login("expiry.soon");
      gateway.login("expiry.over");
      long now = Instant.now().getEpochSecond();
      merge("expiry.soon", true, "{\"until\":" + (now - 240) + "}");
      merge("expiry.over", true, "{\"until\":" + (now - 310) + "}");
      expire(gateway);
      assertThat(enabled("expiry.soon")).isTrue();
      assertThat(mark("expiry.soon").has("state")).isFalse();
      assertThat(enabled("expiry.over")).isFalse();
    }
  }

  /** Also one under a key that is not held here any more. */
  @Test
  void whoeverCarriesOurMarkIsMeantWhateverTheKey() {
    put(
        "expiry.key",
        "{\"password\":\"theirs-1\",\"roles\":[\"viewer\"],\"metadata\":{\"elastauth\":"
            + endedMark("")
            + "}}");
    try (TestGateway gateway = gateway().borrow()) {
      expire(gateway);
      assertThat(enabled("expiry.key")).isFalse();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "expiry.nomark      | true  | {\"groups\":[\"staff\"]}",
        "expiry.v2          | true  | {\"elastauth\":{\"v\":2,\"key\":\"0\",\"issued\":1,\"until\":2,\"generation\":1}}",
        "expiry.nowindow    | true  | {\"elastauth\":{\"v\":1,\"key\":\"0\",\"issued\":1,\"generation\":1}}",
        "expiry.text        | true  | {\"elastauth\":{\"v\":1,\"key\":\"0\",\"issued\":\"1\",\"until\":\"2\",\"generation\":1}}",
        "expiry.disabled    | false | {\"elastauth\":{\"v\":1,\"key\":\"0\",\"issued\":1,\"until\":2,\"generation\":1}}",
        "expiry.revoked     | false | {\"elastauth\":{\"v\":1,\"key\":\"0\",\"issued\":1,\"until\":2,\"generation\":2,\"state\":\"revoked\"}}",
        "expiry.overtaken   | false | {\"elastauth\":{\"v\":1,\"key\":\"0\",\"issued\":1,\"until\":4102444800,\"generation\":2,\"state\":\"expired\",\"expired\":{\"issued\":1,\"generation\":1}}}",
        "expiry:not.a.name  | true  | {\"elastauth\":{\"v\":1,\"key\":\"0\",\"issued\":1,\"until\":2,\"generation\":1}}",
      })
  void othersAreLeftAlone(String name, boolean enabled, String metadata) {
    put(
        name,
        "{\"password\":\"theirs-1\",\"roles\":[\"viewer\"],\"enabled\":%s,\"metadata\":%s}"
            .formatted(enabled, metadata));
    String path = "/_security/user/" + name;
    JsonNode before = ElasticsearchServer.json(elasticsearch.admin("GET", path, null));
    try (TestGateway gateway = gateway().set("expiry.delete_after", "1h").borrow()) {
      expire(gateway);
      expire(gateway);
    }
    JsonNode after = ElasticsearchServer.json(elasticsearch.admin("GET", path, null));
    assertThat(after).isEqualTo(before);
    assertThat(after.path(name).path("enabled").asBoolean()).isEqualTo(enabled);
  }

  @Test
  void reservedAccountsAndTheGatewaysOwnAreLeftAloneEvenIfMarked() {
    String gatewayAccount = ElasticsearchServer.GATEWAY;
    JsonNode elastic = elasticsearch.user("elastic");
    merge(gatewayAccount, true, endedMark(""));
    try (TestGateway gateway = gateway().set("expiry.delete_after", "1h").borrow()) {
      expire(gateway);
      expire(gateway);
      assertThat(enabled(gatewayAccount)).isTrue();
      assertThat(elasticsearch.user("elastic")).isEqualTo(elastic);
    } finally {
      merge(gatewayAccount, true, "{\"v\":0}");
    }
  }

  /** SPEC 4: `enabled:false` that is not our own is a 403; SPEC 13.8. */
  @Test
  void whomAnAdministratorDisabledIsNeitherLetInNorDeleted() {
    String header = loginEightDaysAgo("expiry.admin");
    elasticsearch.admin("PUT", "/_security/user/expiry.admin/_disable", null);
    long version = elasticsearch.version("expiry.admin");
    try (TestGateway gateway = gateway().set("expiry.delete_after", "1h").borrow()) {
      expire(gateway);
      expire(gateway);
      assertThat(gateway.decide("expiry.admin").statusCode()).isEqualTo(403);
    }
    assertThat(elasticsearch.version("expiry.admin")).isEqualTo(version);
    assertThat(status(header)).isEqualTo(401);
  }

  @Test
  void aDryRunWritesNothingAndSaysWhomItMeans(CapturedOutput output) {
    String header = loginEightDaysAgo("expiry.dry");
    long version = elasticsearch.version("expiry.dry");
    try (TestGateway gateway = gateway().set("expiry.dry_run", true).start()) {
      expire(gateway);
      assertThat(acts(gateway, "disable")).isZero();
      assertThat(requests(gateway, "user_put_expiry")).isZero();
    }
    assertThat(output)
        .containsPattern("Expiry would write .*expiry\\.dry.*DISABLE")
        .contains("nothing was written");
    assertThat(elasticsearch.version("expiry.dry")).isEqualTo(version);
    assertThat(status(header)).isEqualTo(200);
  }

  @Test
  void whoeverStaysAwayIsDeletedAfterATimeAndMayComeBack() {
    String user = "expiry.deleted";
    String before = loginEightDaysAgo(user, "admins");
    try (TestGateway never = gateway().borrow();
        TestGateway late = gateway().set("expiry.delete_after", "10d").borrow();
        TestGateway gateway = gateway().set("expiry.delete_after", "1h").borrow()) {
      expire(gateway);
      assertThat(enabled(user)).as("first disabled").isFalse();
      expire(never);
      expire(late);
      assertThat(elasticsearch.user(user).isMissingNode()).as("off, and not yet").isFalse();
      expire(gateway);
      assertThat(elasticsearch.user(user).isMissingNode()).isTrue();
      assertThat(acts(gateway, "delete")).isPositive();
      assertThat(status(before)).isEqualTo(401);
      assertThat(status(gateway.login(user, "admins"))).isEqualTo(200);
      expire(gateway);
      assertThat(enabled(user)).isTrue();
    }
  }

  /** A login between the read and the write of a run wins: password, window, and roles. */
  @Test
  void aLoginAtTheSameMomentWins() {
    String user = "expiry.race";
    loginEightDaysAgo(user, "admins");
    try (FaultProxy proxy = new FaultProxy(elasticsearch);
        TestGateway expiring = gateway().set("elasticsearch.hosts", proxy.url()).start();
        TestGateway gateway = gateway().start()) {
      Hold write = proxy.holdNext("PUT", "/_security/user/" + user);
      CompletableFuture<Void> run = CompletableFuture.runAsync(() -> expire(expiring));
      write.awaitArrival();
      String header = gateway.login(user, "staff");
      assertThat(status(header)).isEqualTo(200);
      write.release();
      run.join();
      assertThat(status(header)).isEqualTo(200);
      JsonNode stored = elasticsearch.user(user);
      assertThat(stored.path("enabled").asBoolean()).isTrue();
      assertThat(stored.path("roles").toString()).isEqualTo("[\"viewer\"]");
      assertThat(stored.path("metadata").path("groups").toString()).isEqualTo("[\"staff\"]");
      assertThat(mark(user).path("state").asText()).isEmpty();
      assertThat(acts(expiring, "enable")).isEqualTo(1);
      assertThat(gateway.login(user, "staff")).isEqualTo(header);
    }
  }

  /** Nobody's disable is undone by a run that read the user before it. */
  @Test
  void aRevocationAtTheSameMomentStays(CapturedOutput output) {
    String user = "expiry.revoking";
    loginEightDaysAgo(user);
    try (FaultProxy proxy = new FaultProxy(elasticsearch);
        TestGateway expiring = gateway().set("elasticsearch.hosts", proxy.url()).start();
        TestGateway gateway = gateway().start()) {
      Hold write = proxy.holdNext("PUT", "/_security/user/" + user);
      CompletableFuture<Void> run = CompletableFuture.runAsync(() -> expire(expiring));
      write.awaitArrival();
      ObjectNode revoked = elasticsearch.user(user).deepCopy();
      revoked.remove("username");
      revoked.put("password", "nobody-knows").put("enabled", false);
      ((ObjectNode) revoked.at("/metadata/elastauth")).put("generation", 2).put("state", "revoked");
      put(user, revoked.toString());
      write.release();
      run.join();
      assertThat(enabled(user)).isFalse();
      assertThat(gateway.decide(user).statusCode()).isEqualTo(403);
      expire(gateway);
      assertThat(enabled(user)).isFalse();
      assertThat(gateway.decide(user, "other").statusCode()).isEqualTo(403);
      assertThat(output).containsPattern("Another party changed a user .*expiry\\.revoking");
    }
  }

  /** A gateway whose clock ran ahead, or that died before it could undo its write. */
  @Test
  void whoWasDisabledInARunningWindowIsLetInByTheNextMiss() {
    String user = "expiry.ahead";
    try (TestGateway gateway = gateway().start()) {
      String header = gateway.login(user, "one");
      merge(user, false, "{\"state\":\"expired\"}");
      assertThat(status(header)).isEqualTo(401);
      assertThat(gateway.login(user, "two")).isEqualTo(header);
      assertThat(status(header)).isEqualTo(200);
      assertThat(mark(user).path("state").asText()).isEmpty();
      assertThat(requests(gateway, "user_put_password")).isEqualTo(1);
    }
  }

  @Test
  void aLoginThatAnEarlierRunDisabledByMistakeIsEnabledByTheNext() {
    String user = "expiry.healed";
    try (TestGateway gateway = gateway().borrow()) {
      String header = gateway.login(user, "admins");
      merge(user, false, "{\"state\":\"expired\",\"expired\":{\"issued\":1,\"generation\":1}}");
      assertThat(status(header)).isEqualTo(401);
      expire(gateway);
      assertThat(status(header)).isEqualTo(200);
      assertThat(mark(user).path("state").asText()).isEmpty();
    }
  }

  /** No later run may come to it: the login itself lifts what was a mistake. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aLoginThatWasDisabledByMistakeIsLetInByTheNext(boolean late) {
    String user = "expiry.mistaken-" + late;
    try (TestGateway past =
        gateway().clockOffBy(late ? Duration.ofDays(-8) : Duration.ZERO).borrow()) {
      past.login(user, "admins");
    }
    merge(user, false, "{\"state\":\"expired\",\"expired\":{\"issued\":1,\"generation\":1}}");
    try (TestGateway gateway = gateway().borrow()) {
      assertThat(status(gateway.login(user, "admins"))).isEqualTo(200);
      assertThat(mark(user).path("state").asText()).isEmpty();
    }
  }

  /** A clock that jumped: nobody's window ends so late, and nobody would look again for a year. */
  @Test
  void aPasswordOfAClockThatRanFarAheadIsExpired() {
    String user = "expiry.ahead";
    try (TestGateway ahead = gateway().clockOffBy(Duration.ofDays(365)).start()) {
      ahead.login(user, "admins");
    }
    try (TestGateway gateway = gateway().start()) {
      expire(gateway);
      assertThat(enabled(user)).isFalse();
      expire(gateway);
      assertThat(enabled(user)).isFalse();
      assertThat(status(gateway.login(user, "admins"))).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"redis", "hybrid"})
  void overRedisOneGatewayTakesTheTurn(String cache, RedisServer redis) {
    redis.flush();
    String user = "expiry.turn-" + cache;
    loginEightDaysAgo(user);
    try (TestGateway one = gateway().with(redis).set("cache.type", cache).start();
        TestGateway other = gateway().with(redis).set("cache.type", cache).start()) {
      expire(one);
      expire(other);
      expire(one);
      assertThat(enabled(user)).isFalse();
      assertThat(requests(one, "user_list")).isPositive();
      assertThat(requests(other, "user_list")).isZero();
      assertThat(redis.template().getExpire("elastauth-expiry"))
          .isPositive()
          .isLessThan(Duration.ofHours(24).toSeconds());
      double lists = requests(one, "user_list");
      redis.template().delete("elastauth-expiry");
      expire(other);
      assertThat(requests(other, "user_list")).isPositive();
      expire(one);
      assertThat(requests(one, "user_list")).isEqualTo(lists);
    }
  }

  @Test
  void withoutRedisEachGatewayLooksForItself() {
    String user = "expiry.redis-away";
    loginEightDaysAgo(user);
    try (TestGateway gateway =
        gateway().set("redis.host", "127.0.0.1:" + RedisServer.freePort()).start()) {
      expire(gateway);
      assertThat(enabled(user)).isFalse();
    }
  }

  @Test
  void elasticsearchAwayIsSaidOnceAndLeftToTheNextRun(CapturedOutput output) {
    String user = "expiry.away";
    loginEightDaysAgo(user);
    try (FaultyTcpProxy tcpProxy = FaultyTcpProxy.to(elasticsearch);
        TestGateway gateway = gateway().set("elasticsearch.hosts", tcpProxy.url()).start()) {
      for (int i = 0; i < 8; i++) {
        expire(gateway);
      }
      assertThat(output.toString().split("Not all users whose window has ended", -1))
          .as("once for each reason: refused, breaker open")
          .hasSizeBetween(2, 3);
      assertThat(enabled(user)).isTrue();
      tcpProxy.open();
      Awaitility.await("the breaker closes")
          .until(
              () -> {
                expire(gateway);
                return !enabled(user);
              });
    }
  }

  @Test
  void aUserWhoCannotBeReadIsCountedAndTheOthersAreDone(CapturedOutput output) {
    loginEightDaysAgo("expiry.unreadable");
    loginEightDaysAgo("expiry.unreadable2");
    try (FaultProxy proxy = new FaultProxy(elasticsearch);
        TestGateway gateway = gateway().set("elasticsearch.hosts", proxy.url()).start()) {
      proxy.refuse("/_security/user/expiry.unreadable");
      expire(gateway);
      assertThat(enabled("expiry.unreadable")).isTrue();
      assertThat(enabled("expiry.unreadable2")).isFalse();
      assertThat(gateway.get("/metrics").body()).contains("elastauth_expiry_failures_total 1.0");
      assertThat(output).contains(SUMMARY).contains("failed=\"1\"");
    }
  }

  @Test
  void theMissingRightIsNamedOnce(CapturedOutput output) {
    elasticsearch.admin("PUT", "/_security/role/expiry_none", "{\"cluster\":[\"monitor\"]}");
    put("expiry.account", "{\"password\":\"account-1\",\"roles\":[\"expiry_none\"]}");
    try (TestGateway gateway =
        gateway()
            .set("elasticsearch.username", "expiry.account")
            .set("elasticsearch.password", "account-1")
            .start()) {
      for (int i = 0; i < 6; i++) {
        expire(gateway);
      }
      assertThat(output.toString().split("lacks the cluster privilege manage_security", -1))
          .hasSize(2);
      assertThat(gateway.health().at("/elasticsearch/circuit_breaker/state").asText())
          .as("logins are not kept from it")
          .isEqualTo("closed");
    }
  }

  /** Elasticsearch before 8.14 knows no pages. */
  @Test
  void allUsersInOneAnswerWhereThereAreNoPages() {
    String user = "expiry.one-answer";
    loginEightDaysAgo(user);
    try (FaultProxy proxy = new FaultProxy(elasticsearch);
        TestGateway gateway = gateway().set("elasticsearch.hosts", proxy.url()).start()) {
      proxy.refuse("/_security/_query/user");
      String running = gateway.login("expiry.one-answer-running");
      expire(gateway);
      assertThat(enabled(user)).isFalse();
      assertThat(status(running)).isEqualTo(200);
      assertThat(requests(gateway, "user_list")).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void beyondTheFirstPage(boolean pages) {
    // a hash, so that Elasticsearch need not make it
    String document =
        "{\"password_hash\":\"$2a$04$PlzF4VJH0MmuC2jTQldNi.S4ZvyPitm92YojuEcL7enb5wxlTk09a\",\"roles\":[],"
            + "\"metadata\":{\"note\":\""
            + "x".repeat(1000)
            + "\"}}";
    if (elasticsearch.user("expiry.many-509").isMissingNode()) {
      // the next write makes them all visible to searches
      IntStream.range(0, 510)
          .parallel()
          .forEach(i -> put("expiry.many-" + i + "?refresh=false", document));
    }
    String user = "expiry.z-last-" + pages;
    loginEightDaysAgo(user);
    try (FaultProxy proxy = new FaultProxy(elasticsearch);
        TestGateway gateway = gateway().set("elasticsearch.hosts", proxy.url()).start()) {
      if (!pages) {
        proxy.refuse("/_security/_query/user");
      }
      expire(gateway);
      assertThat(enabled(user)).isFalse();
      assertThat(requests(gateway, "user_list")).isGreaterThanOrEqualTo(2);
    }
  }

  @Test
  void theIntervalBringsItAbout() {
    String user = "expiry.timer";
    loginEightDaysAgo(user);
    try (TestGateway gateway = gateway().set("expiry.interval", "10s").start();
        TestGateway off =
            gateway().set("expiry.interval", "10s").set("expiry.enabled", false).start()) {
      Awaitility.await().atMost(Duration.ofSeconds(40)).until(() -> !enabled(user));
      assertThat(requests(off, "user_list")).isZero();
    }
  }

  /** The rest is the next run's; a gateway that stops does not wait for it. */
  @Test
  void aGatewayThatStopsEndsItsRun() {
    String user = "expiry.stopping";
    loginEightDaysAgo(user);
    try (TestGateway gateway = gateway().start()) {
      gateway
          .bean(ApplicationEventMulticaster.class)
          .multicastEvent(new ContextClosedEvent(new GenericApplicationContext()));
      expire(gateway);
      assertThat(requests(gateway, "user_list")).isZero();
      assertThat(enabled(user)).isTrue();
    }
  }
}
