package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.URI;
import java.nio.file.Path;
import org.awaitility.Awaitility;
import org.elastauth.server.Browser;
import org.elastauth.server.Certificates;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.KeycloakServer;
import org.elastauth.server.RedisServer;
import org.elastauth.server.ReverseProxy;
import org.elastauth.server.Servers;
import org.elastauth.server.TestGateway;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.openqa.selenium.Cookie;
import org.openqa.selenium.StaleElementReferenceException;

/**
 * The files of nginx, with TLS, and Caddy for OpenID Connect: Chromium logs in at Keycloak and ends
 * on the page of Elasticsearch that it wanted to see.
 */
@ExtendWith(Servers.class)
@Timeout(180)
class LoginBrowserIT {
  private static final String PAGE = "/_security/_authenticate?filter_path=username,roles";

  private final ElasticsearchServer elasticsearch;
  private final KeycloakServer keycloak;

  LoginBrowserIT(ElasticsearchServer elasticsearch, KeycloakServer keycloak) {
    this.elasticsearch = elasticsearch;
    this.keycloak = keycloak;
  }

  private TestGateway gateway(String site) {
    return TestGateway.builder()
        .on(elasticsearch)
        .set("auth_provider", "oidc")
        .set("trusted_proxies", "127.0.0.1/32")
        .set("oidc.issuer", keycloak.issuer())
        .set("oidc.client_id", KeycloakServer.CLIENT)
        .set("oidc.client_secret", KeycloakServer.CLIENT_SECRET)
        .set("oidc.scopes", "openid,profile,email")
        .set("oidc.redirect_url", site + "/elastauth/oidc/callback")
        .set("group_mappings.platform-admins", "superuser")
        .start();
  }

  @ParameterizedTest
  @EnumSource(names = {"NGINX", "CADDY"})
  void fromThePageToTheProviderAndBack(ReverseProxy.Kind kind, @TempDir Path folder) {
    assumeTrue(kind.installed(), kind.program() + " is not installed here");
    assumeTrue(Browser.installed(), "chromium and chromedriver are not installed here");
    boolean tls = kind == ReverseProxy.Kind.NGINX;
    int port = RedisServer.freePort();
    String site = (tls ? "https" : "http") + "://localhost:" + port;
    Certificates certificates =
        new Certificates(folder)
            .authority("ca")
            .signed("server", "ca", "-ext", "san=dns:localhost");
    try (TestGateway gateway = gateway(site);
        ReverseProxy proxy =
            kind.startForLogin(
                port,
                gateway.port(),
                URI.create(elasticsearch.url()).getPort(),
                tls ? certificates : null);
        Browser browser = Browser.start()) {
      browser.open(site + PAGE);
      assertThat(browser.url()).startsWith(keycloak.issuer());
      browser.logIn(KeycloakServer.JOHN);
      awaitPage(browser, site + PAGE);
      assertThat(browser.text()).contains("john.doe").contains("superuser");
      assertCookies(browser, tls);

      // what a page fetches is no page: with the session it is there, without it is 401
      assertThat(fetch(browser, PAGE)).startsWith("200 ").contains("john.doe");
      assertThat(challenge(browser)).startsWith("401 Bearer").doesNotContain(",");

      browser.open(site + "/elastauth/oidc/logout");
      assertThat(browser.url()).as(browser.text()).startsWith(keycloak.issuer());
      browser.logIn(KeycloakServer.JANE);
      Awaitility.await().until(() -> browser.url().startsWith(site));
      browser.open(site + PAGE);
      assertThat(browser.text()).contains("jane.roe").doesNotContain("superuser");

      logOutByAnotherSite(browser, site, gateway.port());
    }
  }

  /** 127.0.0.1 is another site than localhost. Only the button of the gateway's page logs out. */
  private void logOutByAnotherSite(Browser browser, String site, int foreignPort) {
    browser.open("http://127.0.0.1:" + foreignPort + "/health");
    browser.run("location = '" + site + "/elastauth/oidc/logout'");
    awaitButton(browser);
    browser.open(site + PAGE);
    assertThat(browser.text()).as("still logged in").contains("jane.roe");
    browser.open("http://127.0.0.1:" + foreignPort + "/health");
    browser.run("location = '" + site + "/elastauth/oidc/logout'");
    awaitButton(browser);
    browser.run("document.querySelector('button').click()");
    Awaitility.await().until(() -> browser.url().startsWith(keycloak.issuer()));
    browser.open(site + PAGE);
    assertThat(browser.url()).as("logged out there too").startsWith(keycloak.issuer());
  }

  /** The page before is there for a moment. */
  private static void awaitButton(Browser browser) {
    Awaitility.await()
        .ignoreException(StaleElementReferenceException.class)
        .untilAsserted(() -> assertThat(browser.text()).contains("Log out?"));
  }

  private static void awaitPage(Browser browser, String url) {
    Awaitility.await().untilAsserted(() -> assertThat(browser.url()).isEqualTo(url));
  }

  private static void assertCookies(Browser browser, boolean tls) {
    Cookie session =
        browser.cookies().stream()
            .filter(cookie -> cookie.getName().endsWith("elastauth_session"))
            .findFirst()
            .orElseThrow();
    assertThat(session.getName()).isEqualTo((tls ? "__Host-" : "") + "elastauth_session");
    assertThat(session.isSecure()).isEqualTo(tls);
    assertThat(session.isHttpOnly()).isTrue();
    assertThat(session.getSameSite()).isEqualTo("Lax");
    assertThat(session.getDomain()).isEqualTo("localhost");
  }

  /** Status and challenges, with commas between several, of what a script gets without cookies. */
  private static String challenge(Browser browser) {
    return (String)
        browser.run(
            "const answer = await fetch('"
                + PAGE
                + "', {credentials: 'omit'});"
                + " return answer.status + ' ' + answer.headers.get('WWW-Authenticate');");
  }

  /** Status and text of what a script of the page gets. */
  private static String fetch(Browser browser, String path) {
    return (String)
        browser.run(
            "const answer = await fetch('"
                + path
                + "');"
                + " return answer.status + ' ' + await answer.text();");
  }
}
