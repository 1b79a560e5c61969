package org.elastauth.oidc.login;

import com.nimbusds.openid.connect.sdk.token.OIDCTokens;
import org.elastauth.identity.Identity;
import org.elastauth.oidc.TokenClaims;
import org.elastauth.session.Session;

/** The tokens of a token response, their claims, and the user. */
record VerifiedTokens(OIDCTokens tokens, TokenClaims claims, Identity identity) {
  /**
   * @param now epoch seconds
   * @param maxAge seconds
   */
  Session newSession(long now, long maxAge) {
    return session(claims.text("sub"), claims.text("sid"), "", "", now, now, now + maxAge);
  }

  /**
   * @param now epoch seconds
   */
  Session refreshed(Session before, long now) {
    return session(
        before.subject(),
        before.sid(),
        before.idToken(),
        before.refreshToken(),
        now,
        before.createdAt(),
        before.expiresAt());
  }

  private Session session(
      String subject,
      String sid,
      String idToken,
      String refreshToken,
      long now,
      long createdAt,
      long expiresAt) {
    long life = tokens.getAccessToken().getLifetime();
    return new Session(
        identity,
        subject,
        sid,
        tokens.getIDTokenString() == null ? idToken : tokens.getIDTokenString(),
        "",
        refreshToken(tokens, refreshToken),
        life > 0 ? now + life : claims.until(),
        createdAt,
        expiresAt);
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
