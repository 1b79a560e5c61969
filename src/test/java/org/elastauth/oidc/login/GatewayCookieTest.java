package org.elastauth.oidc.login;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

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
}
