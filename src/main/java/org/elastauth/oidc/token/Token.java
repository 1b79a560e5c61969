package org.elastauth.oidc.token;

import com.nimbusds.jwt.SignedJWT;
import org.elastauth.oidc.TokenClaims;
import org.elastauth.oidc.TokenHash;

/**
 * A token of a request or of the provider.
 *
 * @param text as received
 * @param use the purpose that it must be issued for
 * @param replaceable whether a login may replace it: it comes from a cookie of a browser that opens
 *     a page
 * @param jwt null if it is not verified yet, or opaque
 * @param claims null if it is not verified yet
 */
public record Token(
    String text,
    TokenHash hash,
    TokenUse use,
    boolean replaceable,
    SignedJWT jwt,
    TokenClaims claims) {

  public static Token of(String text, TokenUse use) {
    return of(text, use, false);
  }

  static Token of(String text, TokenUse use, boolean replaceable) {
    return new Token(text, TokenHash.of(text), use, replaceable, null, null);
  }

  Token verified(SignedJWT signed, TokenClaims verified) {
    return new Token(text, hash, use, replaceable, signed, verified);
  }

  /** Without the token, which is a secret. */
  @Override
  public String toString() {
    return "Token";
  }
}
