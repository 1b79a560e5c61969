package org.elastauth.oidc.provider;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.OctetKeyPairGenerator;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.util.ArrayList;
import java.util.List;
import org.elastauth.oidc.provider.SigningKeys.Finding;
import org.elastauth.server.ProviderDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 7515, 4.1.4 and 4.1.8: which key a token may be signed with. */
class SigningKeysTest {
  private static final Base64URL THUMBPRINT = new Base64URL("A".repeat(43));

  private static SignedJWT token(JWSHeader.Builder header) throws Exception {
    return SignedJWT.parse(
        ProviderDouble.sign(
            ProviderDouble.rsa("first"),
            header,
            new JWTClaimsSet.Builder().subject("jane.roe").build()));
  }

  private static JWSHeader.Builder rs256() {
    return new JWSHeader.Builder(JWSAlgorithm.RS256);
  }

  private static Base64URL thumbprint(String letter) {
    return letter == null ? null : new Base64URL(letter.repeat(43));
  }

  /** The name or thumbprint that only the token or only the key has decides nothing. */
  @ParameterizedTest(name = "token {0} {1}, key {2} {3}")
  @CsvSource({
    "first,  A, first,  , VALID",
    "first,  A, first, A, VALID",
    "first,   , first, A, VALID",
    "first,   ,      , A, VALID",
    "first,   ,      ,  , VALID",
    "     ,  A, first, A, VALID",
    "     ,  A, first,  , VALID",
    "     ,   , first, A, VALID",
    "     ,   ,      ,  , VALID",
    "   '',   , first,  , VALID",
    "first,   , other,  , UNKNOWN_KEY",
    "FIRST,   , first,  , UNKNOWN_KEY",
    "first,  A, first, B, UNKNOWN_KEY",
    "     ,  A,      , B, UNKNOWN_KEY"
  })
  void whatBothHaveMustAgree(
      String tokenId, String tokenPrint, String keyId, String keyPrint, Finding finding)
      throws Exception {
    JWK key =
        new RSAKey.Builder(ProviderDouble.rsa("first"))
            .keyID(keyId)
            .x509CertSHA256Thumbprint(thumbprint(keyPrint))
            .build();
    SignedJWT jwt = token(rs256().keyID(tokenId).x509CertSHA256Thumbprint(thumbprint(tokenPrint)));
    assertThat(SigningKeys.verify(new JWKSet(key), jwt)).isEqualTo(finding);
  }

  @ParameterizedTest
  @CsvSource({"RS256, VALID", "RS512, UNKNOWN_KEY", "PS256, UNKNOWN_KEY"})
  void aKeyIsForItsAlgorithm(String algorithm, Finding finding) throws Exception {
    JWK key =
        new RSAKey.Builder(ProviderDouble.rsa("first"))
            .algorithm(JWSAlgorithm.parse(algorithm))
            .build();
    assertThat(SigningKeys.verify(new JWKSet(key), token(rs256()))).isEqualTo(finding);
  }

  /** All of them are tried, also those that other clients of the provider use. */
  @ParameterizedTest
  @CsvSource({"0, VALID", "11, VALID", "50, VALID", "99, VALID", "100, UNKNOWN_KEY"})
  void aTokenWithoutKeyIdIsTriedWithManyKeys(int others, Finding finding) throws Exception {
    List<JWK> keys = new ArrayList<>();
    for (int i = 0; i < others; i++) {
      keys.add(new RSAKey.Builder(ProviderDouble.rsa("second")).keyID("other" + i).build());
      keys.add(new OctetKeyPairGenerator(com.nimbusds.jose.jwk.Curve.Ed25519).generate());
    }
    keys.add(new RSAKey.Builder(ProviderDouble.rsa("first")).keyID("last").build());
    assertThat(SigningKeys.verify(new JWKSet(keys), token(rs256()))).isEqualTo(finding);
  }

  @Test
  void severalKeysOfOneName() throws Exception {
    JWK other = new RSAKey.Builder(ProviderDouble.rsa("second")).keyID("first").build();
    JWK nameless = new RSAKey.Builder(ProviderDouble.rsa("third")).keyID(null).build();
    SignedJWT jwt = token(rs256().keyID("first"));
    assertThat(SigningKeys.verify(new JWKSet(List.of(nameless, other)), jwt))
        .as("its key is there, and does not verify it")
        .isEqualTo(Finding.INVALID);
    assertThat(SigningKeys.verify(new JWKSet(List.of(nameless)), jwt))
        .isEqualTo(Finding.UNKNOWN_KEY);
    assertThat(
            SigningKeys.verify(
                new JWKSet(List.of(nameless, other, ProviderDouble.rsa("first"))), jwt))
        .isEqualTo(Finding.VALID);
  }

  /** RFC 9864 renames EdDSA. */
  @ParameterizedTest
  @CsvSource({"EdDSA, Ed25519", "Ed25519, EdDSA", "EdDSA, EdDSA", "Ed25519,"})
  void bothNamesOfEdwards(String token, String key) throws Exception {
    OctetKeyPair pair =
        new OctetKeyPair.Builder(
                new OctetKeyPairGenerator(com.nimbusds.jose.jwk.Curve.Ed25519).generate())
            .algorithm(key == null ? null : JWSAlgorithm.parse(key))
            .build();
    SignedJWT jwt =
        new SignedJWT(
            new JWSHeader(JWSAlgorithm.parse(token)),
            new JWTClaimsSet.Builder().subject("jane.roe").build());
    jwt.sign(new com.nimbusds.jose.crypto.Ed25519Signer(pair));
    assertThat(SigningKeys.verify(new JWKSet(pair.toPublicJWK()), jwt)).isEqualTo(Finding.VALID);
  }
}
