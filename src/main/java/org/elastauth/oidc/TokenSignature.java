package org.elastauth.oidc;

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
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.EncryptedJWT;
import com.nimbusds.jwt.JWT;
import com.nimbusds.jwt.JWTParser;
import com.nimbusds.jwt.SignedJWT;
import java.text.ParseException;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import org.apache.camel.Body;
import org.apache.camel.ExchangeProperty;
import org.elastauth.http.Refusal;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * Whether the provider signed a token, with a key that it published itself. What the token says
 * about keys ({@code jwk}, {@code jku}, {@code x5u}, {@code x5c}) is never used, and secrets shared
 * with somebody ({@code HS256} and its kin) sign nothing here (RFC 8725, 2.1 and 3.1).
 */
@Lazy
@Component("tokenSignature")
public final class TokenSignature {
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

  private static final int LEAST_RSA_BITS = 2048;

  /** So many keys may be tried for a token that names none. */
  private static final int KEYS = 10;

  private final Clock clock;

  public TokenSignature(Clock clock) {
    this.clock = clock;
  }

  /**
   * @throws Refusal 401 if it is no token that could be good
   */
  public SignedJWT read(
      @ExchangeProperty("token") String token, @ExchangeProperty("tokenUse") TokenUse use) {
    SignedJWT jwt;
    try {
      jwt = SignedJWT.parse(token);
    } catch (ParseException | IllegalArgumentException noToken) {
      throw BearerChallenge.invalid("the token is not a signed JWT");
    }
    JWSHeader header = jwt.getHeader();
    if (!ALGORITHMS.contains(header.getAlgorithm())) {
      throw BearerChallenge.invalid("the token's algorithm is not accepted");
    }
    requireType(header, use);
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
   * A token that the provider alone judges, as far as it can be read here.
   *
   * @return null if it cannot: it is opaque, or encrypted
   * @throws Refusal 401 if it begins as a JWT does, and is none that could be good; a provider may
   *     be less strict, and who adds a dot must not make a token opaque
   */
  public SignedJWT readIfReadable(
      @ExchangeProperty("token") String token, @ExchangeProperty("tokenUse") TokenUse use) {
    int dot = token.indexOf('.');
    if (dot < 0
        || !new Base64URL(token.substring(0, dot))
            .decodeToString()
            .stripLeading()
            .startsWith("{")) {
      return null;
    }
    JWT jwt;
    try {
      jwt = JWTParser.parse(token);
    } catch (ParseException | IllegalArgumentException noToken) {
      jwt = null;
    }
    if (jwt instanceof EncryptedJWT) {
      return null;
    }
    if (!(jwt instanceof SignedJWT signed)) {
      throw BearerChallenge.invalid("the token is not a signed JWT");
    }
    requireType(signed.getHeader(), use);
    return signed;
  }

  /**
   * The token, if one of the keys verifies its signature.
   *
   * @return null if none of them can be the one that it names
   * @throws Refusal 401 if the one that it names does not verify it
   */
  public SignedJWT verify(@ExchangeProperty("jwt") SignedJWT jwt, @Body ProviderKeys keys) {
    JWSHeader header = jwt.getHeader();
    List<JWK> fitting =
        new JWKSelector(JWKMatcher.forJWSHeader(header))
            .select(keys.keys()).stream().limit(KEYS).toList();
    for (JWK key : fitting) {
      if (verifies(key, jwt)) {
        return jwt;
      }
    }
    if (header.getKeyID() != null && !fitting.isEmpty()) {
      throw BearerChallenge.invalid("the token's signature is not good");
    }
    return null;
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

  /** Null for a key that is too short, or of a kind that signs nothing here. */
  private static JWSVerifier verifier(JWK key) throws JOSEException {
    if (key instanceof RSAKey rsa && rsa.size() >= LEAST_RSA_BITS) {
      return new RSASSAVerifier(rsa.toRSAPublicKey());
    }
    if (key instanceof ECKey curve) {
      return new ECDSAVerifier(curve.toECPublicKey());
    }
    return key instanceof OctetKeyPair edwards ? new Ed25519Verifier(edwards.toPublicJWK()) : null;
  }

  /** When a token is looked at, in epoch milliseconds. */
  public long now() {
    return clock.millis();
  }

  /**
   * As {@link #verify}, with keys that the provider was asked for because others did not do.
   *
   * @param since when the token was there; keys that were asked for before may lack its own
   * @throws Refusal 401 also if it names a key that the provider has not
   */
  public SignedJWT verifyAnew(
      @ExchangeProperty("jwt") SignedJWT jwt,
      @Body ProviderKeys keys,
      @ExchangeProperty("since") long since) {
    SignedJWT verified = verify(jwt, keys);
    if (verified == null && keys.asked() >= since) {
      refuseUnknown();
    }
    return verified;
  }

  /**
   * @throws Refusal 401 as the token names a key that the provider has not
   */
  public void refuseUnknown() {
    throw BearerChallenge.invalid("the token is signed with a key that the provider does not have");
  }
}
