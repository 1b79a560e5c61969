package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jwt.JWTClaimsSet;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.apache.camel.CamelContext;
import org.apache.camel.support.DefaultExchange;
import org.elastauth.crypto.Sha256;
import org.elastauth.identity.Identity;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.FaultProxy;
import org.elastauth.server.ProviderDouble;
import org.elastauth.server.RedisServer;
import org.elastauth.server.Servers;
import org.elastauth.server.TestGateway;
import org.elastauth.session.Session;
import org.elastauth.session.SessionId;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** SPEC 3: a name belongs to a subject of the provider, and another subject gets nothing by it. */
@ExtendWith({Servers.class, OutputCaptureExtension.class})
@Timeout(120)
class SubjectIT {
  private static final String CREDENTIAL = "administrators-0123456789-abcdefgh";
  private static final String OWNER = "the-owner";
  private static final String STRANGER = "a-stranger";

  private static ElasticsearchServer elasticsearch;
  private static RedisServer redis;
  private static ProviderDouble provider;

  @BeforeAll
  static void start(ElasticsearchServer server, RedisServer cache) {
    elasticsearch = server;
    redis = cache;
    provider = new ProviderDouble();
  }

  @AfterAll
  static void stop() {
    provider.close();
  }

  private static TestGateway.Builder oidc() {
    return administered(provider.believer().set("elasticsearch.dry_run", false).on(elasticsearch));
  }

  private static TestGateway.Builder headers() {
    return administered(TestGateway.builder().on(elasticsearch));
  }

  private static TestGateway.Builder administered(TestGateway.Builder builder) {
    return builder.set("admin.enabled", true).set("admin.credential", CREDENTIAL);
  }

  private static JWTClaimsSet.Builder claims(String user, String subject) {
    return provider.claims(user).subject(subject);
  }

  private static HttpResponse<String> ask(TestGateway gateway, JWTClaimsSet.Builder claims) {
    return ask(gateway, provider.sign(claims.build()));
  }

  private static HttpResponse<String> ask(TestGateway gateway, String token) {
    return gateway.get("/elastauth", "Authorization", "Bearer " + token);
  }

  private static HttpResponse<String> ask(TestGateway gateway, String user, String subject) {
    return ask(gateway, claims(user, subject));
  }

  private static String login(TestGateway gateway, String user, String subject) {
    HttpResponse<String> response = ask(gateway, user, subject);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return TestGateway.authorization(response).orElseThrow();
  }

