package org.elastauth.oidc.token;

import com.nimbusds.jwt.SignedJWT;
import org.elastauth.oidc.TokenClaims;
import org.elastauth.oidc.TokenHash;

/**
 * A token of a request or of the provider.
 *
 * @param text as received
 * @param use what it must be made for
 * @param replaceable whether a login may replace it: it is a cookie's, and a browser opens a page
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
    return new Token(text, TokenHash.of(text), use, false, null, null);
  }

  Token verified(SignedJWT signed, TokenClaims verified) {
    return new Token(text, hash, use, replaceable, signed, verified);
  }

  /** Nothing: a client that knows it can use it. */
  @Override
  public String toString() {
    return "Token";
  }
}
