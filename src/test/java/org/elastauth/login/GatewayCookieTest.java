package org.elastauth.login;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.elastauth.http.Refusal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

  @ParameterizedTest
  @ValueSource(
      strings = {
        "__Host-elastauth=abc",
        "a=b; __Host-elastauth=abc; c=d",
        "a=b;__Host-elastauth=abc ;c=d",
        "elastauth=x; __Host-elastauth2=y; x__Host-elastauth=z; __Host-elastauth=abc",
        ";; ; __Host-elastauth=abc;",
      })
  void isFoundAmongOthers(String header) {
    assertThat(COOKIE.read(List.of("z=1", header))).isEqualTo("abc");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a=b", "__Host-elastauth", "__Host-elastauth=", "elastauth=abc", "="})
  void isNotThere(String header) {
    assertThat(COOKIE.read(List.of(header))).isNull();
  }

  @Test
  void isNotOursIfItIsTooLong() {
    assertThat(COOKIE.read(List.of("__Host-elastauth=" + "a".repeat(257)))).isNull();
  }

  /** Cookie tossing: a neighbour's cookie of the same name stands beside ours, or before it. */
  @Test
  void twoOfThemAreRefused() {
    GatewayCookie plain = new GatewayCookie("elastauth", false, "");
    assertThatThrownBy(() -> plain.read(List.of("elastauth=a; elastauth=b")))
        .isInstanceOf(Refusal.class);
    assertThatThrownBy(() -> plain.read(List.of("elastauth=a", "elastauth=a")))
        .isInstanceOf(Refusal.class);
  }
}
