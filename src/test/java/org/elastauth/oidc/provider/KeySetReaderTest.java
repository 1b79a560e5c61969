package org.elastauth.oidc.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.elastauth.server.ProviderDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 7517, section 5: a key that cannot be used does not make the others useless. */
class KeySetReaderTest {
  private static final String RSA =
      ProviderDouble.rsa("first").toPublicJWK().toJSONString().replaceFirst("^\\{", "");
  private static final String POINT =
      "\"crv\":\"P-256\",\"x\":\"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4\","
          + "\"y\":\"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM\"";
  private static final String EDWARDS =
      "\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"";

  private final Map<String, String> dropped = new LinkedHashMap<>();

  private JWKSet read(String... keys) {
    return KeySetReader.read(
        ProviderDocument.parse("{\"keys\":[" + String.join(",", keys) + "]}"), dropped::put);
  }

  @ParameterizedTest(name = "{1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "null | kty is missing",
        "\"text\" | kty is missing",
        "{} | kty is missing",
        "{\"n\":\"AQAB\",\"e\":\"AQAB\"} | kty is missing",
        "{\"kty\":7} | kty is missing",
        "{\"kty\":\"AKP\",\"alg\":\"ML-DSA-44\",\"pub\":\"AA\"} | kty is none of RSA, EC and OKP",
        "{\"kty\":\"oct\",\"k\":\"AAAA\"} | kty is none of RSA, EC and OKP",
        "{\"kty\":\"RSA\",\"n\":\"AQAB\"} | e is missing",
        "{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":65537} | e is missing",
        "{\"kty\":\"RSA\",\"n\":\"\",\"e\":\"AQAB\"} | n is missing",
        "{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQ\"} | n, e are not a public key",
        "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\"} | y is missing",
        "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AQ\",\"y\":\"AQ\"}"
            + " | crv, x, y are not a public key",
        "{\"kty\":\"EC\",\"crv\":\"P-999\",\"x\":\"AQ\",\"y\":\"AQ\"}"
            + " | crv is none of P-256, P-384, P-521",
        "{\"kty\":\"EC\",\"crv\":\"secp256k1\",\"x\":\"AQ\",\"y\":\"AQ\"}"
            + " | crv is none of P-256, P-384, P-521",
        "{\"kty\":\"OKP\",\"crv\":\"Ed448\",\"x\":\"AQ\"} | crv is none of Ed25519",
        "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AQ\"} | crv, x are not a public key",
        "{EDWARDS,\"x5c\":[\"bm90IGEgY2VydGlmaWNhdGU=\"]} | x5c is invalid",
        "{EDWARDS,\"x5c\":\"-----BEGIN CERTIFICATE-----\"} | x5c is invalid",
        "{EDWARDS,\"kid\":7} | kid is invalid",
        "{EDWARDS,\"alg\":\"RS256\"} | alg is not accepted for this kty",
        "{EDWARDS,\"use\":\"sig\",\"key_ops\":[\"encrypt\"]} | use and key_ops contradict each other",
        "{EDWARDS,\"use\":\"signature\"} | use is neither sig nor enc",
        "{EDWARDS,\"key_ops\":[\"sign\"]} | key_ops lacks verify",
        "{EDWARDS,\"key_ops\":\"verify\"} | key_ops is invalid",
        "{EDWARDS,\"key_ops\":[\"verify\",7]} | key_ops is invalid"
      })
  void whatCannotBeUsedIsDroppedAndNamed(String key, String reason) {
    String odd = key.replace("EDWARDS", EDWARDS);
    assertThat(read(odd, "{" + RSA, odd).getKeys()).extracting(JWK::getKeyID).contains("first");
    assertThat(dropped).isEqualTo(Map.of("number 1", reason, "number 3", reason));
    assertThatThrownBy(() -> read(odd)).hasMessage("none of its keys can be used");
  }

  @Test
  void aDroppedKeyIsNamedByItsKeyIdIfThatIsPrintable() {
    read("{" + RSA, "{\"kid\":\"odd-1\"}", "{\"kid\":\"line\\nbreak\"}", "{\"kid\":\"\"}");
    assertThat(dropped).containsOnlyKeys("kid odd-1", "number 3", "number 4");
  }

  @Test
  void aShortKeyIsNamed() throws Exception {
    JWK key = new RSAKeyGenerator(1024, true).keyID("s").generate().toPublicJWK();
    assertThat(read(key.toJSONString()).getKeys()).as("it verifies nothing").hasSize(1);
    assertThat(dropped).isEqualTo(Map.of("kid s", "n has fewer than 2048 bits"));
  }

  /** Empty is none; members that are not used, and encryption keys, are no reason to speak. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"kid\":\"\"",
        "\"kid\":null",
        "\"x5c\":[]",
        "\"key_ops\":[]",
        "\"use\":\"\"",
        "\"alg\":\"\"",
        "\"alg\":[]",
        "\"x5t#S256\":\"\"",
        "\"x5u\":\"not a url\"",
        "\"x5t\":7",
        "\"exp\":\"tomorrow\"",
        "\"iat\":\"2026-01-01T00:00:00Z\"",
        "\"revoked\":true",
        "\"d\":\"\"",
        "\"ext\":true,\"issuer\":[1]",
        "\"key_ops\":[\"verify\",\"sign\"],\"use\":\"sig\"",
        "\"alg\":\"EdDSA\"",
        "\"alg\":\"Ed25519\""
      })
  void whatIsUnusedMayBeAnything(String member) {
    assertThat(read("{" + EDWARDS + "," + member + "}").getKeys()).hasSize(1);
    assertThat(dropped).isEmpty();
  }

  @Test
  void encryptionKeysVerifyNothing() {
    assertThat(
            read(
                    "{\"kty\":\"EC\"," + POINT + "}",
                    "{\"kty\":\"RSA\",\"use\":\"enc\",\"alg\":\"RSA-OAEP\"}")
                .getKeys())
        .hasSize(1);
    assertThat(dropped).isEmpty();
  }

  /** Whatever a member is, it concerns its own key only. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "7",
        "-1.5",
        "true",
        "{}",
        "{\"a\":[]}",
        "[7]",
        "[null]",
        "[[]]",
        "[{}]",
        "\"\\u0000\"",
        "\"====\"",
        "[\"verify\",null]",
        "[\"AAAA\",7]",
        "1e400"
      })
  void everyMemberMayHaveAnyValue(String value) {
    for (String key :
        new String[] {"{" + RSA, "{" + EDWARDS + "}", "{\"kty\":\"EC\"," + POINT + "}"}) {
      for (String member : List.of("kty", "crv", "n", "e", "x", "y", "kid", "alg", "use")) {
        assertReadsOthers(key, member, value);
      }
      for (String member : List.of("key_ops", "x5c", "x5t#S256", "x5t", "x5u", "exp", "d", "p")) {
        assertReadsOthers(key, member, value);
      }
    }
  }

  private void assertReadsOthers(String key, String member, String value) {
    String odd = key.replaceFirst("}$", ",\"" + member + "\":" + value + "}");
    assertThat(read(odd, "{" + RSA).getKeys()).as(odd).extracting(JWK::getKeyID).contains("first");
  }

  @Test
  void anEmptySetIsOne() {
    assertThat(read().getKeys()).isEmpty();
    for (String text : new String[] {"{}", "{\"keys\":{}}", "{\"keys\":null}"}) {
      assertThatThrownBy(() -> KeySetReader.read(ProviderDocument.parse(text), dropped::put))
          .hasMessage("keys is not an array");
    }
  }
}
