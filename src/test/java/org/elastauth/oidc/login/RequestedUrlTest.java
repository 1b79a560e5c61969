package org.elastauth.oidc.login;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
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

  private static final RequestedUrl URL = of("https://kibana.example.org/elastauth/oidc/callback");

  @Test
  void whereTheProxySaysTheBrowserWantedToGo() {
    assertThat(URL.of(PROXY, List.of("kibana.example.org"), List.of("/app/home?a=b&c=%20d")))
        .isEqualTo("https://kibana.example.org/app/home?a=b&c=%20d");
  }

  @Test
  void aPeerThatIsNoProxyIsNotBelieved() {
    assertThat(URL.of("192.0.2.1", List.of("evil.example.org"), List.of("/app")))
        .isEqualTo("https://kibana.example.org/");
  }

  @Test
  void withoutAWordTheSiteOfTheRedirectUrl() {
    assertThat(URL.of(PROXY, List.of(), List.of())).isEqualTo("https://kibana.example.org/");
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
    assertThatThrownBy(() -> URL.of(PROXY, List.of(host), List.of("/")))
        .isInstanceOfSatisfying(
            HttpError.class, refusal -> assertThat(refusal.status()).isEqualTo(401));
  }

  @Test
  void twoSitesAreRefused() {
    List<String> hosts = List.of("kibana.example.org", "kibana.example.org");
    assertThatThrownBy(() -> URL.of(PROXY, hosts, List.of("/"))).isInstanceOf(HttpError.class);
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
    assertThat(url.of(PROXY, List.of(host), List.of("/"))).isEqualTo(expected);
  }

  @Test
  void whereOthersAreListedTheRedirectUrlsHostIsNoneOfThem() {
    RequestedUrl url = of("https://auth.example.org/cb", "kibana.example.org");
    assertThatThrownBy(() -> url.of(PROXY, List.of("auth.example.org"), List.of("/")))
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
    assertThat(URL.of(PROXY, List.of("kibana.example.org"), List.of(path))).isEqualTo(expected);
  }

  @Test
  void aLineBreakIsNoPath() {
    assertThat(URL.of(PROXY, List.of("kibana.example.org"), List.of("/\r\nSet-Cookie: a=b")))
        .isEqualTo("https://kibana.example.org/");
  }

  @Test
  void anAddressTooLongToKeepLosesItsQueryThenItsPath() {
    List<String> host = List.of("kibana.example.org");
    String query = "a".repeat(3000);
    assertThat(URL.of(PROXY, host, List.of("/app?" + query)))
        .isEqualTo("https://kibana.example.org/app");
    assertThat(URL.of(PROXY, host, List.of("/" + query))).isEqualTo("https://kibana.example.org/");
  }
}
