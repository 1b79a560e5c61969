package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.RedisServer;
import org.elastauth.server.Servers;
import org.elastauth.server.TestGateway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** SPEC 2, 4, 5: a user gets in, with the roles of the groups, on a real Elasticsearch. */
@ExtendWith(Servers.class)
class LoginIT {
  private static ElasticsearchServer elasticsearch;
  private static TestGateway gateway;

  @BeforeAll
  static void start(ElasticsearchServer server, RedisServer redis) {
    elasticsearch = server;
    gateway =
        TestGateway.builder()
            .on(server)
            .with(redis)
            .set("group_mappings.admins", "superuser")
            .set("group_mappings.data_analysts", "monitoring_user,reporting_user")
            .start();
  }

  @AfterAll
  static void stop() {
    gateway.close();
  }

  private static JsonNode whoAmI(String authorization) {
    HttpResponse<String> response =
        elasticsearch.request("GET", "/_security/_authenticate", authorization, null);
    assertThat(response.statusCode()).isEqualTo(200);
    return ElasticsearchServer.json(response);
  }

  private static String roles(JsonNode user) {
    return user.path("roles").toString();
  }

  @Test
  void theHeaderOpensElasticsearchWithTheMappedRoles() {
    HttpResponse<String> response = gateway.decide("login.mapped", "staff", "Admins");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).isEqualTo("{\"status\":\"OK\",\"user\":\"login.mapped\"}");
    assertThat(response.headers().firstValue("Cache-Control")).contains("no-store");
    assertThat(response.headers().firstValue("Content-Type")).contains("application/json");
    JsonNode user = whoAmI(TestGateway.authorization(response).orElseThrow());
    assertThat(user.path("username").asText()).isEqualTo("login.mapped");
    assertThat(roles(user)).isEqualTo("[\"superuser\"]");
  }

  /** Whatever a request carries, what comes out is what the gateway means to say. */
  @Test
  void nothingOfTheRequestComesBackBesideALogin() {
    String planted =
        "?Authorization=planted&X-Role=planted&Location=planted&Retry-After=9&CamelHttpResponseCode=201";
    HttpResponse<String> response =
        gateway.send(
            gateway
                .request(
                    "/elastauth/authz/x" + planted,
                    "Remote-User",
                    "login.planted",
                    "Authorization",
                    "planted",
                    "X-Role",
                    "planted",
                    "Set-Cookie",
                    "planted",
                    "Retry-After",
                    "9",
                    "CamelHttpResponseCode",
                    "201",
                    "Content-Type",
                    "application/x-www-form-urlencoded")
                .POST(
                    HttpRequest.BodyPublishers.ofString(
                        "Authorization=planted&X-Form=planted&Set-Cookie=planted"))
                .build());
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().map())
        .containsOnlyKeys(
            "authorization",
            "cache-control",
            "content-length",
            "content-type",
            "elastauth-decision")
        .allSatisfy((name, values) -> assertThat(values).hasSize(1));
    assertThat(response.headers().map().toString()).doesNotContain("planted");
    assertThat(TestGateway.authorization(response)).contains(gateway.login("login.planted"));
    assertThat(response.body()).isEqualTo("{\"status\":\"OK\",\"user\":\"login.planted\"}");
  }

  @Test
  void headersOfOtherNamesCarryTheIdentityAndTheUsualOnesThenMeanNothing() {
    try (TestGateway renamed =
        TestGateway.builder()
            .on(elasticsearch)
            .set("authelia.header_username", "X-Auth-User")
            .set("authelia.header_groups", "X-Auth-Groups")
            .set("authelia.header_email", "X-Auth-Email")
            .set("authelia.header_name", "X-Auth-Name")
            .set("group_mappings.admins", "superuser")
            .start()) {
      HttpResponse<String> response =
          renamed.get(
              "/elastauth",
              "x-auth-user",
              "login.renamed",
              "X-Auth-Groups",
              "admins",
              "X-Auth-Email",
              "r@example.org",
              "X-Auth-Name",
              "Renamed",
              "Remote-User",
              "login.usual",
              "Remote-Groups",
              "usual",
              "Remote-Email",
              "usual",
              "Remote-Name",
              "usual");
      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(response.body()).contains("\"login.renamed\"");
      JsonNode user = elasticsearch.user("login.renamed");
      assertThat(user.path("roles").toString()).isEqualTo("[\"superuser\"]");
      assertThat(user.path("email").asText()).isEqualTo("r@example.org");
      assertThat(user.path("full_name").asText()).isEqualTo("Renamed");
      assertThat(user.path("metadata").path("groups").toString()).isEqualTo("[\"admins\"]");

      assertThat(renamed.decide("login.usual", "admins").statusCode()).isEqualTo(401);
      assertThat(elasticsearch.user("login.usual").isMissingNode()).isTrue();
    }
  }

  @Test
  void rolesAreTheUnionOverAllGroupsAndTheDefaultWhereNoneMatches() {
    assertThat(roles(whoAmI(gateway.login("login.union", "admins", "DATA_ANALYSTS"))))
        .isEqualTo("[\"monitoring_user\",\"reporting_user\",\"superuser\"]");
    assertThat(roles(whoAmI(gateway.login("login.default", "nobody-knows"))))
        .isEqualTo("[\"viewer\"]");
    assertThat(roles(whoAmI(gateway.login("login.nogroups")))).isEqualTo("[\"viewer\"]");
  }

  @Test
  void profileArrivesAsUtf8() {
    // a Java client writes each char below 256 as one byte: these are the UTF-8 bytes of "Jörg
    // Žižek"
    String bytes =
        new String(
            "Jörg Žižek".getBytes(java.nio.charset.StandardCharsets.UTF_8),
            java.nio.charset.StandardCharsets.ISO_8859_1);
    String answer =
        gateway.raw(
            "GET /elastauth HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\nRemote-User: login.profile\r\n"
                + "Remote-Groups: admins, \u00c3\u00bcbung ,,staff\r\nRemote-Email: j@example.org\r\nRemote-Name: "
                + bytes
                + "\r\n\r\n");
    assertThat(answer).startsWith("HTTP/1.1 200 ");
    JsonNode user = elasticsearch.user("login.profile");
    assertThat(user.path("full_name").asText()).isEqualTo("Jörg Žižek");
    assertThat(user.path("email").asText()).isEqualTo("j@example.org");
    assertThat(user.path("metadata").path("groups").toString())
        .isEqualTo("[\"admins\",\"staff\",\"übung\"]");
  }

  @Test
  void theCachedDecisionIsTheSameAndWritesNothing() {
    String first = gateway.login("login.cached", "admins");
    long version = elasticsearch.version("login.cached");
    assertThat(gateway.login("login.cached", "admins")).isEqualTo(first);
    assertThat(elasticsearch.version("login.cached")).isEqualTo(version);
  }

  /** SPEC 13.2: groups are not ignored while the password is cached. */
  @Test
  void changedGroupsTakeEffectOnTheNextRequestAndLeaveThePasswordAlone() {
    String before = gateway.login("login.moved", "admins");
    String after = gateway.login("login.moved", "staff");
    assertThat(after).isEqualTo(before);
    assertThat(roles(whoAmI(after))).isEqualTo("[\"viewer\"]");
    assertThat(elasticsearch.user("login.moved").path("metadata").path("groups").toString())
        .isEqualTo("[\"staff\"]");
    assertThat(
            elasticsearch
                .user("login.moved")
                .path("metadata")
                .path("elastauth")
                .path("generation")
                .asLong())
        .isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "login+plus@example.org",
        "Login.Case",
        "login.case",
        "a",
        "-login-",
        "login_._@+-"
      })
  void everyAllowedUsernameIsAUserOfItsOwn(String name) {
    JsonNode user = whoAmI(gateway.login(name, "admins"));
    assertThat(user.path("username").asText()).isEqualTo(name);
  }

  @Test
  void theLongestUsernameWorks() {
    String name = "n".repeat(255);
    assertThat(whoAmI(gateway.login(name)).path("username").asText()).isEqualTo(name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/", "/elastauth", "/elastauth/authz", "/elastauth/authz/app/kibana?x=1", "/?a=b"})
  void everyAddressGivesTheSameDecision(String path) {
    HttpResponse<String> response = gateway.get(path, "Remote-User", "login.paths");
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(TestGateway.authorization(response)).contains(gateway.login("login.paths"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "PROPFIND"})
  void everyMethodIsADecision(String method) {
    HttpResponse<String> response =
        gateway.send(
            gateway
                .request("/elastauth", "Remote-User", "login.methods")
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build());
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(TestGateway.authorization(response)).isPresent();
  }

  @Test
  void aBodyIsNeitherReadNorInTheWayOfTheNextRequest() {
    for (int i = 0; i < 3; i++) {
      HttpResponse<String> response =
          gateway.send(
              gateway
                  .request("/elastauth", "Remote-User", "login.body")
                  .POST(HttpRequest.BodyPublishers.ofString("x".repeat(100_000)))
                  .build());
      assertThat(response.statusCode()).isEqualTo(200);
    }
    assertThat(gateway.decide("login.body").statusCode()).isEqualTo(200);
  }
}
