package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jwt.JWTClaimsSet;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.elastauth.identity.Identity;
import org.elastauth.server.BrowserClient;
import org.elastauth.server.ProviderDouble;
import org.elastauth.server.RedisServer;
import org.elastauth.server.Servers;
import org.elastauth.server.SessionPort;
import org.elastauth.server.TestGateway;
import org.elastauth.server.TestGateway.SetClock;
import org.elastauth.session.Session;
import org.elastauth.session.SessionId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** What a provider may say when a session is renewed, most of which Keycloak never says. */
@ExtendWith({Servers.class, OutputCaptureExtension.class})
@Timeout(60)
class RenewalAnswersIT {
  private static final String COOKIE = "__Host-elastauth_session";
  private static final String USER = "renewed.user";

  private ProviderDouble provider;
  private TestGateway gateway;

  @BeforeEach
  void start(RedisServer redis) {
    provider = new ProviderDouble();
    gateway =
        provider
            .believer()
            .set("oidc.redirect_url", "https://localhost:8443/elastauth/oidc/callback")
            .set("oidc.authorization_endpoint", provider.issuer() + "/auth")
            .set("oidc.token_endpoint", provider.issuer() + "/token")
            .set("oidc.userinfo_endpoint", provider.issuer() + "/userinfo")
            .set("oidc.jwks_uri", provider.issuer() + "/jwks")
            .set("oidc.read_timeout", "500ms")
            .with(redis)
            .start();
  }

  @AfterEach
  void stop() {
    gateway.close();
    provider.close();
  }

  /** A session that is due for renewal; what its cookie says. */
  private String dueSession() {
    SessionId id = SessionId.random();
    gateway.keep(id, due());
    return COOKIE + "=" + id.cookie();
  }

  private static Session due() {
    return new Session(
        new Identity(USER, "", "", List.of("before"), now() - 300),
        "id-of-" + USER,
        "sid",
        "",
        "",
        "a-refresh-token",
        now() - 1,
        now() - 300,
        now() + 3600);
  }

  private static long now() {
    return Instant.now().getEpochSecond();
  }

  private HttpResponse<String> open(String session) {
    return gateway.get("/elastauth", "Cookie", session, "Accept", BrowserClient.PAGE);
  }

  private void answerTokens(String idToken) {
    provider.answer(
        "/token",
        """
        {"access_token":"opaque","token_type":"Bearer","expires_in":300,"refresh_token":"next"%s}
        """
            .formatted(idToken.isEmpty() ? "" : ",\"id_token\":\"" + idToken + "\""));
  }

  private void assertGoesOn() {
    String session = dueSession();
    assertThat(open(session).statusCode()).isEqualTo(200);
    assertThat(open(session).statusCode()).isEqualTo(200);
  }

  private void assertEnds() {
    String session = dueSession();
    HttpResponse<String> answer = open(session);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(302);
    assertThat(open(session).statusCode()).isEqualTo(302);
    assertThat(gateway.get("/elastauth", "Cookie", session).statusCode()).isEqualTo(401);
  }

  @Test
  void freshTokens() {
    answerTokens(provider.token(USER));
    assertGoesOn();
    assertThat(provider.asked("/token")).isEqualTo(1);
  }

  @Test
  void noIdToken() {
    answerTokens("");
    provider.answer(
        "/userinfo", "{\"sub\":\"id-of-%s\",\"preferred_username\":\"%s\"}".formatted(USER, USER));
    assertGoesOn();
    assertThat(provider.asked("/userinfo")).isEqualTo(1);
  }

  /** OpenID Connect Core 12.2. */
  @Test
  void anotherUsersTokens() {
    answerTokens(provider.token("somebody.else"));
    assertEnds();
  }

  @Test
  void anotherUserByUserinfo() {
    answerTokens("");
    provider.answer(
        "/userinfo", "{\"sub\":\"other\",\"preferred_username\":\"%s\"}".formatted(USER));
    assertEnds();
  }

