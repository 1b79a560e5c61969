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

  /** Elasticsearch refuses them, cannot log them in by Basic, or uses them itself. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "..",
        "_xpack",
        "_system",
        "__anonymous",
        "_",
        "a:b",
        ":",
        " a",
        "a ",
        " ",
        "a\u0000",
        "a\tb",
        "a\u007f",
        "a\u0080",
        "a\u00a0b",
        "j\u00f6rg",
        "\u212a",
        "a\u200bb",
        "a\n",
        "a\r\nb"
      })
  void usernamesThatElasticsearchDoesNotLogIn(String name) {
    assertMalformed("username", () -> of(name, "", ""));
  }

  @Test
  void usernameLength() {
    assertThat(of("x".repeat(255), "", "").username()).hasSize(255);
    assertMalformed("username", () -> of("x".repeat(256), "", ""));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a.b",
        ".hidden",
        "...",
        "a_b",
        "@a",
        "o'brien@example.org",
        "DOMAIN\\jdoe",
        "auth0|5f7c",
        "john smith",
        "svc$",
        "jane_example.org#EXT#@tenant.onmicrosoft.com",
        "CN=John Doe,OU=Users,DC=example",
        "a/../b",
        "a%2e",
        "a?b=c",
        "\"q\"",
        "9"
      })
  void usernamesThatElasticsearchLogsIn(String name) {
    assertThat(of(name, "", "").username()).isEqualTo(name);
  }

  @Test
  void everyPrintableCharacterButTheColon() {
    for (char c = '!'; c <= '~'; c++) {
      String name = "a" + c + "b";
      assertThat(IdentityRules.isUsername(name)).as(name).isEqualTo(c != ':');
    }
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
