package org.elastauth.login;

import com.nimbusds.openid.connect.sdk.token.OIDCTokens;
import java.time.Clock;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.elastauth.config.Settings;
import org.elastauth.identity.Identity;
import org.elastauth.oidc.TokenClaims;
import org.elastauth.session.Session;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/** What a session is made of: the provider's tokens, at login and whenever they end. */
@Lazy
@Component("sessionTokens")
final class SessionTokens {
  private static final Logger LOG = LoggerFactory.getLogger(SessionTokens.class);

  private final long maxAge;
  private final Clock clock;

  SessionTokens(Settings settings, Clock clock) {
    this.maxAge = settings.session().maxAge().toSeconds();
    this.clock = clock;
  }

  Session opened(
      @ExchangeProperty("identity") Identity identity,
      @ExchangeProperty("tokenClaims") TokenClaims claims,
      @ExchangeProperty("tokens") OIDCTokens tokens) {
    long now = clock.millis() / 1000;
    return session(
        identity,
        claims.text("sub"),
        claims.text("sid"),
        tokens,
        claims,
        "",
        "",
        now,
        now + maxAge);
  }

  Session renewed(
      @ExchangeProperty("session") Session before,
      @ExchangeProperty("identity") Identity identity,
      @ExchangeProperty("tokenClaims") TokenClaims claims,
      @ExchangeProperty("tokens") OIDCTokens tokens) {
    return session(
        identity,
        before.subject(),
        before.sid(),
        tokens,
        claims,
        before.idToken(),
        before.refreshToken(),
        before.createdAt(),
        before.expiresAt());
  }

  /**
   * A session whose new tokens could not be used, though the provider has given them: it may take
   * the refresh token of before no more. To be renewed at the next turn.
   */
  Session kept(
      @ExchangeProperty("session") Session before, @ExchangeProperty("tokens") OIDCTokens tokens) {
    return new Session(
        before.identity(),
        before.subject(),
        before.sid(),
        before.idToken(),
        before.accessToken(),
        refreshToken(tokens, before.refreshToken()),
        clock.millis() / 1000,
        before.createdAt(),
        before.expiresAt());
  }

  /** Says why, no more than once for a session in half a minute, as it is its turn for longer. */
  void notRenewed(@ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception failure) {
    LOG.atWarn()
        .addKeyValue("reason", failure.getMessage())
        .log("A session is not renewed, and goes on with what is known of its user");
  }

  private Session session(
      Identity identity,
      String subject,
      String sid,
      OIDCTokens tokens,
      TokenClaims claims,
      String idToken,
      String refreshToken,
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
        life > 0 ? clock.millis() / 1000 + life : claims.until(),
        createdAt,
        expiresAt);
  }

  private static String refreshToken(OIDCTokens tokens, String before) {
    return tokens.getRefreshToken() == null ? before : tokens.getRefreshToken().getValue();
  }
}
