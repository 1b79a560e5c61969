package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.FaultProxy;
import org.elastauth.server.FaultyTcpProxy;
import org.elastauth.server.ReadsOutput;
import org.elastauth.server.RedisServer;
import org.elastauth.server.Servers;
import org.elastauth.server.SideBySide;
import org.elastauth.server.TestGateway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** SPEC 2, 4 and 8: DELETE /elastauth/users/{name}. */
@SideBySide
@ExtendWith(Servers.class)
@Timeout(180)
class RevokeIT {
  private static final String CREDENTIAL = "administrators-0123456789-abcdefgh";
  private static final String BEARER = "Bearer " + CREDENTIAL;

  private final ElasticsearchServer elasticsearch;
  private final RedisServer redis;
  @TempDir Path folder;

  RevokeIT(ElasticsearchServer elasticsearch, RedisServer redis) {
    this.elasticsearch = elasticsearch;
    this.redis = redis;
  }

  private TestGateway.Builder gateway() {
    return TestGateway.builder()
        .on(elasticsearch)
        .set("admin.enabled", true)
        .set("admin.credential", CREDENTIAL);
  }

  /**
   * @param user as it stands in the path, possibly with a query
   */
  private static HttpResponse<String> revoke(TestGateway gateway, String user) {
    return gateway.send(
        gateway.request("/elastauth/users/" + user, "Authorization", BEARER).DELETE().build());
  }

  private static HttpResponse<String> configuration(TestGateway gateway, String authorization) {
    return gateway.send(
        gateway.request("/elastauth/config", "Authorization", authorization).GET().build());
  }

  private static JsonNode revoked(TestGateway gateway, String user) {
    HttpResponse<String> response = revoke(gateway, user);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return ElasticsearchServer.json(response);
  }

  private static JsonNode json(String text) throws JsonProcessingException {
    return new ObjectMapper().readTree(text);
  }

  private static String message(HttpResponse<String> response) {
    return ElasticsearchServer.json(response).path("message").asText();
  }

  /** What Elasticsearch says to a header that a gateway answered. */
  private int authenticate(String authorization) {
    return elasticsearch
        .request("GET", "/_security/_authenticate", authorization, null)
        .statusCode();
  }

  private JsonNode mark(String user) {
    return elasticsearch.user(user).path("metadata").path("elastauth");
  }

  private static String key(String user) {
    return "elastauth-"
        + URLEncoder.encode(
            Base64.getEncoder().encodeToString(user.getBytes(StandardCharsets.US_ASCII)),
            StandardCharsets.US_ASCII);
  }

  private TestGateway.Builder on(String cache) throws Exception {
    TestGateway.Builder gateway = gateway().set("cache.type", cache);
    switch (cache) {
      case "redis", "hybrid" -> gateway.with(redis);
      case "file" ->
          gateway.set(
              "cache.path",
              Files.createDirectory(
                  folder.resolve("entries"),
                  PosixFilePermissions.asFileAttribute(
                      PosixFilePermissions.fromString("rwx------"))));
      case "database" -> {
        String url = "jdbc:h2:" + folder.resolve("cache");
        new JdbcTemplate(new DriverManagerDataSource(url))
            .execute(
                "CREATE TABLE elastauth_cache (cache_key VARCHAR(1084) PRIMARY KEY,"
                    + " entry VARCHAR(65536) NOT NULL, expires_at BIGINT NOT NULL)");
        gateway.set("cache.url", url);
      }
      default -> {}
    }
    return gateway;
  }

