package org.elastauth.oidc.login;

import org.elastauth.identity.Identity;
import org.elastauth.oidc.TokenClaims;
import org.elastauth.session.Session;

/** The tokens of a token response, their claims, and the user. */
record VerifiedTokens(TokenResponse tokens, TokenClaims claims, Identity identity) {
  /** Times are in seconds. */
  Session newSession(long now, long maxAge) {
    String subject = claims.text("sub");
    String sid = claims.text("sid");
    return refreshed(new Session(identity, subject, sid, "", "", "", now, now, now + maxAge), now);
  }

  Session refreshed(Session before, long now) {
    long end = tokens.lifetime() > 0 ? now + tokens.lifetime() : claims.until();
    return new Session(
        identity,
        before.subject(),
        before.sid(),
        tokens.idToken().isEmpty() ? before.idToken() : tokens.idToken(),
        "",
        refreshToken(tokens, before.refreshToken()),
        Math.min(end, before.expiresAt()),
        before.createdAt(),
        before.expiresAt());
  }

  /** The refresh token of the response; the previous token if the response has none. */
  static String refreshToken(TokenResponse tokens, String before) {
    return tokens.refreshToken().isEmpty() ? before : tokens.refreshToken();
  }

  @Override
  public String toString() {
    return "VerifiedTokens[" + identity.username() + "]";
  }
}
