package org.elastauth.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.elastauth.http.HttpError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** SPEC 2: the limits of every field. */
class IdentityRulesTest {
  private static Identity of(String username, String email, String fullName, String... groups) {
    return IdentityRules.identity(username, email, fullName, Arrays.asList(groups), 0);
  }

  private static void assertMalformed(String field, Runnable identity) {
    assertThatThrownBy(identity::run)
        .isInstanceOfSatisfying(
            HttpError.class, refusal -> assertThat(refusal.status()).isEqualTo(400))
        .hasMessageStartingWith("malformed " + field);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "..",
        ".hidden",
        "_xpack",
        "a/b",
        "../elastic",
        "a b",
        "a:b",
        "a\u0000",
        "jörg",
        "a\n",
        "a%2e",
        "a,b",
        "a\"b"
      })
  void usernamesOutsideTheAlphabet(String name) {
    assertMalformed("username", () -> of(name, "", ""));
  }

  @Test
  void usernameLength() {
    assertThat(of("x".repeat(255), "", "").username()).hasSize(255);
    assertMalformed("username", () -> of("x".repeat(256), "", ""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.b", "a..b", "A_b", "a@b", "a+b", "-a", "@a", "+a", "9"})
  void usernamesInsideTheAlphabet(String name) {
    assertThat(of(name, "", "").username()).isEqualTo(name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "no-at",
        "@host",
        "name@",
        "a@b@c",
        "a b@c",
        "a@b\r",
        "<a@b>",
        "a@b,c@d",
        "a\u0085@b"
      })
  void emailsThatAreNone(String email) {
    assertMalformed("email", () -> of("a", email, ""));
  }

  @Test
  void emailLength() {
    assertThat(of("a", "x".repeat(318) + "@h", "").email()).hasSize(320);
    assertMalformed("email", () -> of("a", "x".repeat(319) + "@h", ""));
  }

  @Test
  void fullName() {
    assertThat(of("a", "", "Jörg, \"the\" Žižek").fullName()).isEqualTo("Jörg, \"the\" Žižek");
    assertThat(of("a", "", "x".repeat(500)).fullName()).hasSize(500);
    assertMalformed("full name", () -> of("a", "", "x".repeat(501)));
    assertMalformed("full name", () -> of("a", "", "tab\there"));
    assertMalformed("full name", () -> of("a", "", "next\u0085line"));
  }

  @Test
  void groupsAreTrimmedSortedAndOnce() {
    assertThat(of("a", "", "", " b ", "a", "", "  ", "b", "with, comma").groups())
        .isEqualTo(List.of("a", "b", "with, comma"));
  }

  @Test
  void groupLimits() {
    assertThat(of("a", "", "", "g".repeat(255)).groups()).hasSize(1);
    assertMalformed("group", () -> of("a", "", "", "g".repeat(256)));
    assertMalformed("group", () -> of("a", "", "", "a\u0007b"));
  }
}