  @ParameterizedTest
  @ValueSource(strings = {"memory", "redis", "hybrid", "file", "database", "none"})
  @ReadsOutput
  void theOldPasswordIsDeadAndTheNextLoginGetsAnother(String cache, CapturedOutput output)
      throws Exception {
    String user = "revoke." + cache;
    try (TestGateway gateway = on(cache).start()) {
      Awaitility.await("the cache is used")
          .until(() -> gateway.health().path("status").asText().equals("healthy"));
      String before = gateway.login(user, "staff");
      assertThat(gateway.login(user, "staff")).isEqualTo(before);

      assertThat(revoked(gateway, user))
          .isEqualTo(json("{\"user\":\"" + user + "\",\"generation\":2,\"disabled\":false}"));
      assertThat(authenticate(before)).isEqualTo(401);

      String after = gateway.login(user, "staff");
      assertThat(after).isNotEqualTo(before);
      assertThat(authenticate(after)).isEqualTo(200);
      assertThat(gateway.login(user, "staff")).isEqualTo(after);
      assertThat(elasticsearch.user(user).path("metadata").path("groups").toString())
          .isEqualTo("[\"staff\"]");
      assertThat(mark(user).has("state")).isFalse();

      assertThat(revoked(gateway, user).path("generation").asInt()).isEqualTo(3);
      assertThat(authenticate(after)).isEqualTo(401);
      assertThat(gateway.get("/metrics").body()).contains("elastauth_revocations_total 2.0");
    }
    assertThat(output.getOut())
        .contains("Login revoked user=\"" + user + "\" generation=\"2\" disabled=\"false\"")
        .doesNotContain(CREDENTIAL);
  }

  /** Nobody serves from a cache whoever was revoked, and no tier keeps the entry. */
  @Test
  void noTierKeepsTheEntry() throws Exception {
    try (TestGateway gateway = on("redis").start()) {
      gateway.login("revoke.tiers");
      assertThat(redis.template().hasKey(key("revoke.tiers"))).isTrue();
      revoked(gateway, "revoke.tiers");
      assertThat(redis.template().hasKey(key("revoke.tiers"))).isFalse();
    }
    try (TestGateway gateway = on("file").start()) {
      gateway.login("revoke.tiers");
      revoked(gateway, "revoke.tiers");
      assertThat(folder.resolve("entries")).isEmptyDirectory();
    }
  }

  @Test
  void aRedisThatIsAwayLosesTheEntryBeforeItIsReadAgain() throws Exception {
    try (RedisServer own = RedisServer.start();
        TestGateway gateway =
            gateway()
                .with(own)
                .set("redis.read_timeout", "500ms")
                .set("redis.write_timeout", "500ms")
                .set("redis.circuit_breaker.timeout", "1s")
                .set("redis.health_check.interval", "1s")
                .start();
        TestGateway other = gateway().with(own).set("elasticsearch.reread_interval", 0).start()) {
      String before = gateway.login("revoke.away");
      own.freeze();
      revoked(gateway, "revoke.away");
      own.resume();
      assertThat(authenticate(before)).isEqualTo(401);
      Awaitility.await("Redis is used again, and what it held is gone")
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(
              () -> {
                gateway.login("revoke.away");
                assertThat(authenticate(other.login("revoke.away"))).isEqualTo(200);
              });
    }
  }

  @Test
  void anotherPasswordEvenWhereMoreThanTheStoredOneWasSeen() throws Exception {
    String user = "revoke.restored";
    try (TestGateway gateway = on("memory").start()) {
      gateway.login(user);
      revoked(gateway, user);
      revoked(gateway, user);
      String third = gateway.login(user);
      assertThat(mark(user).path("generation").asInt()).isEqualTo(3);
      // as a snapshot would: the mark of the first generation is back, whatever the password
      elasticsearch.admin(
          "PUT",
          "/_security/user/" + user,
          "{\"roles\":[\"viewer\"],\"metadata\":{\"elastauth\":{\"generation\":1}}}");
      assertThat(revoked(gateway, user).path("generation").asInt()).isEqualTo(4);
      elasticsearch.admin(
          "PUT",
          "/_security/user/" + user,
          "{\"roles\":[\"viewer\"],\"metadata\":{\"elastauth\":{\"generation\":1}}}");
      assertThat(revoked(gateway, user).path("generation").asInt())
          .as("its own count")
          .isEqualTo(5);
      assertThat(authenticate(third)).isEqualTo(401);
      assertThat(authenticate(gateway.login(user))).isEqualTo(200);
    }
  }

  @Test
  void withoutAdminThereIsNoSuchAddress() {
    try (TestGateway gateway = TestGateway.builder().on(elasticsearch).borrow()) {
      assertThat(revoke(gateway, "john.doe").statusCode()).isEqualTo(404);
      assertThat(configuration(gateway, BEARER).statusCode()).isEqualTo(404);
    }
    try (TestGateway gateway =
        TestGateway.builder().on(elasticsearch).set("admin.credential", CREDENTIAL).borrow()) {
      assertThat(revoke(gateway, "john.doe").statusCode()).isEqualTo(404);
    }
  }

