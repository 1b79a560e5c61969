package org.elastauth.oidc.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.elastauth.config.TestSettings;
import org.elastauth.crypto.Envelope;
import org.elastauth.crypto.SecretKeys;
import org.elastauth.oidc.provider.ProviderRequest.Kind;
import org.elastauth.startup.Settings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** SPEC 6: what gateways believe of each other's answers, and what they believe of a provider's. */
class SharedProviderResponsesTest {
  private static final Settings SETTINGS =
      TestSettings.of(Map.of("oidc.issuer", "https://auth.example.com", "oidc.client_id", "c"));

  private static final ProviderRequest KEYS = request(Kind.KEYS, "jwks-1");
  private static final String JWKS =
      "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"k\","
          + "\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"},"
          + "{\"kty\":\"oct\",\"kid\":\"s\",\"k\":\"AAAA\"}]}";

  private static ProviderRequest request(Kind kind, String name) {
    return new ProviderRequest(
        kind, name, URI.create("https://auth.example.com/x"), null, Duration.ofHours(1), null);
  }

  private static ProviderResponseParser parser() {
    return new ProviderResponseParser(SETTINGS.oidc());
  }

  private static Clock at(long second) {
    return Clock.fixed(Instant.ofEpochSecond(second), ZoneOffset.UTC);
  }

  private static SharedProviderResponses responses(String digit, long now) {
    return new SharedProviderResponses(
        true, "elastauth-", new SecretKeys(List.of(digit.repeat(64)), ""), parser(), null, at(now));
  }

  private static String sealed(ProviderRequest request) {
    return responses("1", 0).seal(new ProviderResponse(null, JWKS, 0), request);
  }

  @Test
  void whatAnotherGatewayLeftIsGoodForItsTime() {
    String text = sealed(KEYS);
    ProviderResponse answer = responses("1", 3_599).open(text, KEYS);
    assertThat(((Provider.Keys) answer.content()).keys().getKeys())
        .as("secrets are no keys to verify with")
        .singleElement()
        .matches(key -> key.getKeyID().equals("k"));
    assertThat(answer.at()).isZero();
    assertThat(responses("1", 3_600).open(text, KEYS)).as("too old").isNull();
    assertThat(responses("1", -61).open(text, KEYS)).as("from the future").isNull();
  }

  @Test
  void whatWouldNotOpenIsNotShared() {
    SharedProviderResponses answers = responses("1", 0);
    for (int excess : new int[] {0, 1}) {
      String text = JWKS + " ".repeat(Envelope.LARGEST - Long.BYTES - JWKS.length() + excess);
      ProviderResponse answer = new ProviderResponse(null, text, 0);
      boolean opens = answers.open(answers.seal(answer, KEYS), KEYS) != null;
      assertThat(opens).isEqualTo(excess == 0);
      assertThat(answers.fits(answer)).isEqualTo(opens);
    }
  }

  @Test
  void nothingElseOpens() {
    String text = sealed(KEYS);
    assertThat(responses("2", 1).open(text, KEYS)).as("under another key").isNull();
    assertThat(responses("1", 1).open(text, request(Kind.KEYS, "jwks-2"))).as("moved").isNull();
    assertThat(responses("1", 1).open(sealed(request(Kind.DISCOVERY, "d")), KEYS)).isNull();
    assertThat(responses("1", 1).open(JWKS, KEYS)).as("not sealed").isNull();
    assertThat(responses("1", 1).open("", KEYS)).isNull();
    assertThat(responses("1", 1).open(null, KEYS)).isNull();
    assertThat(responses("1", 1).open("x".repeat(100_000), KEYS)).isNull();
    byte[] bytes = java.util.Base64.getUrlDecoder().decode(text);
    for (int i = 0; i < bytes.length; i += 7) {
      bytes[i] ^= 1;
      String changed = java.util.Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
      bytes[i] ^= 1;
      assertThat(responses("1", 1).open(changed, KEYS)).as("byte %d", i).isNull();
    }
    assertThat(text).doesNotContain(HexFormat.of().formatHex(JWKS.getBytes()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<html>",
        "",
        "[]",
        "{}",
        "{\"issuer\":\"https://auth.example.com/\",\"subject_types_supported\":[\"public\"],"
            + "\"jwks_uri\":\"https://auth.example.com/jwks\"}",
        "{\"issuer\":\"https://auth.example.com\",\"subject_types_supported\":[\"public\"],"
            + "\"jwks_uri\":\"http://auth.example.com/jwks\"}",
        "{\"issuer\":\"https://auth.example.com\",\"subject_types_supported\":[\"public\"],"
            + "\"jwks_uri\":\"file:///etc/passwd\"}",
        "{\"issuer\":\"https://auth.example.com\",\"subject_types_supported\":[\"public\"],"
            + "\"userinfo_endpoint\":\"http://auth.example.com/me\","
            + "\"jwks_uri\":\"https://auth.example.com/jwks\"}"
      })
  void aProvidersNonsense(String text) {
    assertThatThrownBy(() -> parser().parse(request(Kind.DISCOVERY, "d"), text, 0))
        .isInstanceOfAny(
            com.nimbusds.oauth2.sdk.ParseException.class, IllegalArgumentException.class);
  }

  @Test
  void aProvidersEndpoints() throws Exception {
    Object endpoints =
        parser()
            .parse(
                request(Kind.DISCOVERY, "d"),
                "{\"issuer\":\"https://auth.example.com\",\"subject_types_supported\":[\"public\"],"
                    + "\"authorization_response_iss_parameter_supported\":true,"
                    + "\"jwks_uri\":\"https://keys.example.com/jwks\"}",
                0);
    assertThat(endpoints)
        .isEqualTo(
            new ProviderEndpoints(
                null, null, null, URI.create("https://keys.example.com/jwks"), null, true));
  }
}
