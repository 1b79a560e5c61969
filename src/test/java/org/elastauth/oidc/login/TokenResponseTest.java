package org.elastauth.oidc.login;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.elastauth.oidc.provider.ProviderDocument;
import org.elastauth.oidc.provider.UnusableResponseException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a token response may say, and what a session does without. */
class TokenResponseTest {
  private static final String TOKENS = "\"access_token\":\"a\",\"refresh_token\":\"r\"";

  private final List<String> ignored = new ArrayList<>();

  private TokenResponse read(String text) {
    return TokenResponse.of(ProviderDocument.parse(text), ignored::add);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{TOKENS}",
        "\uFEFF{TOKENS}",
        "{TOKENS,\"token_type\":\"\"}",
        "{TOKENS,\"token_type\":[\"Bearer\"]}",
        "{TOKENS,\"token_type\":\"bearer\",\"scope\":[\"openid\"]}",
        "{TOKENS,\"scope\":null,\"scope_\":7}",
        "{TOKENS,\"expires_in\":null,\"refresh_expires_in\":\"x\"}",
        "{TOKENS,\"expires_in\":\"\"}",
        "{TOKENS,\"id_token\":\"\"}",
        "{TOKENS,\"id_token\":null}",
        "{TOKENS,\"error\":\"\",\"error_description\":7}",
        "{TOKENS,\"not-before-policy\":0,\"session_state\":{}}"
      })
  void whatIsUnusedOrEmptyMayBeAnything(String text) {
    assertThat(read(text.replace("TOKENS", TOKENS))).isEqualTo(new TokenResponse("a", "", "r", 0));
    assertThat(ignored).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "300,300",
    "300.9,300",
    "3e2,300",
    "'\"300\"',300",
    "'\" 300 \"',300",
    "2592000,2592000",
    "1,1"
  })
  void lifetimes(String value, long seconds) {
    assertThat(read("{" + TOKENS + ",\"expires_in\":" + value + "}").lifetime()).isEqualTo(seconds);
    assertThat(ignored).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0",
        "-1",
        "0.5",
        "-9223372036854775808",
        "true",
        "[300]",
        "{}",
        "\"soon\"",
        "\"NaN\"",
        "\"-Infinity\"",
        "\"PT1H\""
      })
  void aLifetimeThatIsNoneIsNamed(String value) {
    assertThat(read("{" + TOKENS + ",\"expires_in\":" + value + "}").lifetime()).isZero();
    assertThat(ignored)
        .containsExactly("expires_in is not a positive number; the exp of the ID token counts");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2592001",
        "9223372036854775807",
        "123456789012345678901234567890",
        "1e300",
        "1e400",
        "\"9223372036854775807\"",
        "\"Infinity\""
      })
  void aLifetimeThatIsTooLongIsClampedAndNamed(String value) {
    assertThat(read("{" + TOKENS + ",\"expires_in\":" + value + "}").lifetime()).isEqualTo(86_400);
    assertThat(ignored).containsExactly("expires_in is longer than 30 days, and counts as one day");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"\"", "null", "\" \""})
  void anEmptyRefreshTokenIsNone(String value) {
    assertThat(read("{\"access_token\":\"a\",\"refresh_token\":" + value + "}").refreshToken())
        .isEmpty();
    assertThat(ignored).isEmpty();
  }

  @Test
  void aRefreshTokenThatIsNoTextIsNamed() {
    assertThat(read("{\"access_token\":\"a\",\"refresh_token\":{}}").refreshToken()).isEmpty();
    assertThat(ignored).containsExactly("refresh_token is not a string");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"access_token\":7} | access_token is not a string",
        "{\"access_token\":\"a\\nb\"} | access_token is not printable ASCII",
        "{\"access_token\":\"a\",\"id_token\":[]} | id_token is not a string",
        "{\"access_token\":\"a\",\"id_token\":\"x\"} | id_token is not a JWT",
        "{\"access_token\":\"a\",\"id_token\":\"a.b.c\"} | id_token is not a JWT"
      })
  void whatDecidesIsNamed(String text, String reason) {
    assertThatThrownBy(() -> read(text))
        .isInstanceOf(UnusableResponseException.class)
        .hasMessage(reason);
  }
}