  @Test
  @ReadsOutput
  void nobodyButTheAdministrator(CapturedOutput output) {
    try (TestGateway gateway = gateway().start()) {
      String before = gateway.login("revoke.guarded");
      List<String[]> attempts =
          List.of(
              new String[0],
              new String[] {"Authorization", "Bearer wrong-pw-in-no-log"},
              new String[] {"Authorization", "Bearer"},
              new String[] {"Authorization", "Bearer "},
              new String[] {"Authorization", CREDENTIAL},
              new String[] {"Authorization", "Bearer " + CREDENTIAL + "x"},
              new String[] {"Authorization", "Bearer " + CREDENTIAL.substring(1)},
              new String[] {"Authorization", "Bearer " + CREDENTIAL.toUpperCase()},
              new String[] {"Authorization", BEARER, "Authorization", BEARER},
              new String[] {"Authorization", ElasticsearchServer.basic("admin", CREDENTIAL)},
              new String[] {"Authorization", before},
              new String[] {"X-Authorization", BEARER});
      for (String[] headers : attempts) {
        HttpResponse<String> response =
            gateway.send(
                gateway.request("/elastauth/users/revoke.guarded", headers).DELETE().build());
        assertThat(response.statusCode()).as(String.join(" ", headers)).isEqualTo(401);
        assertThat(response.headers().firstValue("WWW-Authenticate").orElse(""))
            .startsWith("Bearer realm=\"elastauth\"");
        assertThat(message(response))
            .isEqualTo("the administrator's credential is missing or wrong");
      }
      // whoever may not ask is not told either whether the question made sense
      assertThat(gateway.raw(request("DELETE", "/elastauth/users/..x?disable", "X: y")))
          .startsWith("HTTP/1.1 401 ");
      assertThat(
              gateway
                  .send(
                      gateway
                          .request(
                              "/elastauth/users/revoke.guarded?access_token="
                                  + CREDENTIAL
                                  + "&Authorization=Bearer%20"
                                  + CREDENTIAL)
                          .DELETE()
                          .build())
                  .statusCode())
          .isEqualTo(401);
      assertThat(authenticate(before)).isEqualTo(200);
      assertThat(gateway.bean(MeterRegistry.class).counter("elastauth.admin.refusals").count())
          .isEqualTo(attempts.size() + 2);
      assertThat(
              output
                  .getOut()
                  .lines()
                  .filter(line -> line.contains("credential is missing or wrong")))
          .as("said once")
          .hasSize(1);
      assertThat(output).doesNotContain("wrong-pw-in-no-log").doesNotContain(CREDENTIAL);
      assertThat(configuration(gateway, "Bearer wrong").statusCode()).isEqualTo(401);
      HttpResponse<String> settings = configuration(gateway, BEARER);
      assertThat(settings.statusCode()).isEqualTo(200);
      assertThat(settings.headers().firstValue("Cache-Control")).contains("no-store");
      assertThat(settings.body())
          .contains("\"admin.credential\":{\"value\":\"***\",\"origin\":")
          .contains("\"cache.extend\":{\"value\":false,\"origin\":\"default\"}")
          .doesNotContain(
              CREDENTIAL, ElasticsearchServer.GATEWAY_PASSWORD, TestGateway.KEY, "Settings[");
      assertThat(revoke(gateway, "revoke.guarded").statusCode()).as("still lets in").isEqualTo(200);
    }
  }

  private static String request(String method, String target, String header) {
    return method
        + " "
        + target
        + " HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n"
        + header
        + "\r\n\r\n";
  }

