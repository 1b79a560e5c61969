package org.elastauth.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WeakSecretTest {
  private static final String KEY =
      "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
  private static final byte[] BYTES = HexFormat.of().parseHex(KEY);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0000000000000000000000000000000000000000000000000000000000000000",
        "abababababababababababababababababababababababababababababababab",
        "aAbBcCdDaAbBcCdDaAbBcCdDaAbBcCdD",
        "1234567123456712345671234567123456712345671234567123456712345671",
        "changehanceghancehanchenhancegee"
      })
  void fewerThanEightDifferentCharacters(String secret) {
    assertThat(WeakSecret.isGuessable(secret)).isTrue();
  }

  @Test
  void aGeneratedSecretIsNotGuessable() {
    for (int i = 0; i < 1000; i++) {
      assertThat(WeakSecret.isGuessable(SecretKeys.generate())).isFalse();
    }
    assertThat(WeakSecret.isGuessable("12345678".repeat(4))).as("eight").isFalse();
    assertThat(WeakSecret.isGuessable("")).as("none").isFalse();
  }

  @Test
  void theSameSecretInAnotherForm() {
    assertThat(WeakSecret.areSame(KEY, KEY)).isTrue();
    assertThat(WeakSecret.areSame(KEY, KEY.toUpperCase(Locale.ROOT))).isTrue();
    assertThat(WeakSecret.areSame(KEY, " " + KEY + "\n")).isTrue();
    assertThat(WeakSecret.areSame(KEY, KEY.substring(0, 32))).as("half of it").isTrue();
    assertThat(WeakSecret.areSame(KEY, KEY + "x")).isTrue();
    assertThat(WeakSecret.areSame(KEY, Base64.getEncoder().encodeToString(BYTES))).isTrue();
    assertThat(
            WeakSecret.areSame(KEY, Base64.getUrlEncoder().withoutPadding().encodeToString(BYTES)))
        .isTrue();
    assertThat(
            WeakSecret.areSame(
                KEY, Base64.getEncoder().encodeToString(KEY.getBytes(StandardCharsets.US_ASCII))))
        .as("base64 of the hex digits")
        .isTrue();
    assertThat(
            WeakSecret.areSame(
                HexFormat.of()
                    .formatHex(
                        "administrators-0123456789-abcdef".getBytes(StandardCharsets.US_ASCII)),
                "administrators-0123456789-abcdef"))
        .as("the key is hex of the credential")
        .isTrue();
  }

  @Test
  void otherSecretsAreNotTheSame() {
    assertThat(WeakSecret.areSame(KEY, "administrators-0123456789-abcdefgh")).isFalse();
    assertThat(WeakSecret.areSame(KEY, SecretKeys.generate())).isFalse();
    assertThat(WeakSecret.areSame("", "")).as("none").isFalse();
  }
}
