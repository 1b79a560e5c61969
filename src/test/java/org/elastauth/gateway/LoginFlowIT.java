package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.QueryStringDecoder;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import org.elastauth.server.BrowserClient;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.KeycloakServer;
import org.elastauth.server.RedisServer;
import org.elastauth.server.Servers;
import org.elastauth.server.TestGateway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Logins at a real Keycloak, and at two gateways that share a Redis. */
@ExtendWith(Servers.class)
@Timeout(120)
class LoginFlowIT {
  private static final String SITE = "localhost:8443";
  private static final String SESSION = "__Host-elastauth_session";

  private static ElasticsearchServer elasticsearch;
  private static KeycloakServer keycloak;
  private static TestGateway gateway;
  private static TestGateway other;

  @BeforeAll
  static void start(ElasticsearchServer elastic, KeycloakServer provider, RedisServer redis) {
    elasticsearch = elastic;
    keycloak = provider;
    gateway = builder(redis).start();
    other = builder(redis).start();
  }

  private static TestGateway.Builder builder(RedisServer redis) {
    return BrowserClient.gateway(keycloak, SITE)
        .on(elasticsearch)
        .with(redis)
        .set("group_mappings.platform-admins", "superuser");
  }

  @AfterAll
  static void stop() {
    for (TestGateway each : new TestGateway[] {gateway, other}) {
      if (each != null) {
        each.close();
      }
    }
  }

  private static BrowserClient browser() {
    return new BrowserClient(gateway, SITE);
  }

  private static Map<String, List<String>> query(String url) {
    return new QueryStringDecoder(url).parameters();
  }

  @Test
  void aBrowserLogsInAndIsLetIntoElasticsearch() {
    BrowserClient browser = browser();
    HttpResponse<String> back = browser.logIn("/app/home?a=b", KeycloakServer.JOHN);
    assertThat(BrowserClient.location(back)).isEqualTo("https://" + SITE + "/app/home?a=b");
    assertThat(back.headers().firstValue("Set-Cookie").orElseThrow())
        .matches(
            SESSION + "=[A-Za-z0-9_-]{43}; Max-Age=86400; Path=/; Secure; HttpOnly; SameSite=Lax");

    HttpResponse<String> decision = browser.open("/app/home?a=b");
    assertThat(decision.statusCode()).as(decision.body()).isEqualTo(200);
    assertThat(decision.headers().map()).doesNotContainKeys("set-cookie", "location");
    HttpResponse<String> page =
        elasticsearch.request(
            "GET",
            "/_security/_authenticate",
            TestGateway.authorization(decision).orElseThrow(),
            null);
    assertThat(ElasticsearchServer.json(page).path("username").asText()).isEqualTo("john.doe");
    assertThat(ElasticsearchServer.json(page).path("roles").toString())
        .isEqualTo("[\"superuser\"]");
  }

  /** OpenID Connect Core 3.1.2.1, RFC 7636, RFC 9700 2.1.1. */
  @Test
  void theProviderIsAskedForACodeThatOnlyThisLoginCanUse() {
    HttpResponse<String> sent = browser().open("/app/secret-path");
    assertThat(sent.statusCode()).isEqualTo(302);
    assertThat(BrowserClient.location(sent)).startsWith(keycloak.issuer() + "/");
    Map<String, List<String>> query = query(BrowserClient.location(sent));
    assertThat(query)
        .containsEntry("response_type", List.of("code"))
        .containsEntry("client_id", List.of(KeycloakServer.CLIENT))
        .containsEntry("code_challenge_method", List.of("S256"))
        .containsEntry("scope", List.of("openid profile email groups"))
        .containsEntry("redirect_uri", List.of("https://" + SITE + "/elastauth/oidc/callback"))
        .containsKeys("state", "nonce", "code_challenge");
    assertThat(query.get("state").get(0)).doesNotContain("secret");
    assertThat(sent.headers().firstValue("Set-Cookie").orElseThrow())
        .matches(
            SESSION
                + "_login_[A-Za-z0-9_-]{8}=[A-Za-z0-9_-]{43}"
                + "; Max-Age=900; Path=/; Secure; HttpOnly; SameSite=Lax");
    assertThat(sent.headers().firstValue("Cache-Control")).contains("no-store");
  }

