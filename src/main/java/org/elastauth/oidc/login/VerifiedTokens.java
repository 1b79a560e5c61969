package org.elastauth.oidc.login;

import com.nimbusds.openid.connect.sdk.token.OIDCTokens;
import org.elastauth.identity.Identity;
import org.elastauth.oidc.TokenClaims;
import org.elastauth.session.Session;

/** The tokens of a token response, their claims, and the user. */
record VerifiedTokens(OIDCTokens tokens, TokenClaims claims, Identity identity) {
  /** Times are in seconds. */
  Session newSession(long now, long maxAge) {
    String subject = claims.text("sub");
    String sid = claims.text("sid");
    return refreshed(new Session(identity, subject, sid, "", "", "", now, now, now + maxAge), now);
  }

  Session refreshed(Session before, long now) {
    long life = tokens.getAccessToken().getLifetime();
    return new Session(
        identity,
        before.subject(),
        before.sid(),
        tokens.getIDTokenString() == null ? before.idToken() : tokens.getIDTokenString(),
        "",
        refreshToken(tokens, before.refreshToken()),
        life > 0 ? now + life : claims.until(),
        before.createdAt(),
        before.expiresAt());
  }

  /** The refresh token of the response; the previous token if the response has none. */
  static String refreshToken(OIDCTokens tokens, String before) {
    return tokens.getRefreshToken() == null ? before : tokens.getRefreshToken().getValue();
  }

  @Override
  public String toString() {
    return "VerifiedTokens[" + identity.username() + "]";
  }
}