  @Test
  void badInput() {
    Map<String, Integer> statuses =
        Map.ofEntries(
            Map.entry("%2e%2e", 400),
            Map.entry("%2e%2e/health", 400),
            Map.entry("a/%2e%2e/b", 400),
            Map.entry("a%3Ab", 400),
            Map.entry("%20a", 400),
            Map.entry("a%0Ab", 400),
            Map.entry("_a", 400),
            Map.entry("a%00b", 400),
            Map.entry("%zz", 400),
            Map.entry("a%", 400),
            Map.entry("a%C3%A4", 400),
            Map.entry("a%20", 400),
            Map.entry("a%2Fb", 404),
            Map.entry("..%2Fhealth", 404),
            Map.entry("%2Ea", 404),
            Map.entry("a%20b", 404),
            Map.entry("a;b", 404),
            Map.entry("a%2Cb", 404),
            Map.entry("%2525", 404),
            Map.entry("%", 400),
            Map.entry("a/b", 404),
            Map.entry("a?disable", 400),
            Map.entry("a?disable=yes", 400),
            Map.entry("a?disable=TRUE", 400),
            Map.entry("a?disable=true&disable=true", 400),
            Map.entry("a?disabled=true", 400),
            Map.entry("a?disable=%zz", 400),
            Map.entry("a?api_keys=1", 400),
            Map.entry("elastic", 403),
            Map.entry("KIBANA", 403),
            Map.entry("elastauth", 403),
            Map.entry("revoke.nobody", 404));
    try (TestGateway gateway = gateway().borrow()) {
      statuses.forEach(
          (name, status) ->
              assertThat(
                      gateway.raw(
                          request(
                              "DELETE", "/elastauth/users/" + name, "Authorization: " + BEARER)))
                  .as(name)
                  .startsWith("HTTP/1.1 " + status + " ")
                  .contains("\"code\":" + status));
    }
  }

  @Test
  void namesThatAreTooLongAndNone() {
    try (TestGateway gateway = gateway().borrow()) {
      assertThat(revoke(gateway, "a".repeat(256)).statusCode()).isEqualTo(400);
      assertThat(revoke(gateway, "a".repeat(255)).statusCode()).isEqualTo(404);
      assertThat(revoke(gateway, "").statusCode()).isIn(400, 404);
      assertThat(gateway.get("/elastauth/users/john.doe", "Authorization", BEARER).statusCode())
          .isEqualTo(405);
    }
  }

  @Test
  void namesAreDecoded() {
    Map<String, String> users =
        Map.of(
            "revoke.a+b", "revoke.a+b",
            "revoke.a%2Bc", "revoke.a+c",
            "revoke.a@x.org", "revoke.a@x.org",
            "revoke.%61@y%2Eorg", "revoke.a@y.org",
            "Revoke.Upper", "Revoke.Upper");
    try (TestGateway gateway = gateway().borrow()) {
      users.forEach(
          (written, user) -> {
            String before = gateway.login(user);
            assertThat(revoked(gateway, written).path("user").asText()).isEqualTo(user);
            assertThat(authenticate(before)).isEqualTo(401);
          });
    }
  }

  @Test
  void anAccountThatSomebodyElseMadeIsLeftAlone() {
    elasticsearch.admin(
        "PUT",
        "/_security/user/revoke.foreign",
        "{\"password\":\"theirs-1\",\"roles\":[\"viewer\"]}");
    long version = elasticsearch.version("revoke.foreign");
    try (TestGateway gateway = gateway().borrow()) {
      HttpResponse<String> response = revoke(gateway, "revoke.foreign?disable=true&api_keys=true");
      assertThat(response.statusCode()).isEqualTo(403);
      assertThat(message(response))
          .isEqualTo("an account of this name exists that the gateway does not manage");
      assertThat(elasticsearch.version("revoke.foreign")).isEqualTo(version);
    }
  }

  /** SPEC 8: Elasticsearch wiped; healed at once. */
  @Test
  void whatElasticsearchHasLostIsDroppedFromTheCache() throws Exception {
    try (TestGateway gateway = on("hybrid").start()) {
      String before = gateway.login("revoke.lost");
      elasticsearch.admin("DELETE", "/_security/user/revoke.lost", null);
      assertThat(authenticate(gateway.login("revoke.lost"))).isEqualTo(401);
      assertThat(revoke(gateway, "revoke.lost").statusCode()).isEqualTo(404);
      assertThat(authenticate(gateway.login("revoke.lost"))).isEqualTo(200);
      assertThat(before).isNotEmpty();
    }
  }

