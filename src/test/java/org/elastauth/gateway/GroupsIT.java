package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.elastauth.identity.Identity;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.ProviderDouble;
import org.elastauth.server.Servers;
import org.elastauth.server.TestGateway;
import org.elastauth.session.Session;
import org.elastauth.session.SessionId;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** SPEC 2, 5: optional fields decide nothing, and "says nothing of groups" is not "has none". */
@ExtendWith(Servers.class)
class GroupsIT {
  private static final String SUPERUSER = "[\"superuser\"]";
  private static final String VIEWER = "[\"viewer\"]";

  private static ElasticsearchServer elasticsearch;
  private static ProviderDouble provider;
  private static TestGateway headers;
  private static TestGateway tokens;

  @BeforeAll
  static void start(ElasticsearchServer server) {
    elasticsearch = server;
    provider = new ProviderDouble();
    headers = withRoles(TestGateway.builder()).start();
    tokens = believing().start();
  }

  @AfterAll
  static void stop() {
    tokens.close();
    headers.close();
    provider.close();
  }

  private static TestGateway.Builder withRoles(TestGateway.Builder builder) {
    return builder.on(elasticsearch).set("group_mappings.admins", "superuser");
  }

  private static TestGateway.Builder believing() {
    return withRoles(provider.believer())
        .set("elasticsearch.dry_run", false)
        .set("oidc.redirect_url", "http://localhost/elastauth/oidc/callback");
  }

  private static HttpResponse<String> ask(
      TestGateway gateway, String user, Map<String, Object> claims) {
    return ask(gateway, user, 0, claims);
  }

  /**
   * @param age of the token in seconds
   */
  private static HttpResponse<String> ask(
      TestGateway gateway, String user, int age, Map<String, Object> claims) {
    var token = provider.claims(user).issueTime(Date.from(Instant.now().minusSeconds(age)));
    claims.forEach(token::claim);
    return gateway.get("/elastauth", "Authorization", "Bearer " + provider.sign(token.build()));
  }

