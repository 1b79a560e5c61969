package org.elastauth.login;

import com.nimbusds.oauth2.sdk.AuthorizationCode;
import com.nimbusds.oauth2.sdk.AuthorizationCodeGrant;
import com.nimbusds.oauth2.sdk.RefreshTokenGrant;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.oauth2.sdk.token.RefreshToken;
import com.nimbusds.openid.connect.sdk.Nonce;
import com.nimbusds.openid.connect.sdk.claims.IDTokenClaimsSet;
import com.nimbusds.openid.connect.sdk.token.OIDCTokens;
import java.net.URI;
import java.time.Clock;
import org.apache.camel.ExchangeException;
import org.apache.camel.ExchangeProperty;
import org.elastauth.config.Settings;
import org.elastauth.http.Refusal;
import org.elastauth.identity.Identity;
import org.elastauth.session.Session;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/** What a session knows of its user: from the provider's tokens at login, and whenever they end. */
@Lazy
@Component("sessionTokens")
final class SessionTokens {
  private static final Logger LOG = LoggerFactory.getLogger(SessionTokens.class);

  private final Provider provider;
  private final URI redirectUrl;
  private final long maxAge;
  private final Clock clock;

  SessionTokens(Provider provider, Settings settings, Clock clock) {
    this.provider = provider;
    this.redirectUrl = URI.create(settings.oidc().redirectUrl());
    this.maxAge = settings.session().maxAge().toSeconds();
    this.clock = clock;
  }

  /**
   * Exchanges the code that ends a login.
   *
   * @throws Refusal 400 if the provider does not take the code, or its tokens do not fit the login;
   *     503 if it does not answer
   */
  Session first(@ExchangeProperty("login") Login login, @ExchangeProperty("code") String code) {
    CodeVerifier verifier = login.verifier().isEmpty() ? null : new CodeVerifier(login.verifier());
    try {
      OIDCTokens tokens =
          provider.tokens(
              new AuthorizationCodeGrant(new AuthorizationCode(code), redirectUrl, verifier));
      IDTokenClaimsSet claims = provider.validate(tokens, new Nonce(login.nonce()));
      Identity identity = provider.identity(tokens, claims);
      long now = clock.millis() / 1000;
      String sid = claims.getSessionID() == null ? "" : claims.getSessionID().getValue();
      return session(
          identity, claims.getSubject().getValue(), sid, tokens, "", "", now, now + maxAge);
    } catch (ProviderRefusal refused) {
      LOG.atWarn().addKeyValue("reason", refused.getMessage()).log("A login was refused");
      throw Refusal.malformed("the provider's answer does not fit this login; open the page again");
    } catch (ProviderAway away) {
      LOG.atWarn().addKeyValue("reason", away.getMessage()).log("A login failed");
      throw Refusal.unavailable("the provider does not answer; try again");
    }
  }

  /**
   * Renews a session, with whatever groups its user has now.
   *
   * @throws ProviderRefusal if the provider has ended it
   * @throws ProviderAway if it is not known whether it has
   */
  Session renewed(@ExchangeProperty("session") Session before)
      throws ProviderRefusal, ProviderAway {
    OIDCTokens tokens =
        provider.tokens(new RefreshTokenGrant(new RefreshToken(before.refreshToken())));
    Identity identity = before.identity();
    if (tokens.getIDToken() != null) {
      IDTokenClaimsSet claims = provider.validate(tokens, null);
      if (!claims.getSubject().getValue().equals(before.subject())) {
        throw new ProviderRefusal("the renewed tokens are another user's");
      }
      identity = provider.identity(tokens, claims);
    }
    return session(
        identity,
        before.subject(),
        before.sid(),
        tokens,
        before.idToken(),
        before.refreshToken(),
        before.createdAt(),
        before.expiresAt());
  }

  /** Says why, at most once for a session in 30 s, as that is its turn. */
  void notRenewed(@ExchangeException Exception failure) {
    LOG.atWarn()
        .addKeyValue("reason", failure.getMessage())
        .log("The provider does not renew a session, which goes on with what is known of its user");
  }

  private Session session(
      Identity identity,
      String subject,
      String sid,
      OIDCTokens tokens,
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
        tokens.getRefreshToken() == null ? refreshToken : tokens.getRefreshToken().getValue(),
        life > 0 ? clock.millis() / 1000 + life : expiresAt,
        createdAt,
        expiresAt);
  }
}