  @Test
  void aDisabledUserStaysOutUntilAnAdministratorLiftsIt() {
    String user = "revoke.disabled";
    try (TestGateway gateway = gateway().borrow()) {
      String before = gateway.login(user);
      assertThat(revoked(gateway, user + "?disable=true").path("disabled").asBoolean()).isTrue();
      assertThat(authenticate(before)).isEqualTo(401);
      assertThat(elasticsearch.user(user).path("enabled").asBoolean()).isFalse();
      assertThat(mark(user).path("state").asText()).isEqualTo("revoked");
      assertThat(gateway.decide(user).statusCode()).isEqualTo(403);
      assertThat(gateway.decide(user, "other").statusCode()).isEqualTo(403);

      assertThat(revoked(gateway, user + "?disable=false").path("disabled").asBoolean())
          .as("only an administrator of Elasticsearch lifts it")
          .isTrue();
      assertThat(gateway.decide(user).statusCode()).isEqualTo(403);

      elasticsearch.admin("PUT", "/_security/user/" + user + "/_enable", null);
      String after = gateway.login(user);
      assertThat(after).isNotEqualTo(before);
      assertThat(authenticate(after)).isEqualTo(200);
      assertThat(gateway.login(user)).isEqualTo(after);
    }
  }

  private String apiKey(String authorization) {
    JsonNode made =
        ElasticsearchServer.json(
            elasticsearch.request(
                "POST", "/_security/api_key", authorization, "{\"name\":\"mine\"}"));
    assertThat(made.has("encoded")).as(made.toString()).isTrue();
    return "ApiKey " + made.path("encoded").asText();
  }

  @Test
  void apiKeysGoWhereThatIsAskedFor() {
    String user = "revoke.api-keys";
    try (TestGateway gateway = gateway().set("default_roles", "superuser").borrow()) {
      String one = apiKey(gateway.login(user));
      String other = apiKey(gateway.login(user));
      String foreign = apiKey(gateway.login(user + "2"));
      assertThat(revoked(gateway, user).has("apiKeysInvalidated")).isFalse();
      assertThat(authenticate(one)).as("they outlive the password").isEqualTo(200);
      assertThat(revoked(gateway, user + "?api_keys=true").path("apiKeysInvalidated").asInt())
          .isEqualTo(2);
      assertThat(authenticate(one)).isEqualTo(401);
      assertThat(authenticate(other)).isEqualTo(401);
      assertThat(authenticate(foreign)).isEqualTo(200);
      assertThat(revoked(gateway, user + "?api_keys=true").path("apiKeysInvalidated").asInt())
          .isZero();
    }
  }

  @Test
  void apiKeysGoWhereTheirUserIsGoneAlready() {
    String user = "revoke.gone-keys";
    try (TestGateway gateway = gateway().set("default_roles", "superuser").borrow()) {
      String key = apiKey(gateway.login(user));
      elasticsearch.admin("DELETE", "/_security/user/" + user, null);
      assertThat(authenticate(key)).as("they outlive the user").isEqualTo(200);
      HttpResponse<String> answer = revoke(gateway, user + "?api_keys=true");
      assertThat(answer.statusCode()).isEqualTo(404);
      assertThat(answer.body()).contains("API keys invalidated: 1");
      assertThat(authenticate(key)).isEqualTo(401);
    }
  }

  @Test
  void aRightThatIsMissingForApiKeysIsReported() {
    elasticsearch.admin(
        "PUT",
        "/_security/role/revoke_narrow",
        "{\"cluster\":[\"cluster:admin/xpack/security/user/*\"]}");
    elasticsearch.admin(
        "PUT",
        "/_security/user/narrow-gateway",
        "{\"password\":\"gateway-pw1\",\"roles\":[\"revoke_narrow\"]}");
    try (TestGateway gateway = gateway().set("elasticsearch.username", "narrow-gateway").start()) {
      String before = gateway.login("revoke.narrow");
      JsonNode report = revoked(gateway, "revoke.narrow?api_keys=true");
      assertThat(report.path("apiKeysError").asText())
          .contains("lacks the cluster privilege manage_api_key");
      assertThat(report.has("apiKeysInvalidated")).isFalse();
      assertThat(authenticate(before)).isEqualTo(401);
    }
  }

