package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.KeycloakServer;
import org.elastauth.server.LoginForm;
import org.elastauth.server.Servers;
import org.elastauth.server.TestGateway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A browser's login at a real Keycloak, as Traefik's forwardAuth and Caddy's forward_auth ask for
 * it.
 */
@ExtendWith(Servers.class)
@Timeout(120)
class LoginFlowIT {
  private static final String SITE = "localhost:8443";
  private static final String SESSION = "__Host-elastauth_session";

  private static ElasticsearchServer elasticsearch;
  private static KeycloakServer keycloak;
  private static TestGateway gateway;

  @BeforeAll
  static void start(ElasticsearchServer elastic, KeycloakServer provider) {
    elasticsearch = elastic;
    keycloak = provider;
    gateway =
        TestGateway.builder()
            .on(elastic)
            .set("auth_provider", "oidc")
            .set("oidc.issuer", provider.issuer())
            .set("oidc.client_id", KeycloakServer.CLIENT)
            .set("oidc.client_secret", KeycloakServer.CLIENT_SECRET)
            .set("oidc.scopes", "openid,profile,email")
            .set("oidc.redirect_url", "https://" + SITE + "/elastauth/oidc/callback")
            .set("group_mappings.platform-admins", "superuser")
            .start();
  }

  @AfterAll
  static void stop() {
    if (gateway != null) {
      gateway.close();
    }
  }

  /** A browser opens a page. */
  private static HttpResponse<String> open(String uri, String... headers) {
    HttpRequest.Builder request =
        gateway.request(
            "/elastauth",
            "Accept",
            "text/html,application/xhtml+xml,*/*;q=0.8",
            "X-Forwarded-Method",
            "GET",
            "X-Forwarded-Host",
            SITE,
            "X-Forwarded-Uri",
            uri);
    if (headers.length > 0) {
      request.headers(headers);
    }
    return gateway.send(request.build());
  }

  /** The name and value of the cookie that a response sets. */
  private static String cookie(HttpResponse<String> response) {
    List<String> cookies = response.headers().allValues("Set-Cookie");
    assertThat(cookies).hasSize(1);
    return cookies.get(0).substring(0, cookies.get(0).indexOf(';'));
  }

  private static String location(HttpResponse<String> response) {
    return response.headers().firstValue("Location").orElseThrow();
  }

  private static HttpResponse<String> comeBack(URI callback, String cookie) {
    return gateway.get(callback.getRawPath() + "?" + callback.getRawQuery(), "Cookie", cookie);
  }

  @Test
  void aBrowserLogsInAndIsLetIntoElasticsearch() {
    HttpResponse<String> sent = open("/app/home?a=b");
    assertThat(sent.statusCode()).isEqualTo(302);
    URI callback = new LoginForm().logIn(location(sent), KeycloakServer.JOHN);
    HttpResponse<String> back = comeBack(callback, cookie(sent));
    assertThat(back.statusCode()).as(back.body()).isEqualTo(302);
    assertThat(location(back)).isEqualTo("https://" + SITE + "/app/home?a=b");
    assertThat(cookie(back)).startsWith(SESSION + "=");

    HttpResponse<String> decision = open("/app/home?a=b", "Cookie", cookie(back));
    assertThat(decision.statusCode()).as(decision.body()).isEqualTo(200);
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
}
