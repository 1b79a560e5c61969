package org.elastauth.oidc.token;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenTextTest {
  private static final String TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln";

  @Test
  void theSameTextIsTheSameToken() {
    assertThat(new TokenText(TOKEN))
        .isEqualTo(new TokenText(new String(TOKEN.toCharArray())))
        .hasSameHashCodeAs(new TokenText(TOKEN));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 7, 8, 20, 39, 40})
  void aTokenThatDiffersInOneCharacterIsAnother(int at) {
    StringBuilder other = new StringBuilder(TOKEN);
    other.setCharAt(at, '_');

    assertThat(new TokenText(TOKEN)).isNotEqualTo(new TokenText(other.toString()));
  }

  /** Two texts with the same hash: an attacker can choose any number of them. */
  @ParameterizedTest
  @ValueSource(strings = {"BBBBBBBBBB", "AaAaAaAaBB", "BBAaAaAaAa"})
  void aTokenWithTheSameHashIsAnother(String other) {
    TokenText token = new TokenText("AaAaAaAaAa");

    assertThat(new TokenText(other)).hasSameHashCodeAs(token).isNotEqualTo(token);
  }

  @Test
  void aBeginningIsAnotherToken() {
    assertThat(new TokenText(TOKEN))
        .isNotEqualTo(new TokenText(TOKEN.substring(1)))
        .isNotEqualTo(new TokenText(TOKEN + "A"));
  }

  @Test
  void neverShowsTheToken() {
    assertThat(new TokenText(TOKEN)).hasToString("TokenText");
  }
}
