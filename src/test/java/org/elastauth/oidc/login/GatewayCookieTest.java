package org.elastauth.oidc.login;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GatewayCookieTest {
  private static final GatewayCookie COOKIE = new GatewayCookie("elastauth", true, "");

  @Test
  void onlyTheHostThatSetItHasIt() {
    assertThat(COOKIE.set("abc", 60))
        .isEqualTo("__Host-elastauth=abc; Max-Age=60; Path=/; Secure; HttpOnly; SameSite=Lax");
  }

  @Test
  void orADomain() {
    assertThat(new GatewayCookie("elastauth", true, "example.org").set("abc", 60))
        .isEqualTo(
            "__Secure-elastauth=abc; Max-Age=60; Path=/; Domain=example.org; Secure; HttpOnly;"
                + " SameSite=Lax");
  }

  @Test
  void overPlainHttpItCannotBeSecure() {
    assertThat(new GatewayCookie("elastauth", false, "").set("abc", 60))
        .isEqualTo("elastauth=abc; Max-Age=60; Path=/; HttpOnly; SameSite=Lax");
  }

  @Test
  void isForgottenAtOnce() {
    assertThat(COOKIE.clear()).startsWith("__Host-elastauth=; Max-Age=0; Path=/; ");
  }

  private static List<String> scopes(GatewayCookie cookie, String page) {
    return cookie.clearAll(page).stream()
        .peek(value -> assertThat(value).contains("=; Max-Age=0; Path="))
        .map(value -> value.replaceAll(".*?; Path=(\\S+?)(; Domain=(\\S+?))?(; .*)", "$1 $3"))
        .toList();
  }

  /** Where another host of the domain can have set it; bounded, and safe as an attribute. */
  @ParameterizedTest
  @CsvSource({
    "http://kibana.example.org/, '/ ,/ kibana.example.org,/ example.org'",
    "http://kibana.example.org:8080/, '/ ,/ kibana.example.org,/ example.org'",
    "http://a.b.example.co.uk/, '/ ,/ a.b.example.co.uk,/ b.example.co.uk,/ example.co.uk,/ co.uk'",
    "http://localhost/app, '/ ,/app '",
    "http://localhost/app/x/y?z, '/ ,/app ,/app/x '",
    "http://localhost/app/x;Domain=evil/y, '/ ,/app ,/app/x '",
    "http://localhost/;Domain=evil, '/ '",
    "http://192.0.2.1:5601/, '/ '",
    "http://[2001:db8::1]:5601/, '/ '",
    "'', '/ '",
  })
  void isDeletedInEveryScope(String page, String scopes) {
    assertThat(scopes(new GatewayCookie("elastauth", false, ""), page))
        .containsExactly(scopes.split(","));
    assertThat(COOKIE.clearAll(page)).containsExactly(COOKIE.clear());
  }

  @Test
  void isDeletedInTheDomainThatIsConfigured() {
    GatewayCookie shared = new GatewayCookie("elastauth", true, "example.org");
    assertThat(scopes(shared, "https://kibana.example.org/"))
        .containsExactly("/ ", "/ example.org", "/ kibana.example.org");
    assertThat(scopes(shared, "https://" + "a.".repeat(100) + "org/x/y")).hasSize(30);
  }
}