  /** Fail closed: nobody is served from the cache whose revocation was asked for. */
  @Test
  void elasticsearchAwayIsSaidAndTheCacheIsDropped() {
    try (FaultyTcpProxy tcpProxy = FaultyTcpProxy.to(elasticsearch).open();
        TestGateway gateway =
            gateway().set("elasticsearch.hosts", tcpProxy.url()).with(redis).start()) {
      String before = gateway.login("revoke.es-away");
      tcpProxy.shut();
      HttpResponse<String> response = revoke(gateway, "revoke.es-away");
      assertThat(response.statusCode()).isEqualTo(503);
      assertThat(response.headers().firstValue("Retry-After")).isPresent();
      assertThat(message(response)).startsWith("nothing was revoked in Elasticsearch");
      assertThat(redis.template().hasKey(key("revoke.es-away"))).isFalse();
      assertThat(gateway.decide("revoke.es-away").statusCode()).isEqualTo(503);
      assertThat(authenticate(before)).isEqualTo(200);
      tcpProxy.open();
      Awaitility.await("the breaker closes")
          .atMost(Duration.ofSeconds(30))
          .until(() -> revoke(gateway, "revoke.es-away").statusCode() == 200);
      assertThat(authenticate(before)).isEqualTo(401);
    }
  }

  @Test
  void aDryRunDropsTheCacheAndContactsNobody() throws Exception {
    try (TestGateway gateway = gateway().set("elasticsearch.dry_run", true).with(redis).borrow()) {
      gateway.login("revoke.dry");
      assertThat(revoked(gateway, "revoke.dry?disable=true&api_keys=true"))
          .isEqualTo(json("{\"user\":\"revoke.dry\",\"disabled\":false,\"dryRun\":true}"));
      assertThat(redis.template().hasKey(key("revoke.dry"))).isFalse();
      assertThat(elasticsearch.user("revoke.dry").isMissingNode()).isTrue();
    }
  }

  /**
   * One that had read the user before, and writes late, neither undoes a disable nor the password.
   */
  @Test
  void aLoginThatWritesLateDoesNotUndoIt() {
    String user = "revoke.late";
    try (FaultProxy slow = new FaultProxy(elasticsearch);
        FaultProxy watched = new FaultProxy(elasticsearch);
        TestGateway late = gateway().set("elasticsearch.hosts", slow.url()).start();
        TestGateway gateway =
            gateway()
                .set("elasticsearch.hosts", watched.url())
                .set("elasticsearch.reread_interval", 0)
                .start()) {
      FaultProxy.Hold write = slow.holdNext("PUT");
      CompletableFuture<HttpResponse<String>> lateLogin = late.decideLater(user);
      write.awaitArrival();
      String before = gateway.login(user);
      CompletableFuture<JsonNode> report =
          CompletableFuture.supplyAsync(() -> revoked(gateway, user + "?disable=true"));
      Awaitility.await("the first write").until(() -> mark(user).path("generation").asInt() == 2);
      FaultProxy.Hold look = watched.holdNext("GET", "/_security/user/");
      write.release();
      // the first generation, enabled: what everybody would have written who found nobody
      Awaitility.await("the late one").until(() -> mark(user).path("generation").asInt() == 1);
      look.awaitArrival();
      look.release();

      assertThat(report.join().path("generation").asInt()).isEqualTo(3);
      assertThat(elasticsearch.user(user).path("enabled").asBoolean()).isFalse();
      assertThat(authenticate(before)).isEqualTo(401);
      lateLogin.join();
      assertThat(gateway.decide(user).statusCode()).isEqualTo(403);
    }
  }

  /** Logins of the same moment get a password that works, or one that the revocation took. */
  @Test
  void loginsDuringRevocationsLeaveNoDeadPasswordBehind() throws Exception {
    String user = "revoke.race";
    try (TestGateway one = on("hybrid").start();
        TestGateway other = on("hybrid").start()) {
      List<String> taken = new ArrayList<>();
      for (int round = 0; round < 3; round++) {
        taken.add(one.login(user));
        CompletableFuture<JsonNode> report =
            CompletableFuture.supplyAsync(() -> revoked(one, user));
        List<CompletableFuture<HttpResponse<String>>> logins = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
          logins.add((i % 2 == 0 ? one : other).decideLater(user, "group" + i % 3));
        }
        report.join();
        logins.forEach(
            login -> assertThat(login.join().statusCode()).as(login.join().body()).isEqualTo(200));
        assertThat(taken).allSatisfy(header -> assertThat(authenticate(header)).isEqualTo(401));
        for (TestGateway gateway : List.of(one, other)) {
          for (int group = 0; group < 3; group++) {
            assertThat(authenticate(gateway.login(user, "group" + group))).isEqualTo(200);
          }
        }
      }
    }
  }
}