  private static void assertServed(HttpResponse<String> response, String user, String roles) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    assertThat(elasticsearch.user(user).path("roles").toString()).isEqualTo(roles);
    JsonNode self =
        ElasticsearchServer.json(
            elasticsearch.request(
                "GET",
                "/_security/_authenticate",
                TestGateway.authorization(response).orElseThrow(),
                null));
    assertThat(self.path("roles").toString()).isEqualTo(roles);
  }

  private static void assertRefused(HttpResponse<String> response, String... reasons) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(403);
    assertThat(TestGateway.authorization(response)).isEmpty();
    assertThat(response.body()).contains(reasons);
  }

  static Stream<Arguments> optionalHeaders() {
    return Stream.of(
        Arguments.of("Remote-Email: n/a", "", "", "[]"),
        Arguments.of("Remote-Email: " + "x".repeat(319) + "@h", "", "", "[]"),
        Arguments.of("Remote-Email: a@\u00ff.org", "", "", "[]"),
        Arguments.of("Remote-Email: a@b.org, c@d.org", "", "", "[]"),
        Arguments.of("Remote-Name: " + "x".repeat(501), "", "", "[]"),
        Arguments.of("Remote-Name: \u00c2\u0085", "", "", "[]"),
        Arguments.of("Remote-Name: J\u00f6rg\r\nRemote-Email: j@b.org", "", "j@b.org", "[]"),
        Arguments.of("Remote-Groups: \u00ed\u00a0\u0080,a,B\u00fcro", "", "", "[\"a\"]"),
        Arguments.of("Remote-Groups: a," + "x".repeat(256), "", "", "[\"a\"]"),
        Arguments.of("Remote-Groups: a,b\u00c2\u0085,,c", "", "", "[\"a\",\"c\"]"));
  }

  @ParameterizedTest
  @MethodSource
  void optionalHeaders(String lines, String name, String email, String groups) {
    String user = "groups.header-" + Math.abs(lines.hashCode());
    String answer =
        headers.raw(
            "GET /elastauth HTTP/1.1\r\nHost: g\r\nConnection: close\r\nRemote-User: "
                + user
                + "\r\n"
                + lines
                + "\r\n\r\n");
    assertThat(answer).startsWith("HTTP/1.1 200 ");
    JsonNode stored = elasticsearch.user(user);
    assertThat(stored.path("full_name").asText("")).isIn(name, "null");
    assertThat(stored.path("email").asText("")).isIn(email, "null");
    assertThat(stored.path("metadata").path("groups").toString()).isEqualTo(groups);
  }

  static Stream<Arguments> claims() {
    return Stream.of(
        Arguments.of("email", List.of("j@example.org"), "viewer"),
        Arguments.of("email", false, "viewer"),
        Arguments.of("email", Map.of("value", "j@example.org"), "viewer"),
        Arguments.of("email", "a\nb@c", "viewer"),
        Arguments.of("name", 7, "viewer"),
        Arguments.of("name", Arrays.asList(null, List.of("J")), "viewer"),
        Arguments.of("groups", Map.of("admins", Map.of("1", "x")), "superuser"),
        Arguments.of("groups", Map.of("admins", false), "viewer"),
        Arguments.of("groups", List.of(Map.of("name", "Admins")), "superuser"),
        Arguments.of("groups", Arrays.asList(null, 7, "admins", "x".repeat(256)), "superuser"),
        Arguments.of("groups", List.of(List.of("admins")), "viewer"),
        Arguments.of("groups", 7, "viewer"));
  }

  @ParameterizedTest
  @MethodSource
  void claims(String claim, Object value, String role) {
    String user = "groups.claim-" + Math.abs((claim + value).hashCode());
    assertServed(ask(tokens, user, Map.of(claim, value)), user, "[\"" + role + "\"]");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      value = {"|!admins|b", ";!b; admins", "space!b admins", "/!admins/b,c"})
  void theSeparatorOfGroupsIsConfigurable(String separator, String groups) {
    try (TestGateway piped =
            TestGateway.builder()
                .set("elasticsearch.dry_run", true)
                .set("authelia.group_separator", separator)
                .set("enable_group_whitelist", true)
                .set("group_whitelist", "Admins,b,\"c\"")
                .borrow();
        TestGateway claimed =
            provider
                .believer()
                .set("oidc.claim_mappings.groups_separator", separator)
                .set("enable_group_whitelist", true)
                .set("group_whitelist", "Admins,b")
                .borrow()) {
      int status = groups.endsWith(",c") ? 403 : 200;
      assertThat(
              piped
                  .get("/elastauth", "Remote-User", "groups.split", "Remote-Groups", groups)
                  .statusCode())
          .isEqualTo(status);
      assertThat(ask(claimed, "groups.split", Map.of("groups", groups)).statusCode())
          .isEqualTo(status);
    }
  }

  private static final Map<String, Object> NOTHING = Map.of();
  private static final Map<String, Object> ADMIN = Map.of("groups", List.of("admins"));
  private static final Map<String, Object> NONE = Map.of("groups", List.of());

  @Test
  void aSuperuserWhoseGroupsAreLeftOutIsRefused() {
    String user = "groups.overage";
    assertServed(ask(tokens, user, ADMIN), user, SUPERUSER);
    long version = elasticsearch.version(user);
    for (Map<String, Object> claims :
        List.<Map<String, Object>>of(
            Map.of("_claim_names", Map.of("groups", "src1")),
            Map.of("hasgroups", true),
            Map.of("groups:src1", "https://graph.example.com"))) {
      assertRefused(ask(tokens, user, claims), "groups overage", "oidc.token_validation");
      assertRefused(ask(tokens, "groups.overage-new", claims), "groups overage");
    }
    assertThat(elasticsearch.version(user)).isEqualTo(version);
    assertThat(elasticsearch.user("groups.overage-new").isMissingNode()).isTrue();
    assertServed(ask(tokens, user, ADMIN), user, SUPERUSER);
  }

  @Test
  void userinfoCanSayWhatATokenLeavesOut() {
    String user = "groups.overage-asked";
    provider.answer(
        "/userinfo",
        "{\"sub\":\"id-of-%s\",\"preferred_username\":\"%s\",\"groups\":[\"admins\"]}"
            .formatted(user, user));
    try (TestGateway asking = believing().set("oidc.token_validation", "both").borrow()) {
      assertServed(
          ask(asking, user, Map.of("_claim_names", Map.of("groups", "src1"))), user, SUPERUSER);
    }
  }

  @Test
  void aTokenWithoutTheClaimNeitherTakesRolesNorGetsThem() {
    String user = "groups.silent";
    assertServed(ask(tokens, user, 60, NOTHING), user, VIEWER);
    assertServed(ask(tokens, user, 120, ADMIN), user, SUPERUSER);
    long version = elasticsearch.version(user);
    for (int age : new int[] {0, 60, 200}) {
      assertRefused(ask(tokens, user, age, NOTHING), "the claim groups", "roles by groups");
    }
    assertThat(elasticsearch.version(user)).isEqualTo(version);
    assertServed(ask(tokens, user, 0, NONE), user, VIEWER);
    assertServed(ask(tokens, user, NOTHING), user, VIEWER);
    assertServed(ask(tokens, user, 10, ADMIN), user, VIEWER); // older than "none"
  }

  @Test
  void anAbsentHeaderSaysNothingAndAnEmptyOneSaysNone() {
    String user = "groups.absent";
    assertServed(headers.decide(user, "admins"), user, SUPERUSER);
    assertRefused(headers.get("/elastauth", "Remote-User", user), "the header Remote-Groups");
    assertThat(elasticsearch.user(user).path("roles").toString()).isEqualTo(SUPERUSER);
    assertServed(headers.decide(user), user, VIEWER);
    assertServed(headers.get("/elastauth", "Remote-User", user), user, VIEWER);
  }

  @Test
  void withoutDefaultRolesALoginMustSayItsGroups() {
    try (TestGateway strict = believing().set("default_roles", "").borrow()) {
      String user = "groups.strict";
      assertRefused(ask(strict, user, NOTHING), "the claim groups", "default_roles");
      assertRefused(ask(strict, user, NONE), "no group of this user gives a role");
      assertThat(elasticsearch.user(user).isMissingNode()).isTrue();
      assertServed(ask(strict, user, ADMIN), user, SUPERUSER);
      assertRefused(ask(strict, user, NOTHING), "the claim groups");
    }
  }

  /** The refreshed tokens say nothing of groups: the session keeps those of its login. */
  @Test
  void aSessionKeepsTheGroupsOfItsLogin() {
    String user = "groups.session";
    Map<String, Object> claims = new HashMap<>(provider.claims(user).build().getClaims());
    assertThat(claims).doesNotContainKey("groups");
    provider.answer(
        "/token",
        "{\"access_token\":\"opaque\",\"token_type\":\"Bearer\",\"expires_in\":300,\"id_token\":\"%s\"}"
            .formatted(provider.token(user)));
    long now = Instant.now().getEpochSecond();
    SessionId id = SessionId.random();
    tokens.keep(
        id,
        new Session(
            new Identity(user, "", "", List.of("admins"), now - 300),
            "id-of-" + user,
            "sid",
            "",
            "",
            "a-refresh-token",
            now - 1,
            now - 300,
            now + 3600));
    for (int i = 0; i < 2; i++) {
      HttpResponse<String> page =
          tokens.get("/elastauth", "Cookie", "elastauth_session=" + id.cookie());
      assertServed(page, user, SUPERUSER);
    }
    assertThat(provider.asked("/token")).isEqualTo(1);
  }
}
