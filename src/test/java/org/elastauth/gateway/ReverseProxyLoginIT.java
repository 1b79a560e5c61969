package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.elastauth.server.BrowserClient;
import org.elastauth.server.Certificates;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.KeycloakServer;
import org.elastauth.server.RecordingTcpProxy;
import org.elastauth.server.RedisServer;
import org.elastauth.server.ReverseProxy;
import org.elastauth.server.Servers;
import org.elastauth.server.SiteBrowser;
import org.elastauth.server.TestGateway;
import org.elastauth.server.WebSocketServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What each shipped file for OpenID Connect does, with TLS and HTTP/2, in front of a gateway, with
 * Keycloak and Elasticsearch. Skipped for proxies that are not installed.
 */
@ExtendWith(Servers.class)
@Timeout(120)
class ReverseProxyLoginIT {
  private static final String PAGE = "/_security/_authenticate?filter_path=username%2Croles";
  private static final Map<ReverseProxy.Kind, Running> RUNNING =
      new EnumMap<>(ReverseProxy.Kind.class);
  private static final Map<ReverseProxy.Kind, SiteBrowser> JOHNS =
      new EnumMap<>(ReverseProxy.Kind.class);

  private static ElasticsearchServer elasticsearch;
  private static KeycloakServer keycloak;
  private static Certificates certificates;
  private static RecordingTcpProxy toElastic;
  private static TestGateway withoutElasticsearch;
  private static TestGateway limited;

  /** A site has one redirect URL, so each proxy has a gateway. */
  private record Running(
      String site, TestGateway gateway, RecordingTcpProxy toGateway, ReverseProxy proxy) {
    void close() {
      proxy.close();
      toGateway.close();
      gateway.close();
    }
  }

  @BeforeAll
  static void start(ElasticsearchServer elastic, KeycloakServer provider, @TempDir Path folder) {
    elasticsearch = elastic;
    keycloak = provider;
    certificates =
        new Certificates(folder)
            .authority("ca")
            .signed("server", "ca", "-ext", "san=dns:localhost");
    toElastic = RecordingTcpProxy.to(URI.create(elastic.url()).getPort());
    String other = "localhost:8443";
    withoutElasticsearch = builder(other).set("elasticsearch.hosts", "http://127.0.0.1:1").start();
    limited =
        builder(other)
            .set("rate_limit.enabled", true)
            .set("rate_limit.max_requests", 1)
            .set("rate_limit.window", "1h")
            .start();
    for (ReverseProxy.Kind kind : ReverseProxy.Kind.values()) {
      if (kind.installed()) {
        RUNNING.put(kind, start(kind));
      }
    }
  }

  private static Running start(ReverseProxy.Kind kind) {
    int port = RedisServer.freePort();
    TestGateway gateway = builder("localhost:" + port).start();
    RecordingTcpProxy toGateway = RecordingTcpProxy.to(gateway.port());
    return new Running(
        "https://localhost:" + port,
        gateway,
        toGateway,
        kind.startForLogin(port, toGateway.port(), toElastic.port(), certificates));
  }

  private static TestGateway.Builder builder(String site) {
    return BrowserClient.gateway(keycloak, site)
        .on(elasticsearch)
        .set("trusted_proxies", "127.0.0.1/32")
        .set("default_roles", "")
        .set("group_mappings.platform-admins", "superuser");
  }

  @AfterAll
  static void stop() {
    RUNNING.values().forEach(Running::close);
    for (TestGateway each : new TestGateway[] {withoutElasticsearch, limited}) {
      if (each != null) {
        each.close();
      }
    }
    if (toElastic != null) {
      toElastic.close();
    }
  }

  @BeforeEach
  void forget() {
    toElastic.drain();
  }

  private static SiteBrowser browser(ReverseProxy.Kind kind) {
    assumeTrue(kind.installed(), kind.program() + " is not installed here");
    return new SiteBrowser(RUNNING.get(kind).site, certificates);
  }

  /** A browser with a session, which no test ends. */
  private static SiteBrowser john(ReverseProxy.Kind kind) {
    SiteBrowser browser = browser(kind);
    return JOHNS.computeIfAbsent(
        kind,
        first -> {
          browser.logIn(browser.open(PAGE), KeycloakServer.JOHN);
          toElastic.drain();
          return browser;
        });
  }

  private static String bearer(KeycloakServer.User user) {
    return "Bearer " + keycloak.token(user);
  }