  /** What a token response says, of which nothing decides about the login. */
  private static final String[] ODD = {
    "\"access_token\":\"a\",\"refresh_token\":\"\"",
    "\"access_token\":\"a\",\"refresh_token\":null,\"token_type\":\"\"",
    "\"access_token\":\"a\",\"refresh_token\":7",
    "\"access_token\":\"a\",\"token_type\":\"N_A\"",
    "\"access_token\":\"a\",\"expires_in\":null",
    "\"access_token\":\"a\",\"expires_in\":\"3600\"",
    "\"access_token\":\"a\",\"expires_in\":-1",
    "\"access_token\":\"a\",\"expires_in\":9223372036854775807",
    "\"access_token\":\"a\",\"expires_in\":[]",
    "\"access_token\":\"a\",\"scope\":[\"openid\"]",
    "\"access_token\":\"a\",\"refresh_expires_in\":\"x\",\"session_state\":{}",
    "\"token_type\":\"Bearer\"" // as Azure AD B2C, if only the scope openid is requested
  };

  @Test
  void oddTokenResponsesAtALogin() {
    provider.setStatus("/token", 201);
    provider.setType("/token", "text/html");
    for (String odd : ODD) {
      assertThat(loggedIn(gateway, odd).open("/").statusCode()).as(odd).isEqualTo(200);
    }
  }

  /** The one that was logged in with an ID token and these members. */
  private BrowserClient loggedIn(TestGateway at, String members) {
    BrowserClient browser = new BrowserClient(at, "localhost:8443");
    Map<String, List<String>> query =
        new QueryStringDecoder(BrowserClient.location(browser.open("/"))).parameters();
    String nonce = query.get("nonce").get(0);
    provider.answer(
        "/token",
        "\uFEFF{%s,\"id_token\":\"%s\"}"
            .formatted(
                members, provider.sign(provider.claims(USER).claim("nonce", nonce).build())));
    HttpResponse<String> answer =
        browser.follow(
            URI.create(
                "https://localhost:8443/elastauth/oidc/callback?code=c&state="
                    + query.get("state").get(0)));
    assertThat(answer.statusCode()).as(members + ": " + answer.body()).isEqualTo(302);
    return browser;
  }

  @Test
  void oddTokenResponsesAtARenewal() {
    provider.setStatus("/token", 201);
    int asked = 0;
    for (String odd : ODD) {
      provider.answer("/token", "{%s,\"id_token\":\"%s\"}".formatted(odd, provider.token(USER)));
      SessionId id = SessionId.random();
      gateway.keep(id, due());
      assertThat(open(COOKIE + "=" + id.cookie()).statusCode()).as(odd).isEqualTo(200);
      assertThat(provider.asked("/token")).as(odd).isEqualTo(++asked);
      Session renewed = new SessionPort(gateway).get(id.key());
      assertThat(renewed.refreshToken()).as(odd).isEqualTo("a-refresh-token");
      assertThat(renewed.accessExpires()).as(odd).isBetween(now() + 200, now() + 86_400);
    }
  }

  /** Without a refresh token the session ends with the access token, but not at once. */
  @Test
  void lifetimesThatAreNotBelieved() {
    SetClock clock = new SetClock(Instant.now());
    try (TestGateway timed =
        provider
            .believer()
            .set("oidc.redirect_url", "https://localhost:8443/elastauth/oidc/callback")
            .set("session.max_age", "7d")
            .clock(clock)
            .start()) {
      Map<String, Duration> lives =
          Map.of(
              "9223372036854775807", Duration.ofDays(1),
              "1e15", Duration.ofDays(1),
              "-9223372036854775808", Duration.ofMinutes(5),
              "\"soon\"", Duration.ofMinutes(5),
              "259200", Duration.ofDays(3));
      lives.forEach(
          (life, believed) -> {
            Instant login = clock.instant();
            BrowserClient browser =
                loggedIn(timed, "\"access_token\":\"a\",\"expires_in\":" + life);
            for (int minutes : new int[] {-1, 1}) {
              Instant then = login.plus(believed).plus(Duration.ofMinutes(minutes));
              clock.advance(Duration.between(clock.instant(), then));
              assertThat(browser.open("/").statusCode())
                  .as("%s, %d min later", life, minutes)
                  .isEqualTo(minutes < 0 ? 200 : 302);
            }
            clock.advance(Duration.between(clock.instant(), login));
          });
    }
  }