  private static void assertRefused(HttpResponse<String> response) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(403);
    assertThat(TestGateway.authorization(response)).isEmpty();
    assertThat(response.body()).contains("DELETE /elastauth/users/{name}?release=true");
  }

  private static HttpResponse<String> revoke(TestGateway gateway, String user) {
    return gateway.send(
        gateway
            .request("/elastauth/users/" + user, "Authorization", "Bearer " + CREDENTIAL)
            .DELETE()
            .build());
  }

  private static int authenticate(String authorization) {
    return elasticsearch
        .request("GET", "/_security/_authenticate", authorization, null)
        .statusCode();
  }

  private static JsonNode mark(String user) {
    return elasticsearch.user(user).path("metadata").path("elastauth");
  }

  private static String hash(String subject) {
    return Sha256.hex(provider.issuer() + '|' + subject);
  }

  @ParameterizedTest
  @ValueSource(strings = {"memory", "redis", "hybrid", "none"})
  void anotherSubjectOfTheSameNameIsRefused(String cache, CapturedOutput output) {
    String user = "subject." + cache;
    try (TestGateway gateway = oidc().set("cache.type", cache).with(redis).start();
        TestGateway other = oidc().set("cache.type", cache).with(redis).start()) {
      String owners = login(gateway, user, OWNER);
      assertThat(mark(user).path("sub").asText()).isEqualTo(hash(OWNER));
      for (TestGateway each : List.of(gateway, other, gateway)) {
        assertRefused(ask(each, user, STRANGER));
        assertRefused(ask(each, user, STRANGER.toUpperCase()));
        assertThat(login(each, user, OWNER)).isEqualTo(owners);
      }
    }
    assertThat(output.getOut())
        .contains("Refused: the name belongs to another subject")
        .contains("user=\"" + user + "\"");
    assertThat(elasticsearch.version(user)).as("nothing was written").isEqualTo(1);
  }

  /** Neither may ride on the other's run at Elasticsearch. */
  @Test
  void twoSubjectsThatMissAtTheSameMoment() throws Exception {
    String user = "subject.race";
    try (FaultProxy slow = new FaultProxy(elasticsearch);
        TestGateway gateway = oidc().set("elasticsearch.hosts", slow.url()).start()) {
      FaultProxy.Hold write = slow.holdNext("PUT");
      CompletableFuture<HttpResponse<String>> owner = later(gateway, user, OWNER);
      write.awaitArrival();
      CompletableFuture<HttpResponse<String>> stranger = later(gateway, user, STRANGER);
      write.release();
      assertThat(owner.join().statusCode()).isEqualTo(200);
      assertRefused(stranger.join());
    }
  }

  private static CompletableFuture<HttpResponse<String>> later(
      TestGateway gateway, String user, String subject) {
    return gateway.getLater(
        "/elastauth", "Authorization", "Bearer " + provider.sign(claims(user, subject).build()));
  }

  @Test
  void anAdministratorReleasesTheName() {
    String user = "subject.released";
    try (TestGateway gateway = oidc().with(redis).start();
        TestGateway other = oidc().with(redis).start()) {
      String before = login(gateway, user, OWNER);
      assertRefused(ask(gateway, user, STRANGER));
      assertRefused(ask(other, user, STRANGER));

      HttpResponse<String> plain = revoke(gateway, user);
      assertThat(plain.statusCode()).as(plain.body()).isEqualTo(200);
      assertThat(plain.body()).doesNotContain("\"released\"");
      assertThat(mark(user).path("sub").asText()).as("a revocation").isEqualTo(hash(OWNER));
      assertRefused(ask(gateway, user, STRANGER));

      HttpResponse<String> released = revoke(gateway, user + "?release=true");
      assertThat(released.statusCode()).as(released.body()).isEqualTo(200);
      assertThat(released.body()).contains("\"released\":true");
      assertThat(mark(user).has("sub")).isFalse();
      assertThat(authenticate(before)).isEqualTo(401);

      String strangers = login(other, user, STRANGER);
      assertThat(authenticate(strangers)).isEqualTo(200);
      assertThat(login(gateway, user, STRANGER)).isEqualTo(strangers);
      assertRefused(ask(gateway, user, OWNER));
      assertRefused(ask(other, user, OWNER));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "release,400",
    "release=yes,400",
    "release=true&release=true,400",
    "released=true,400"
  })
  void aReleaseIsNotMisread(String query, int status) {
    try (TestGateway gateway = oidc().borrow()) {
      assertThat(revoke(gateway, "subject.query?" + query).statusCode()).isEqualTo(status);
      assertThat(revoke(gateway, "subject.query?release=true").statusCode()).isEqualTo(404);
    }
  }

  @Test
  void usersOfBeforeTakeTheirFirstSubject() {
    String user = "subject.before";
    try (TestGateway headers = headers().borrow();
        TestGateway gateway = oidc().start()) {
      String before = headers.login(user, "staff");
      assertThat(mark(user).has("sub")).isFalse();
      assertThat(
              login(gateway, provider.sign(claims(user, OWNER).claim("groups", "staff").build())))
          .as("its password")
          .isEqualTo(before);
      assertThat(mark(user).path("sub").asText()).isEqualTo(hash(OWNER));
      assertThat(mark(user).path("generation").asLong()).isEqualTo(1);
      assertRefused(ask(gateway, user, STRANGER));
    }
  }

  private static String login(TestGateway gateway, String token) {
    HttpResponse<String> response = ask(gateway, token);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return TestGateway.authorization(response).orElseThrow();
  }

  /** An older gateway writes the whole mark at a window's turn, or merges its profile into it. */
  @Test
  void whatAnOlderGatewayWritesIsTakenAsAUserOfBefore() {
    String user = "subject.rollout";
    try (TestGateway gateway = oidc().set("elasticsearch.reread_interval", 0).start()) {
      String owners = login(gateway, user, OWNER);
      String merged =
          "{\"roles\":[\"viewer\"],\"metadata\":{\"groups\":[\"x\"],\"elastauth\":{\"asof\":5}}}";
      elasticsearch.admin("PUT", "/_security/user/" + user, merged);
      assertThat(mark(user).path("sub").asText()).isEqualTo(hash(OWNER));
      assertRefused(ask(gateway, user, STRANGER));

      String password = owners.substring(6);
      String clear = new String(java.util.Base64.getDecoder().decode(password));
      JsonNode mark = mark(user);
      ((com.fasterxml.jackson.databind.node.ObjectNode) mark).remove("sub");
      elasticsearch.admin(
          "PUT",
          "/_security/user/" + user,
          "{\"password\":\"%s\",\"roles\":[\"viewer\"],\"metadata\":{\"groups\":[],\"elastauth\":%s}}"
              .formatted(clear.substring(clear.indexOf(':') + 1), mark));
      assertThat(mark(user).has("sub")).isFalse();
      try (TestGateway other = oidc().start()) {
        assertThat(login(other, user, OWNER)).isEqualTo(owners);
        assertThat(mark(user).path("sub").asText()).isEqualTo(hash(OWNER));
        assertRefused(ask(other, user, STRANGER));
      }
    }
  }

  @Test
  void headersDoNotTakeTheNameOfASubject() {
    String user = "subject.headers";
    try (TestGateway headers = headers().with(redis).start();
        TestGateway shared = headers().set("identity.shared_names", true).start();
        TestGateway gateway = oidc().with(redis).start()) {
      String owners = login(gateway, user, OWNER);
      assertRefused(headers.decide(user));
      assertThat(headers.decide(user).body()).doesNotContain("another user of");
      assertThat(shared.login(user)).isEqualTo(owners);
      assertThat(shared.login(user, "moved")).isEqualTo(owners);
      assertThat(mark(user).path("sub").asText()).as("kept").isEqualTo(hash(OWNER));
      assertThat(elasticsearch.user(user).path("metadata").path("groups").toString())
          .isEqualTo("[\"moved\"]");
      assertRefused(headers.decide(user, "moved"));
      assertRefused(ask(gateway, user, STRANGER));
      assertThat(login(gateway, user, OWNER)).isEqualTo(owners);
    }
  }

  @Test
  void sharedNamesLetNoSubjectTakeTheNameOfAnother() {
    try (TestGateway gateway = oidc().set("identity.shared_names", true).start()) {
      login(gateway, "subject.shared", OWNER);
      assertRefused(ask(gateway, "subject.shared", STRANGER));
    }
  }

  /** As Keycloak's lightweight access tokens. */
  @Test
  void aTokenWithoutSubjectIsNobodyElsesEither() {
    try (TestGateway gateway = oidc().start()) {
      login(gateway, "subject.light", OWNER);
      assertRefused(ask(gateway, "subject.light", null));
      assertRefused(ask(gateway, "subject.light", ""));
      assertThat(ask(gateway, "subject.lighter", null).statusCode()).isEqualTo(200);
    }
  }

  /** The same subject at another issuer is another user. */
  @Test
  void anotherIssuer() {
    String user = "subject.issuer";
    try (ProviderDouble another = new ProviderDouble();
        TestGateway gateway = oidc().start();
        TestGateway believer =
            another.believer().set("elasticsearch.dry_run", false).on(elasticsearch).start()) {
      login(gateway, user, OWNER);
      assertRefused(ask(believer, another.sign(another.claims(user).subject(OWNER).build())));
    }
  }

  @Test
  void adoptedUsersTakeTheirFirstSubject() {
    String user = "subject.adopted";
    elasticsearch.admin(
        "PUT",
        "/_security/user/" + user,
        "{\"password\":\"theirs-1\",\"roles\":[\"viewer\"],\"metadata\":{\"groups\":[]}}");
    try (TestGateway gateway = oidc().set("elasticsearch.adopt", "elastauth").start()) {
      login(gateway, user, OWNER);
      assertThat(mark(user).path("sub").asText()).isEqualTo(hash(OWNER));
      assertRefused(ask(gateway, user, STRANGER));
    }
  }

  @Test
  void theTurnOfAWindowARepairAndTheExpiryKeepTheSubject() throws Exception {
    String user = "subject.kept";
    TestGateway.SetClock clock = new TestGateway.SetClock(Instant.now());
    try (TestGateway gateway =
        oidc()
            .clock(clock)
            .set("cache.expiration", "60s")
            .set("cache.type", "none")
            .set("expiry.enabled", true)
            .set("expiry.interval", "24h")
            .start()) {
      String before = login(gateway, user, OWNER);
      elasticsearch.request(
          "POST", "/_security/user/_password", before, "{\"password\":\"my-own-1\"}");
      String repaired = login(gateway, user, OWNER);
      assertThat(repaired).isNotEqualTo(before);
      assertRefused(ask(gateway, user, STRANGER));
      clock.advance(Duration.ofSeconds(61));
      assertThat(login(gateway, user, OWNER)).isNotEqualTo(repaired);
      assertThat(mark(user).path("sub").asText()).isEqualTo(hash(OWNER));

      clock.advance(Duration.ofMinutes(10));
      CamelContext context = gateway.bean(CamelContext.class);
      context.getRoute("expiry").getProcessor().process(new DefaultExchange(context));
      assertThat(mark(user).path("state").asText()).isEqualTo("expired");
      assertThat(mark(user).path("sub").asText()).isEqualTo(hash(OWNER));
    }
    try (TestGateway gateway = oidc().start()) {
      assertRefused(ask(gateway, user, STRANGER));
      assertThat(elasticsearch.user(user).path("enabled").asBoolean()).isFalse();
      login(gateway, user, OWNER);
    }
  }

  private static Session session(Identity identity, String subject) {
    long now = Instant.now().getEpochSecond();
    return new Session(identity, subject, "", "", "", "", now + 300, now, now + 3_600);
  }

  /** An older gateway kept sessions whose identity has no subject. */
  @ParameterizedTest
  @ValueSource(strings = {"memory", "redis"})
  void sessions(String store) {
    String user = "subject.session-" + store;
    long now = Instant.now().getEpochSecond();
    Identity identity = new Identity(user, "", "", List.of(), now);
    Map<String, Session> sessions =
        Map.of(
            "owner", session(identity.withSubject(hash(OWNER)), OWNER),
            "owner, before", session(identity, OWNER),
            "stranger", session(identity.withSubject(hash(STRANGER)), STRANGER),
            "stranger, before", session(identity, STRANGER));
    try (TestGateway gateway =
        oidc()
            .with(redis)
            .set("session.store", store)
            .set("oidc.redirect_url", "https://kibana.example.org/elastauth/oidc/callback")
            .start()) {
      String owners = login(gateway, user, OWNER);
      sessions.forEach(
          (name, session) -> {
            SessionId id = SessionId.random();
            gateway.keep(id, session);
            HttpResponse<String> response =
                gateway.get("/elastauth", "Cookie", "__Host-elastauth_session=" + id.cookie());
            if (name.startsWith("owner")) {
              assertThat(TestGateway.authorization(response)).as(name).contains(owners);
            } else {
              assertRefused(response);
            }
          });
    }
  }

  private static TestGateway.Builder byEmail() {
    return oidc().set("oidc.claim_mappings.username", "email");
  }

  /** The attack: an account at the provider with the victim's address, which nobody verified. */
  @Test
  void anUnverifiedAddressIsNoName() {
    String victim = "victim@example.org";
    try (TestGateway gateway = byEmail().start()) {
      String victims =
          login(gateway, email(victim, OWNER, claims -> claims.claim("email_verified", true)));
      List<UnaryOperator<JWTClaimsSet.Builder>> attempts =
          List.of(
              claims -> claims,
              claims -> claims.claim("email_verified", false),
              claims -> claims.claim("email_verified", "false"),
              claims -> claims.claim("email_verified", 1),
              claims -> claims.claim("email_verified", List.of(true)),
              claims -> claims.claim("user", Map.of("email_verified", true)));
      for (UnaryOperator<JWTClaimsSet.Builder> attempt : attempts) {
        for (String subject : List.of(STRANGER, OWNER)) {
          HttpResponse<String> refused = ask(gateway, email(victim, subject, attempt));
          assertThat(refused.statusCode()).isEqualTo(403);
          assertThat(refused.body()).contains("email_verified");
        }
      }
      assertRefused(
          ask(gateway, email(victim, STRANGER, claims -> claims.claim("email_verified", true))));
      String upper =
          login(
              gateway,
              email(
                  victim.toUpperCase(),
                  STRANGER,
                  claims -> claims.claim("email_verified", "true")));
      assertThat(upper).as("another user").isNotEqualTo(victims);
      assertThat(
              login(
                  gateway, email(victim, OWNER, claims -> claims.claim("email_verified", "true"))))
          .isEqualTo(victims);
    }
  }

  private static String email(
      String address, String subject, UnaryOperator<JWTClaimsSet.Builder> more) {
    return provider.sign(more.apply(claims("ignored", subject).claim("email", address)).build());
  }

  @Test
  void withoutTheRequirementTheSubjectStillDecides() {
    String victim = "lenient@example.org";
    try (TestGateway gateway = byEmail().set("oidc.require_verified_email", false).start()) {
      login(gateway, email(victim, OWNER, claims -> claims));
      assertRefused(ask(gateway, email(victim, STRANGER, claims -> claims)));
    }
  }

  @Test
  void theRequirementConcernsOnlyNamesFromAnEmailClaim() {
    try (TestGateway gateway = oidc().start()) {
      assertThat(
              ask(gateway, claims("subject.plain", OWNER).claim("email", "x@example.org"))
                  .statusCode())
          .isEqualTo(200);
    }
  }

  /** The right of an older token to the newer roles is looked up once in some seconds. */
  @Test
  void anOlderTokenDoesNotAskElasticsearchEachTime() {
    String user = "subject.older";
    Instant now = Instant.now();
    try (TestGateway gateway = oidc().set("group_mappings.admins", "superuser").start()) {
      String older =
          provider.sign(
              claims(user, OWNER)
                  .claim("groups", List.of("staff"))
                  .issueTime(Date.from(now.minusSeconds(40)))
                  .build());
      String newer =
          provider.sign(
              claims(user, OWNER)
                  .claim("groups", List.of("admins"))
                  .issueTime(Date.from(now.minusSeconds(20)))
                  .build());
      String stranger =
          provider.sign(
              claims(user, STRANGER)
                  .claim("groups", List.of("staff"))
                  .issueTime(Date.from(now.minusSeconds(40)))
                  .build());
      String first = login(gateway, newer);
      assertThat(login(gateway, older)).isEqualTo(first);
      double asked = requests(gateway);
      for (int i = 0; i < 5; i++) {
        assertThat(login(gateway, older)).isEqualTo(first);
        assertThat(login(gateway, newer)).isEqualTo(first);
      }
      assertThat(requests(gateway)).isEqualTo(asked);
      assertRefused(ask(gateway, stranger));

      String newest =
          provider.sign(
              claims(user, OWNER)
                  .claim("groups", List.of("staff"))
                  .issueTime(Date.from(now))
                  .build());
      login(gateway, newest);
      assertThat(elasticsearch.user(user).path("roles").toString())
          .as("the same groups as the older token, but newer")
          .isEqualTo("[\"viewer\"]");
      assertThat(revoke(gateway, user).statusCode()).isEqualTo(200);
      String after = login(gateway, older);
      assertThat(after).isNotEqualTo(first);
      assertThat(authenticate(after)).isEqualTo(200);
    }
  }

  private static double requests(TestGateway gateway) {
    return gateway
        .get("/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith("elastauth_elasticsearch_requests_total"))
        .filter(line -> line.contains("user_get") || line.contains("authenticate"))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }
}