  private static void assertIsJohn(HttpResponse<String> response) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    assertThat(response.body()).contains("\"john.doe\"", "\"superuser\"");
    assertNoLogin(response);
  }

  private static void assertNoLogin(HttpResponse<String> response) {
    assertThat(response.headers().firstValue("Authorization"))
        .as("a login is for Elasticsearch, not for the client")
        .isEmpty();
  }

  private static void assertRefused(HttpResponse<String> response, int status) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    assertThat(response.headers().firstValue("Content-Type")).contains("application/json");
    assertThat(response.headers().allValues("Cache-Control")).containsExactly("no-store");
    assertThat(ElasticsearchServer.json(response).path("code").asInt()).isEqualTo(status);
    assertNoLogin(response);
    assertThat(toElastic.drain()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void aLoginLeadsBackToTheDeepLink(ReverseProxy.Kind kind) {
    SiteBrowser browser = browser(kind);
    HttpResponse<String> sent = browser.open(PAGE);
    assertThat(sent.version()).isEqualTo(HttpClient.Version.HTTP_2);
    assertThat(sent.statusCode()).as(sent.body()).isEqualTo(302);
    assertThat(BrowserClient.location(sent)).startsWith(keycloak.issuer());
    assertThat(sent.headers().allValues("Cache-Control")).containsExactly("no-store");
    assertNoLogin(sent);
    assertThat(toElastic.drain()).isEmpty();

    HttpResponse<String> back = browser.logIn(sent, KeycloakServer.JOHN);
    assertThat(back.statusCode()).as(back.body()).isEqualTo(302);
    assertThat(BrowserClient.location(back)).isEqualTo(RUNNING.get(kind).site + PAGE);
    HttpResponse<String> page = browser.open(PAGE);
    assertIsJohn(page);
    assertThat(page.headers().map()).doesNotContainKeys("set-cookie", "cache-control");

    assertThat(browser.open("/elastauth/oidc/logout").statusCode()).isEqualTo(303);
    assertThat(browser.open(PAGE).statusCode()).isEqualTo(302);

    String logged = RUNNING.get(kind).proxy.logged();
    assertThat(logged)
        .as("the code of a login")
        .doesNotContain("code=", "/elastauth/oidc/callback");
    if (kind == ReverseProxy.Kind.NGINX) {
      assertThat(logged).contains("GET " + PAGE);
    }
  }

  @ParameterizedTest
  @EnumSource
  void anApiClientIs401(ReverseProxy.Kind kind) {
    HttpResponse<String> refused = browser(kind).get(PAGE);
    assertThat(refused.headers().allValues("WWW-Authenticate"))
        .singleElement()
        .asString()
        .startsWith("Bearer");
    assertRefused(refused, 401);
    assertRefused(browser(kind).get(PAGE, "Authorization", "Bearer not.a.token"), 401);
    HttpResponse<String> post =
        browser(kind).send("POST", "/_bulk", BodyPublishers.ofString("x".repeat(5_000)));
    assertRefused(post, 401);
  }

  @ParameterizedTest
  @EnumSource
  void aTokenIsALoginAndEndsAtTheGateway(ReverseProxy.Kind kind) {
    String token = bearer(KeycloakServer.JOHN);
    assertIsJohn(browser(kind).get(PAGE, "Authorization", token));
    assertThat(toElastic.drain())
        .doesNotContain(token)
        .containsPattern("(?s)^GET (?i:.*authorization: Basic (?!.*authorization: ))");
  }

  @ParameterizedTest
  @EnumSource
  void whoMayNotIs403(ReverseProxy.Kind kind) {
    assertRefused(browser(kind).get(PAGE, "Authorization", bearer(KeycloakServer.JANE)), 403);
  }

  @ParameterizedTest
  @EnumSource
  void aLoginOfTheClientsOwnIsDropped(ReverseProxy.Kind kind) {
    String own =
        ElasticsearchServer.basic(
            ElasticsearchServer.GATEWAY, ElasticsearchServer.GATEWAY_PASSWORD);
    assertRefused(browser(kind).get(PAGE, "Authorization", own), 401);
    HttpResponse<String> withSession = john(kind).get(PAGE, "Authorization", own);
    if (withSession.statusCode() == 200) {
      assertIsJohn(withSession);
    }
    assertThat(toElastic.drain()).doesNotContain(own);
  }

  @ParameterizedTest
  @EnumSource
  void anIdentityHeaderSaysNothing(ReverseProxy.Kind kind) {
    SiteBrowser john = john(kind);
    for (List<String> forged :
        List.of(
            List.of("Remote-User", "mallory", "Remote-Groups", "mallory"),
            List.of("REMOTE-EMAIL", "mallory@example.org", "remote-name", "mallory"),
            List.of("Remote_User", "mallory", "REMOTE_GROUPS", "mallory"),
            List.of("Remote-User", "", "Remote-User", "mallory"))) {
      String[] headers = forged.toArray(String[]::new);
      assertIsJohn(john.get(PAGE, headers));
      assertThat(toElastic.drain()).startsWith("GET ").doesNotContain("mallory");
      assertRefused(browser(kind).get(PAGE, headers), 401);
    }
  }

  /** At the login's addresses, too. */
  @ParameterizedTest
  @EnumSource
  void aClientDoesNotNameThePage(ReverseProxy.Kind kind) {
    String[] forged = {
      "X-Forwarded-For", "203.0.113.9",
      "X-Forwarded-Host", "forged.example.org",
      "X-Forwarded-Method", "FORGED",
      "X-Forwarded-Uri", "/forged",
      "X-Original-Method", "FORGED",
      "X-Original-URI", "/forged",
      "X-Original-URL", "https://forged.example.org/",
      "X-Auth-Request-Redirect", "/forged",
      "Remote-User", "forged"
    };
    SiteBrowser browser = browser(kind);
    RecordingTcpProxy toGateway = RUNNING.get(kind).toGateway;
    for (String path : List.of("/elastauth/oidc/login", PAGE)) {
      toGateway.drain();
      browser.get(path, forged);
      assertThat(toGateway.drain())
          .as(path)
          .contains(" /elastauth")
          .doesNotContain("203.0.113.9")
          .doesNotContainIgnoringCase("forged");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aPasswordForAProxyReachesNobody(ReverseProxy.Kind kind) throws IOException {
    SiteBrowser john = john(kind);
    RecordingTcpProxy toGateway = RUNNING.get(kind).toGateway;
    toGateway.drain();
    for (String path : List.of("/elastauth/oidc/login", PAGE)) {
      String answer =
          john.raw(
              "GET "
                  + path
                  + " HTTP/1.1\r\nHost: "
                  + URI.create(RUNNING.get(kind).site).getAuthority()
                  + "\r\nCookie: "
                  + john.cookieHeader()
                  + "\r\nProxy-Authorization: Basic secret\r\nConnection: close\r\n\r\n");
      assertThat(answer).as(path).containsPattern("^HTTP/1.1 (200|30[23])");
    }
    assertThat(toGateway.drain()).contains(" /elastauth").doesNotContainIgnoringCase("proxy-auth");
    assertThat(toElastic.drain()).startsWith("GET ").doesNotContainIgnoringCase("proxy-auth");
  }

  /** HAProxy 2.6 crashes when its script asks with more than 101. */
  @ParameterizedTest
  @EnumSource
  void veryManyLinesOfAHeaderAreRefused(ReverseProxy.Kind kind) throws IOException {
    String own =
        ElasticsearchServer.basic(
            ElasticsearchServer.GATEWAY, ElasticsearchServer.GATEWAY_PASSWORD);
    String answer =
        browser(kind)
            .raw(
                "GET "
                    + PAGE
                    + " HTTP/1.1\r\nHost: "
                    + URI.create(RUNNING.get(kind).site).getAuthority()
                    + "\r\nAuthorization: "
                    + own
                    + "\r\nConnection: close\r\n"
                    + "Accept: a\r\n".repeat(97)
                    + "\r\n");
    assertThat(answer).containsPattern("^HTTP/1.1 4").doesNotContain("Authorization: ");
    assertThat(toElastic.drain()).isEmpty();
  }

  /** RFC 9110, 7.6.1: a proxy drops what Connection names. */
  @ParameterizedTest
  @EnumSource
  void aClientCannotHaveItsLoginDropped(ReverseProxy.Kind kind) throws IOException {
    SiteBrowser john = john(kind);
    String answer =
        john.raw(
            "GET "
                + PAGE
                + " HTTP/1.1\r\nHost: "
                + URI.create(RUNNING.get(kind).site).getAuthority()
                + "\r\nCookie: "
                + john.cookieHeader()
                + "\r\nConnection: close, Authorization, Accept\r\n\r\n");
    assertThat(answer).startsWith("HTTP/1.1 200").contains("\"john.doe\"");
    assertThat(toElastic.drain()).doesNotContainPattern("(?i)connection: [^\r]*authorization");
  }

  /** Nobody needs a session below /elastauth/oidc/, so nothing else may be reached through it. */
  @ParameterizedTest
  @EnumSource
  void theLoginsAddressLeadsNowhereElse(ReverseProxy.Kind kind) throws IOException {
    for (String path :
        List.of(
            "/elastauth/oidc/../../_security/_authenticate",
            "/elastauth/oidc/%2e%2e/%2e%2e/_security/_authenticate",
            "/elastauth/oidc/..%2f..%2f_security/_authenticate",
            "/elastauth/oidc/..;/..;/_security/_authenticate",
            "//elastauth/oidc/../../_security/_authenticate",
            "/_security/_authenticate?/elastauth/oidc/",
            "/elastauth",
            "/elastauth/challenge",
            "/internal/elastauth")) {
      String answer =
          browser(kind)
              .raw(
                  "GET "
                      + path
                      + " HTTP/1.1\r\nHost: "
                      + URI.create(RUNNING.get(kind).site).getAuthority()
                      + "\r\nConnection: close\r\n\r\n");
      assertThat(answer).as(path).containsPattern("^HTTP/1.1 [34]").doesNotContain("\"OK\"");
      assertThat(toElastic.drain()).as(path).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void bodiesArriveWhole(ReverseProxy.Kind kind) {
    String index = "proxy-login-" + kind.program();
    elasticsearch.admin("PUT", "/" + index, "{\"mappings\":{\"enabled\":false}}");
    String line = "{\"index\":{}}\n{\"text\":\"" + "x".repeat(1 << 20) + "\"}\n";
    HttpResponse<String> response =
        john(kind)
            .send(
                "POST",
                "/" + index + "/_bulk?refresh=true&filter_path=errors",
                BodyPublishers.fromPublisher(BodyPublishers.ofString(line.repeat(5))),
                "Content-Type",
                "application/x-ndjson");
    assertThat(response.body()).isEqualTo("{\"errors\":false}");
    HttpResponse<String> count = elasticsearch.admin("GET", "/" + index + "/_count", null);
    assertThat(ElasticsearchServer.json(count).path("count").asInt()).isEqualTo(5);
  }

  @ParameterizedTest
  @EnumSource
  void headIsADecisionToo(ReverseProxy.Kind kind) {
    HttpResponse<String> there = john(kind).send("HEAD", "/", BodyPublishers.noBody());
    assertThat(there.statusCode()).isEqualTo(200);
    assertThat(there.headers().firstValue("X-elastic-product")).contains("Elasticsearch");
    HttpResponse<String> refused = browser(kind).send("HEAD", "/", BodyPublishers.noBody());
    assertThat(refused.statusCode()).isEqualTo(401);
  }

  @ParameterizedTest
  @EnumSource
  void aWebSocketBelongsToTheUser(ReverseProxy.Kind kind) {
    SiteBrowser john = john(kind);
    try (WebSocketServer server = WebSocketServer.start()) {
      toElastic.lead(server.port());
      String address = RUNNING.get(kind).site.replace("https", "wss") + "/socket";
      assertThat(WebSocketServer.userAt(john.http(), address, john.cookieHeader()))
          .isEqualTo("john.doe");
    } finally {
      toElastic.lead(URI.create(elasticsearch.url()).getPort());
    }
  }

  @ParameterizedTest
  @EnumSource
  void elasticsearchAwayIs503AndOverALimit429(ReverseProxy.Kind kind) {
    SiteBrowser browser = browser(kind);
    Running running = RUNNING.get(kind);
    try {
      running.toGateway.lead(withoutElasticsearch.port());
      HttpResponse<String> away = browser.get(PAGE, "Authorization", bearer(KeycloakServer.JOHN));
      assertThat(away.headers().firstValue("Retry-After")).contains("5");
      assertRefused(away, 503);

      running.toGateway.lead(limited.port());
      String token = bearer(KeycloakServer.JOHN);
      browser.get(PAGE, "Authorization", token); // may be one too many already, with another proxy
      toElastic.drain();
      HttpResponse<String> often = browser.get(PAGE, "Authorization", token);
      assertThat(often.headers().firstValue("Retry-After").map(Integer::parseInt))
          .hasValueSatisfying(seconds -> assertThat(seconds).isBetween(3_000, 3_600));
      assertRefused(often, 429);
    } finally {
      running.toGateway.lead(running.gateway.port());
    }
  }
}
