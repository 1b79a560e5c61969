package org.elastauth.oidc.login;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.MultiMap;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.elastauth.http.HttpError;
import org.elastauth.net.TrustedProxies;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** SPEC 13.5, RFC 9700 4.11: a login leads back to our own sites, and nowhere else. */
class RequestedUrlTest {
  private static final String PROXY = "10.0.0.1";
  private static final TrustedProxies PROXIES = new TrustedProxies(List.of("10.0.0.0/8"));

  private static RequestedUrl of(String redirectUrl, String... allowed) {
    return new RequestedUrl(PROXIES, URI.create(redirectUrl), List.of(allowed));
  }

  private static String of(RequestedUrl url, String peer, List<String> hosts, List<String> paths) {
    return url.of(
        peer,
        MultiMap.caseInsensitiveMultiMap()
            .add("X-Forwarded-Host", hosts)
            .add("X-Forwarded-Uri", paths),
        "/elastauth");
  }

  private static final RequestedUrl URL = of("https://kibana.example.org/elastauth/oidc/callback");

  @Test
  void whereTheProxySaysTheBrowserWantedToGo() {
    assertThat(of(URL, PROXY, List.of("kibana.example.org"), List.of("/app/home?a=b&c=%20d")))
        .isEqualTo("https://kibana.example.org/app/home?a=b&c=%20d");
  }

  @Test
  void aPeerThatIsNoProxyIsNotBelieved() {
    assertThat(of(URL, "192.0.2.1", List.of("evil.example.org"), List.of("/app")))
        .isEqualTo("https://kibana.example.org/");
  }

