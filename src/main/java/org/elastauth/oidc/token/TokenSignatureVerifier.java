package org.elastauth.oidc.token;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.Ed25519Verifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.EncryptedJWT;
import com.nimbusds.jwt.JWT;
import com.nimbusds.jwt.JWTParser;
import com.nimbusds.jwt.SignedJWT;
import java.text.ParseException;
import java.util.List;
import java.util.Set;
import org.elastauth.http.HttpError;
import org.elastauth.oidc.BearerChallenge;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * Verifies that a token is signed with a key that the provider publishes. Keys in the token's
 * header ({@code jwk}, {@code jku}, {@code x5u}, {@code x5c}) and symmetric algorithms such as
 * {@code HS256} are never used (RFC 8725, 2.1 and 3.1).
 */
@Lazy
@Component
final class TokenSignatureVerifier {
  private static final Set<JWSAlgorithm> ALGORITHMS =
      Set.of(
          JWSAlgorithm.RS256,
          JWSAlgorithm.RS384,
          JWSAlgorithm.RS512,
          JWSAlgorithm.PS256,
          JWSAlgorithm.PS384,
          JWSAlgorithm.PS512,
          JWSAlgorithm.ES256,
          JWSAlgorithm.ES384,
          JWSAlgorithm.ES512,
          JWSAlgorithm.EdDSA,
          JWSAlgorithm.Ed25519);

  private static final int MIN_RSA_BITS = 2048;

  /** How many keys are tried for a token without a key id. */
  private static final int MAX_CANDIDATES = 10;

  /** Throws 401 if it is not a signed JWT of an accepted algorithm and type. */
  SignedJWT read(Token token) {
    SignedJWT jwt;
    try {
      jwt = SignedJWT.parse(token.text());
    } catch (ParseException | IllegalArgumentException unsigned) {
      throw BearerChallenge.invalid("the token is not a signed JWT");
    }
    JWSHeader header = jwt.getHeader();
    if (!ALGORITHMS.contains(header.getAlgorithm())) {
      throw BearerChallenge.invalid("the token's algorithm is not accepted");
    }
    requireType(header, token.use());
    return jwt;
  }

  private static void requireType(JWSHeader header, TokenUse use) {
    String type = header.getType() == null ? null : header.getType().getType();
    if (!use.allows(type == null ? null : type.replaceFirst("^(?i)application/", ""))
        || header.getContentType() != null) {
      throw BearerChallenge.invalid("the token's type is not accepted");
    }
  }

  /**
   * Parses a token that the userinfo endpoint verifies.
   *
   * @return null if it is opaque or encrypted
   * @throws HttpError 401 if it begins like a JWT, but is not signed or has another type: a
   *     provider may be less strict, and an additional dot must not make a token opaque
   */
  SignedJWT readIfSigned(Token token) {
    String text = token.text();
    int dot = text.indexOf('.');
    if (dot < 0
        || !new Base64URL(text.substring(0, dot)).decodeToString().stripLeading().startsWith("{")) {
      return null;
    }
    JWT jwt;
    try {
      jwt = JWTParser.parse(text);
    } catch (ParseException | IllegalArgumentException malformed) {
      jwt = null;
    }
    if (jwt instanceof EncryptedJWT) {
      return null;
    }
    if (!(jwt instanceof SignedJWT signed)) {
      throw BearerChallenge.invalid("the token is not a signed JWT");
    }
    requireType(signed.getHeader(), token.use());
    return signed;
  }

  /**
   * Whether one of the keys verifies the token's signature.
   *
   * @return false if no key has the token's key id
   * @throws HttpError 401 if the key with the token's key id does not verify it
   */
  boolean verifies(JWKSet keys, SignedJWT jwt) {
    JWSHeader header = jwt.getHeader();
    List<JWK> candidates =
        new JWKSelector(JWKMatcher.forJWSHeader(header))
            .select(keys).stream().limit(MAX_CANDIDATES).toList();
    if (candidates.stream().anyMatch(key -> verifies(key, jwt))) {
      return true;
    }
    if (header.getKeyID() != null && !candidates.isEmpty()) {
      throw BearerChallenge.invalid("the token's signature is invalid");
    }
    return false;
  }

  private static boolean verifies(JWK key, SignedJWT jwt) {
    try {
      JWSVerifier verifier = verifier(key);
      return verifier != null
          && verifier.supportedJWSAlgorithms().contains(jwt.getHeader().getAlgorithm())
          && jwt.verify(verifier);
    } catch (JOSEException | IllegalStateException notThisKey) {
      return false;
    }
  }

  /** Null for a key that is too short or has an unsupported type. */
  private static JWSVerifier verifier(JWK key) throws JOSEException {
    if (key instanceof RSAKey rsa && rsa.size() >= MIN_RSA_BITS) {
      return new RSASSAVerifier(rsa.toRSAPublicKey());
    }
    if (key instanceof ECKey curve) {
      return new ECDSAVerifier(curve.toECPublicKey());
    }
    return key instanceof OctetKeyPair edwards ? new Ed25519Verifier(edwards.toPublicJWK()) : null;
  }
}
