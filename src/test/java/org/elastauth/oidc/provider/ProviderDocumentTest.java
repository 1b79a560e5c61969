package org.elastauth.oidc.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProviderDocumentTest {
  @Test
  void emptyIsNone() {
    ProviderDocument document =
        ProviderDocument.parse("\uFEFF {\"a\":\"\",\"b\":null,\"c\":\" \",\"d\":\"x\",\"e\":7}");
    for (String member : new String[] {"a", "b", "c", "missing"}) {
      assertThat(document.text(member)).as(member).isEmpty();
    }
    assertThat(document.text("d")).isEqualTo("x");
    assertThatThrownBy(() -> document.text("e")).hasMessage("e is not a string");
    assertThat(document).hasToString("ProviderDocument");
  }

  /** RFC 7517, section 4: the last of several members of one name counts. */
  @Test
  void membersOfOneName() {
    assertThat(ProviderDocument.parse("{\"a\":\"1\",\"a\":\"2\"}").text("a")).isEqualTo("2");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "null",
        "[]",
        "[[\"a\",\"b\"]]",
        "7",
        "\"{}\"",
        "{",
        "{} {}",
        "{a:1}",
        "<html>"
      })
  void whatIsNoObjectQuotesNothing(String text) {
    assertThatThrownBy(() -> ProviderDocument.parse(text))
        .isInstanceOf(UnusableResponseException.class)
        .hasMessage("it is not a JSON object");
    assertThatThrownBy(
            () -> ProviderDocument.parse("{\"a\":" + "[".repeat(5_000) + "]".repeat(5_000) + "}"))
        .hasMessage("it is not a JSON object");
  }
}
