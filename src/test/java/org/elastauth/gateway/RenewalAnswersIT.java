package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jwt.JWTClaimsSet;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.List;
import org.elastauth.identity.Identity;
import org.elastauth.server.BrowserClient;
import org.elastauth.server.ProviderDouble;
import org.elastauth.server.RedisServer;
import org.elastauth.server.Servers;
import org.elastauth.server.TestGateway;
import org.elastauth.session.Session;
import org.elastauth.session.SessionId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a provider may say when a session is renewed, most of which Keycloak never says. */
@ExtendWith(Servers.class)
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
    long now = Instant.now().getEpochSecond();
    Session session =
        new Session(
            new Identity(USER, "", "", List.of("before"), now - 300),
            "id-of-" + USER,
            "sid",
            "",
            "",
            "a-refresh-token",
            now - 1,
            now - 300,
            now + 3600);
    gateway.keep(id, session);
    return COOKIE + "=" + id.cookie();
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

  /** Else users could keep their groups by what they may choose about themselves. */
  @Test
  void aUserWhoIsDescribedInAWayThatIsRefused() {
    answerTokens(provider.sign(provider.claims(USER).claim("name", "x".repeat(501)).build()));
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