  /** What decides is named, and the session goes on with what is known. */
  @Test
  void aMemberThatDecidesIsNamed(CapturedOutput output) {
    Map<String, String> responses =
        Map.of(
            "{\"access_token\":7}", "access_token is not a string",
            "{\"access_token\":\"a\",\"id_token\":{}}", "id_token is not a string",
            "{\"access_token\":\"a\",\"id_token\":\"opaque\"}", "id_token is not a JWT",
            "{\"access_token\":\"\"}", "access_token is missing",
            "{\"error\":\"bad_verification_code\"}", "error bad_verification_code",
            "[]", "it is not a JSON object");
    responses.forEach(
        (response, said) -> {
          provider.answer("/token", response);
          assertGoesOn();
          assertThat(output).contains("reason=\"HTTP status 200, ").contains(said);
        });
    provider.answer("/token", "{\"error\":\"invalid_grant\"}");
    assertEnds();
  }

  /** It may be for reasons of the gateway's own, such as its clock. */
  @Test
  void anIdTokenThatIsNotGood() {
    JWTClaimsSet claims = provider.claims(USER).build();
    answerTokens(
        ProviderDouble.sign(
            ProviderDouble.rsa("foreign"),
            new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(provider.key().getKeyID()),
            claims));
    assertGoesOn();
  }

  /** Core 3.1.3.8: swapped access tokens. */
  @Test
  void anIdTokenOfAnotherAccessToken() {
    answerTokens(
        provider.sign(provider.claims(USER).claim("at_hash", "AAAAAAAAAAAAAAAAAAAAAA").build()));
    assertGoesOn();
  }

  /** What users may choose about themselves decides nothing. */
  @Test
  void aUserWhoIsDescribedInAWayThatIsNotUsable() {
    answerTokens(provider.sign(provider.claims(USER).claim("name", "x".repeat(501)).build()));
    assertGoesOn();
  }

  /** Else users could keep groups that the provider says it left out. */
  @Test
  void aUserWhoIsDescribedInAWayThatIsRefused() {
    answerTokens(provider.sign(provider.claims(USER).claim("hasgroups", true).build()));
    assertEnds();
    answerTokens(provider.sign(provider.claims(USER).claim("preferred_username", "").build()));
    assertEnds();
  }

  @Test
  void moreThanASessionCanKeep() {
    answerTokens(provider.sign(provider.claims(USER).claim("more", "x".repeat(60_000)).build()));
    assertEnds();
  }

  @Test
  void theEnd() {
    provider.answer("/token", "{\"error\":\"invalid_grant\"}");
    provider.setStatus(400);
    assertEnds();
  }

  /** What says nothing about the user says nothing against the user. */
  @Test
  void nothingOfUse() {
    provider.answer("/token", "{\"error\":\"invalid_client\"}");
    provider.setStatus(401);
    assertGoesOn();
    provider.answer("/token", "<html>");
    assertGoesOn();
    provider.setStatus(200);
    assertGoesOn();
    provider.answer("/token", "{}");
    assertGoesOn();
    provider.setStatus(503);
    assertGoesOn();
    provider.setSilent(true);
    assertGoesOn();
  }

  @Test
  void keysThatAreNotThere() {
    answerTokens(provider.token(USER));
    provider.answer("/jwks", "none");
    assertGoesOn();
  }
}