  @Test
  void withoutAWordTheSiteOfTheRedirectUrl() {
    assertThat(of(URL, PROXY, List.of(), List.of())).isEqualTo("https://kibana.example.org/");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "evil.example.org",
        "kibana.example.org.evil.org",
        "kibana.example.org@evil.org",
        "kibana.example.org:8443",
        "kibana.example.org, evil.example.org",
        "evil.example.org, kibana.example.org",
        "kibana.example.org.",
        "kibana.example.org/",
        "kibana.example.org#",
        ""
      })
  void anotherSiteIsRefused(String host) {
    assertThatThrownBy(() -> of(URL, PROXY, List.of(host), List.of("/")))
        .isInstanceOfSatisfying(
            HttpError.class, refusal -> assertThat(refusal.status()).isEqualTo(401));
  }

  @Test
  void twoSitesAreRefused() {
    List<String> hosts = List.of("kibana.example.org", "kibana.example.org");
    assertThatThrownBy(() -> of(URL, PROXY, hosts, List.of("/"))).isInstanceOf(HttpError.class);
  }

  @ParameterizedTest
  @CsvSource({
    "kibana.example.org:443, https://kibana.example.org/",
    "KIBANA.example.org, https://kibana.example.org/",
    "grafana.example.org:8443, https://grafana.example.org:8443/",
  })
  void allowedHostsMayNameAPort(String host, String expected) {
    RequestedUrl url =
        of("https://auth.example.org/cb", "Kibana.example.org", "grafana.example.org:8443");
    assertThat(of(url, PROXY, List.of(host), List.of("/"))).isEqualTo(expected);
  }

  @Test
  void whereOthersAreListedTheRedirectUrlsHostIsNoneOfThem() {
    RequestedUrl url = of("https://auth.example.org/cb", "kibana.example.org");
    assertThatThrownBy(() -> of(url, PROXY, List.of("auth.example.org"), List.of("/")))
        .isInstanceOf(HttpError.class);
  }

  /** A path is a path: whatever it looks like, the host before it stays. */
  @ParameterizedTest
  @CsvSource({
    "//evil.example.org/x, https://kibana.example.org//evil.example.org/x",
    "/%2e%2e//evil, https://kibana.example.org/%2e%2e//evil",
    "/\\evil.example.org, https://kibana.example.org/",
    "@evil.example.org, https://kibana.example.org/",
    "https://evil.example.org/, https://kibana.example.org/",
    "'/a b', https://kibana.example.org/",
    "/\u00e4, https://kibana.example.org/",
    "'', https://kibana.example.org/",
    "/elastauth/oidc/logout, https://kibana.example.org/",
  })
  void noPathLeadsElsewhere(String path, String expected) {
    assertThat(of(URL, PROXY, List.of("kibana.example.org"), List.of(path))).isEqualTo(expected);
  }

  @Test
  void aLineBreakIsNoPath() {
    assertThat(of(URL, PROXY, List.of("kibana.example.org"), List.of("/\r\nSet-Cookie: a=b")))
        .isEqualTo("https://kibana.example.org/");
  }

  @Test
  void anAddressTooLongToKeepLosesItsQueryThenItsPath() {
    List<String> host = List.of("kibana.example.org");
    String query = "a".repeat(3000);
    assertThat(of(URL, PROXY, host, List.of("/app?" + query)))
        .isEqualTo("https://kibana.example.org/app");
    assertThat(of(URL, PROXY, host, List.of("/" + query))).isEqualTo("https://kibana.example.org/");
  }

  /** Headers that proxies send, each as they send it; null: another page than the home page. */
  @ParameterizedTest
  @CsvSource({
    // ingress-nginx: the whole URL; TLS may end in front of it
    "X-Original-URL=https://kibana.example.org/app/x?y=1, /elastauth, /app/x?y=1",
    "X-Original-URL=http://kibana.example.org/app/x?y=1, /elastauth, /app/x?y=1",
    "X-Original-URL=http://kibana.example.org:80/app, /elastauth, /app",
    "X-Original-URL=https://kibana.example.org:443/app, /elastauth, /app",
    "X-Original-URL=HTTPS://Kibana.Example.org/App, /elastauth, /App",
    "X-Original-URL=https://kibana.example.org?a=b, /elastauth, /?a=b",
    "X-Original-URL=https://kibana.example.org, /elastauth, /",
    "X-Original-URL=/app/x?y=1, /elastauth, /app/x?y=1",
    "X-Original-URI=/app/x?y=1, /elastauth, /app/x?y=1",
    "X-Auth-Request-Redirect=/app/x?y=1, /elastauth/challenge, /app/x?y=1",
    "X-Forwarded-Uri=/first X-Original-URL=https://kibana.example.org/second, /elastauth, /first",
    "X-Original-URL=/first X-Original-URI=/second, /elastauth, /first",
    // Envoy: the path after the prefix, the original Host
    "'', /elastauth/authz/app/x?y=1, /app/x?y=1",
    "Host=kibana.example.org, /elastauth/authz/app/x?y=1, /app/x?y=1",
    "Host=elastauth:5000, /elastauth/authz/app/x, /app/x",
    "'', /elastauth/authz/, /",
    "'', /elastauth/authz/app?rd=/other, /app?rd=/other",
    "X-Forwarded-Uri=/first, /elastauth/authz/second, /first",
    "'', /elastauth/authz//evil.example.org/, //evil.example.org/",
    // a parameter of the address
    "'', /elastauth?rd=https%3A%2F%2Fkibana.example.org%2Fapp%2Fx%3Fy%3D1, /app/x?y=1",
    "'', /?rd=/app/x?y=1, /app/x?y=1",
    "'', /elastauth/challenge?a=b&rd=%2Fapp%2Fx%3Fa%3Db%26c%3Dd, /app/x?a=b&c=d",
    "X-Forwarded-Uri=/first, /elastauth?rd=/second, /first",
    "'', /elastauth?rd=/one&rd=/two, /",
    "'', /elastauth?rd=%zz, /",
    "'', /elastauth?ord=/app, /",
    // hosts and ports
    "X-Forwarded-Host=kibana.example.org:80 X-Forwarded-Proto=http X-Forwarded-Uri=/a, /, /a",
    "X-Forwarded-Host=kibana.example.org X-Forwarded-Port=80 X-Forwarded-Uri=/a, /elastauth, /a",
    "X-Forwarded-Host=kibana.example.org X-Forwarded-Port=x X-Forwarded-Uri=/a, /elastauth, /a",
  })
  void whatProxiesSend(String headers, String uri, String page) {
    assertThat(URL.of(PROXY, headers(headers), uri)).isEqualTo("https://kibana.example.org" + page);
    assertThat(URL.of("192.0.2.1", headers(headers), uri))
        .as("no proxy")
        .isEqualTo("https://kibana.example.org/");
  }

  private static MultiMap headers(String text) {
    MultiMap headers = MultiMap.caseInsensitiveMultiMap();
    for (String header : text.split(" ")) {
      if (!header.isEmpty()) {
        headers.add(header.split("=", 2)[0], header.split("=", 2)[1]);
      }
    }
    return headers;
  }

  @Test
  void aPortOfItsOwn() {
    RequestedUrl url =
        of("https://auth.example.org/cb", "a.example.org:8443", "b.example.org", "[::1]:8443");
    String port = "X-Forwarded-Host=a.example.org X-Forwarded-Port=8443 X-Forwarded-Uri=/x";
    assertThat(url.of(PROXY, headers(port), "/elastauth"))
        .isEqualTo("https://a.example.org:8443/x");
    assertThat(url.of(PROXY, headers("Host=b.example.org"), "/elastauth/authz/x"))
        .isEqualTo("https://b.example.org/x");
    assertThat(url.of(PROXY, headers("X-Original-URL=https://[::1]:8443/x"), "/elastauth"))
        .isEqualTo("https://[::1]:8443/x");
  }

  /** The host of a URL is checked as X-Forwarded-Host is. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://evil.example.org/",
        "https://kibana.example.org:8443/",
        "http://kibana.example.org:443/",
        "https://kibana.example.org.evil.org/"
      })
  void aUrlOfAnotherSiteIsRefused(String page) {
    MultiMap headers = headers("X-Original-URL=" + page);
    assertThatThrownBy(() -> URL.of(PROXY, headers, "/elastauth"))
        .isInstanceOfSatisfying(
            HttpError.class, refusal -> assertThat(refusal.status()).isEqualTo(401));
    assertThatThrownBy(() -> URL.of(PROXY, headers(""), "/elastauth?rd=" + page))
        .isInstanceOf(HttpError.class);
  }

  /** What has the form of no URL is a path, or nothing. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "https:/evil.example.org/",
        "https://kibana.example.org@evil.example.org/",
        "https://kibana.example.org\\@evil.example.org/",
        "https:\\\\evil.example.org/",
        "javascript:alert(1)",
        "data:text/html,x",
        "evil.example.org",
        "\\\\evil.example.org",
        "https://kibana.example.org\u00e4/",
        "https://kibana.example.org#@evil.example.org/",
        "https://kibana.example.org/\\x",
        "ftp://kibana.example.org/"
      })
  void whatIsNoUrlLeadsHome(String page) {
    MultiMap headers = MultiMap.caseInsensitiveMultiMap().add("X-Original-URL", page);
    assertThat(URL.of(PROXY, headers, "/elastauth")).isEqualTo("https://kibana.example.org/");
  }

  private static String link(String rd) {
    return URL.ofLink(
        PROXY,
        MultiMap.caseInsensitiveMultiMap(),
        "/elastauth/oidc/login?rd=" + URLEncoder.encode(rd, StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @CsvSource({
    "/app/x?y=1&z=%20, /app/x?y=1&z=%20",
    "https://kibana.example.org/app/x?y=1, /app/x?y=1",
    "http://KIBANA.example.org:80/app, /app",
    "https://kibana.example.org?y=1, /?y=1",
    "https://kibana.example.org, /",
    "/app/a b/\u00e4\ud83d\ude00, /app/a%20b/%C3%A4%F0%9F%98%80",
    "/elastauth/oidc/login?rd=/x, /",
    "https://kibana.example.org/elastauth/oidc/logout, /",
    "/%5Cevil.example.org, /%5Cevil.example.org",
    "/%2Fevil.example.org, /%2Fevil.example.org",
  })
  void aLinkToTheLoginLeadsToAPage(String rd, String page) {
    assertThat(link(rd)).isEqualTo("https://kibana.example.org" + page);
  }

  /** The site of the redirect URL has the login, though no pages of its own. */
  @Test
  void aLinkOfASiteOfItsOwn() {
    RequestedUrl url = of("https://auth.example.org/elastauth/oidc/callback", "kibana.example.org");
    MultiMap there = headers("X-Forwarded-Host=auth.example.org X-Forwarded-Uri=/x");
    String login = "/elastauth/oidc/login";
    assertThat(url.ofLink(PROXY, there, login)).isEqualTo("https://auth.example.org/");
    assertThat(url.ofLink(PROXY, there, login + "?rd=/app"))
        .isEqualTo("https://auth.example.org/app");
    assertThat(url.ofLink(PROXY, there, login + "?rd=https://kibana.example.org/app"))
        .isEqualTo("https://kibana.example.org/app");
    assertThat(url.isOwnOrigin("https://auth.example.org")).isTrue();
    assertThat(url.isOwnOrigin("https://kibana.example.org")).isTrue();
  }

  @Test
  void aLinkWithoutAPageLeadsHome() {
    MultiMap none = MultiMap.caseInsensitiveMultiMap();
    assertThat(URL.ofLink(PROXY, none, "/elastauth/oidc/login"))
        .isEqualTo("https://kibana.example.org/");
    assertThat(URL.ofLink("192.0.2.1", none, "/elastauth/oidc/login?rd=/app"))
        .isEqualTo("https://kibana.example.org/");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "//evil.example.org/",
        "///evil.example.org/",
        "/\\evil.example.org/",
        "\\/evil.example.org/",
        "https://evil.example.org/",
        "https:evil.example.org",
        "https:///evil.example.org/",
        "https://kibana.example.org@evil.example.org/",
        "https://user:pass@kibana.example.org/",
        "https://kibana.example.org:8443/",
        "https://kibana.example.org./",
        "https://kibana.example.org.evil.org/",
        "https://kibana.example.org\\.evil.org/",
        "https%3A%2F%2Fevil.example.org/",
        "%2F%2Fevil.example.org/",
        "javascript:alert(1)",
        "data:text/html,x",
        "evil.example.org",
        "/app\r\nSet-Cookie: a=b",
        "/app\u0000",
        "/app\t",
        "\t//evil.example.org/",
        " //evil.example.org/",
        "https://kibana.example.org/\u007f",
        "https://kib\u0430na.example.org/",
        "",
        "app"
      })
  void aLinkThatLeadsElsewhereIsRefused(String rd) {
    assertThatThrownBy(() -> link(rd))
        .isInstanceOfSatisfying(
            HttpError.class, refusal -> assertThat(refusal.status()).isEqualTo(400));
  }

  /** However they are written, they would log the user out or in again. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/elastauth/oidc/logout",
        "/elastauth/oidc",
        "/elastauth/oidc/login?rd=/app",
        "//elastauth/oidc/logout",
        "/elastauth//oidc/logout",
        "/elastauth/oidc//logout/",
        "/%65lastauth/oidc/logout",
        "/elastauth/oidc%2flogout",
        "/elastauth%2Foidc%2Flogout",
        "/%2565lastauth/oidc/logout",
        "/%25252565lastauth/oidc/logout",
        "/%25252525252565lastauth/oidc/logout",
        "/./elastauth/oidc/logout",
        "/app/../elastauth/oidc/logout",
        "/app/%2e%2E/elastauth/oidc/logout",
        "/app/..;/elastauth/oidc/logout",
        "/app%2f..%2felastauth/oidc/logout",
        "/elastauth//../oidc/logout",
        "/elastauth/;x/../oidc/logout",
        "/elastauth;a=b/oidc;c=d/logout;e",
        "/elastauth/oidc/logout?x=1#y",
        "/elastauth/oidc/logout#y",
        "/ELASTAUTH/Oidc/logout",
        "/elastauth%5coidc/logout",
        "/elastauth/%6Fidc/logout",
        "/elastauth%20/oidc/logout",
        "/elastauth/oidc%00/logout"
      })
  void noOwnPathIsAPageToComeBackTo(String page) {
    assertThat(of(URL, PROXY, List.of("kibana.example.org"), List.of(page)))
        .isEqualTo("https://kibana.example.org/");
    assertThat(new OwnPaths("/kibana/elastauth/oidc/callback").contains("/kibana" + page)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "",
        "/app/elastauth/oidc/x",
        "/elastauth/oidcs",
        "/elastauth",
        "/elastauths/oidc/",
        "/app?to=/elastauth/oidc/logout",
        "/app#/elastauth/oidc/logout",
        "/app/%zz/%",
        "/app/%25",
        "/app/../x"
      })
  void otherPathsArePages(String page) {
    assertThat(new OwnPaths("/elastauth/oidc/callback").contains(page)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "https://kibana.example.org, true",
    "https://kibana.example.org:443, true",
    "https://kibana.example.org/app?x, true",
    "http://kibana.example.org, false",
    "https://kibana.example.org:8443, false",
    "https://evil.example.org, false",
    "https://kibana.example.org.evil.org, false",
    "https://kibana.example.org@evil.example.org, false",
    "null, false",
    "'', false",
  })
  void originsOfOurOwn(String origin, boolean own) {
    assertThat(URL.isOwnOrigin(origin)).isEqualTo(own);
  }
}