  /** SPEC 3: what is no page is told 401, and how to do better. */
  @ParameterizedTest
  @CsvSource({
    "GET, application/json, ",
    "GET, */*, ",
    "GET, 'image/avif,image/webp,*/*;q=0.8', no-cors",
    "GET, '', ",
    "POST, text/html, ",
    "PUT, text/html, navigate",
    "GET, text/html, cors",
    "GET, text/html, same-origin",
  })
  void apiClientsAreNotSentAnywhere(String method, String accept, String fetchMode) {
    HttpResponse<String> response =
        gateway.get(
            "/elastauth",
            "Accept",
            accept,
            "X-Forwarded-Method",
            method,
            "X-Forwarded-Host",
            SITE,
            "Sec-Fetch-Mode",
            fetchMode == null ? "" : fetchMode);
    assertThat(response.statusCode()).isEqualTo(401);
    assertThat(response.headers().firstValue("WWW-Authenticate"))
        .hasValueSatisfying(challenge -> assertThat(challenge).startsWith("Bearer"));
    assertThat(response.headers().map()).doesNotContainKeys("location", "set-cookie");
    assertThat(response.body()).contains("\"code\":401");
  }

  @Test
  void anyGatewayCompletesALoginAndKnowsTheSession() {
    BrowserClient browser = browser();
    URI callback = browser.authorize("/", KeycloakServer.JOHN);
    assertThat(browser.at(other).follow(callback).statusCode()).isEqualTo(302);
    assertThat(browser.at(gateway).open("/").statusCode()).isEqualTo(200);
    assertThat(browser.at(other).open("/").statusCode()).isEqualTo(200);
  }

  @Test
  void tabsThatAreOpenedAtOnceAllComeBack() {
    BrowserClient browser = browser();
    URI first = browser.authorize("/first", KeycloakServer.JOHN);
    URI second = browser.authorize("/second", KeycloakServer.JOHN);
    assertThat(BrowserClient.location(browser.follow(first))).endsWith("/first");
    assertThat(BrowserClient.location(browser.follow(second))).endsWith("/second");
  }

  @Test
  void aNewLoginEndsTheSessionOfBefore() {
    BrowserClient browser = browser();
    browser.logIn("/", KeycloakServer.JOHN);
    BrowserClient copy = browser();
    copy.cookies().putAll(browser.cookies());
    URI again = browser.authorizeAgain("/", KeycloakServer.JOHN);
    assertThat(browser.follow(again).statusCode()).isEqualTo(302);
    assertThat(browser.open("/").statusCode()).isEqualTo(200);
    assertThat(copy.open("/").statusCode()).as("the old one").isEqualTo(302);
  }

  @Test
  void logoutEndsTheSessionHereAndAtTheProvider() {
    BrowserClient browser = browser();
    browser.logIn("/", KeycloakServer.JOHN);
    BrowserClient copy = browser();
    copy.cookies().putAll(browser.cookies());
    HttpResponse<String> out = browser.ask("/elastauth/oidc/logout");
    assertThat(out.statusCode()).isEqualTo(303);
    assertThat(out.headers().firstValue("Set-Cookie").orElseThrow())
        .startsWith(SESSION + "=; Max-Age=0; Path=/; Secure");
    assertThat(browser.cookies()).doesNotContainKey(SESSION);
    assertThat(copy.open("/").statusCode()).as("not only the cookie").isEqualTo(302);
    assertThat(copy.at(other).open("/").statusCode()).as("elsewhere too").isEqualTo(302);
    assertThat(query(BrowserClient.location(out)))
        .containsKeys("id_token_hint", "client_id")
        .containsEntry("post_logout_redirect_uri", List.of("https://" + SITE + "/"));
    assertThat(browser.leave(BrowserClient.location(out))).hasToString("https://" + SITE + "/");
    // nobody is logged in at the provider any more, so the form takes another user
    browser.logIn("/", KeycloakServer.JANE);
    assertThat(browser.open("/").body()).contains("jane.roe");
  }

  @Test
  void logoutByPostAndWithoutASession() {
    HttpResponse<String> out =
        gateway.send(
            gateway.request("/elastauth/oidc/logout").POST(BodyPublishers.noBody()).build());
    assertThat(out.statusCode()).isEqualTo(303);
    assertThat(query(BrowserClient.location(out))).doesNotContainKey("id_token_hint");
  }

  /** SPEC 2: which methods there are. */
  @Test
  void otherMethodsAreNotAllowed() {
    for (String path : List.of("callback", "backchannel-logout", "logout")) {
      HttpResponse<String> response =
          gateway.send(
              gateway
                  .request("/elastauth/oidc/" + path)
                  .method("DELETE", BodyPublishers.noBody())
                  .build());
      assertThat(response.statusCode()).isEqualTo(405);
    }
  }

  @Test
  void aTokenStillSaysMoreThanASession() {
    BrowserClient browser = browser();
    browser.logIn("/", KeycloakServer.JOHN);
    HttpResponse<String> asJane =
        browser.open("/", "Authorization", "Bearer " + keycloak.token(KeycloakServer.JANE));
    assertThat(asJane.body()).contains("jane.roe");
    assertThat(browser.open("/", "Authorization", "Bearer not.a.token").statusCode())
        .isEqualTo(401);
  }
}
