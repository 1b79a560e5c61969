package org.elastauth.oidc.provider;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.Ed25519Verifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyOperation;
import com.nimbusds.jose.jwk.KeyType;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.SignedJWT;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * Verifies a signature with the keys that the provider publishes. Keys in the token's header
 * ({@code jwk}, {@code jku}, {@code x5u}, {@code x5c}) and symmetric algorithms such as {@code
 * HS256} are never used (RFC 8725, 2.1 and 3.1).
 */
public final class SigningKeys {
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

  /** How many keys are tried for one token: a client can invent tokens. */
  private static final int MAX_CANDIDATES = 100;

  private SigningKeys() {}

  public static boolean accepts(JWSAlgorithm algorithm) {
    return ALGORITHMS.contains(algorithm);
  }

  /** What the keys say of a signature. */
  enum Finding {
    VALID,

    /** The key that the token names does not verify it. */
    INVALID,

    /** None of the keys is the token's. */
    UNKNOWN_KEY
  }

  /**
   * Tries every key that the token may be signed with. The members {@code kid} and {@code x5t#S256}
   * are hints (RFC 7515, 4.1.4 and 4.1.8): what only the token or only the key has decides nothing.
   */
  static Finding verify(JWKSet keys, SignedJWT jwt) {
    JWSHeader header = jwt.getHeader();
    List<JWK> candidates =
        keys.getKeys().stream()
            .filter(key -> fits(key, header))
            // those with the token's key id first
            .sorted(Comparator.comparing(key -> key.getKeyID() == null))
            .limit(MAX_CANDIDATES)
            .toList();
    if (candidates.stream().anyMatch(key -> verifies(key, jwt))) {
      return Finding.VALID;
    }
    boolean named =
        candidates.stream()
            .anyMatch(key -> key.getKeyID() != null && key.getKeyID().equals(header.getKeyID()));
    return named ? Finding.INVALID : Finding.UNKNOWN_KEY;
  }

  private static boolean fits(JWK key, JWSHeader header) {
    return KeyType.forAlgorithm(header.getAlgorithm()).equals(key.getKeyType())
        && (key.getAlgorithm() == null || isSame(key, header.getAlgorithm()))
        && agree(key.getKeyID(), header.getKeyID())
        && agree(key.getX509CertSHA256Thumbprint(), header.getX509CertSHA256Thumbprint());
  }

  /** Why the key is not for signatures; null if it is. */
  static String mismatch(JWK key) {
    if (key.getKeyUse() != null && !key.getKeyUse().equals(KeyUse.SIGNATURE)) {
      return "use is neither sig nor enc";
    }
    if (key.getKeyOperations() != null && !key.getKeyOperations().contains(KeyOperation.VERIFY)) {
      return "key_ops lacks verify";
    }
    return key.getAlgorithm() == null
            || ALGORITHMS.stream()
                .anyMatch(
                    accepted ->
                        KeyType.forAlgorithm(accepted).equals(key.getKeyType())
                            && isSame(key, accepted))
        ? null
        : "alg is not accepted for this kty";
  }

  static boolean isShort(JWK key) {
    return key instanceof RSAKey rsa && rsa.size() < MIN_RSA_BITS;
  }

  /** Whether both are the same, or one of them is missing or empty. */
  private static boolean agree(Object mine, Object theirs) {
    return mine == null || theirs == null || theirs.toString().isEmpty() || mine.equals(theirs);
  }

  /** RFC 9864 gave EdDSA with this curve a name of its own. */
  private static boolean isSame(JWK key, JWSAlgorithm algorithm) {
    String name = key.getAlgorithm().getName();
    return name.equals(algorithm.getName())
        || key instanceof OctetKeyPair && (name.equals("EdDSA") || name.equals("Ed25519"));
  }

  private static boolean verifies(JWK key, SignedJWT jwt) {
    try {
      JWSVerifier verifier = verifier(key);
      return !isShort(key)
          && verifier.supportedJWSAlgorithms().contains(jwt.getHeader().getAlgorithm())
          && jwt.verify(verifier);
    } catch (JOSEException | IllegalStateException notThisKey) {
      return false;
    }
  }

  /** Throws if the members of the key are not a public key. */
  static JWSVerifier verifier(JWK key) throws JOSEException {
    if (key instanceof RSAKey rsa) {
      return new RSASSAVerifier(rsa.toRSAPublicKey());
    }
    return key instanceof ECKey curve
        ? new ECDSAVerifier(curve.toECPublicKey())
        : new Ed25519Verifier(key.toOctetKeyPair().toPublicJWK());
  }
}
