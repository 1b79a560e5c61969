package org.elastauth.login;

import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.openid.connect.sdk.claims.AccessTokenHash;
import com.nimbusds.openid.connect.sdk.token.OIDCTokens;
import com.nimbusds.openid.connect.sdk.validators.AccessTokenValidator;
import com.nimbusds.openid.connect.sdk.validators.InvalidHashException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.elastauth.http.Refusal;
import org.elastauth.oidc.BearerChallenge;
import org.elastauth.oidc.TokenClaims;
import org.elastauth.oidc.TokenHash;
import org.elastauth.oidc.TokenUse;
import org.elastauth.session.Session;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * What an ID token must say beside what every token must: that it answers this very login, or is
 * about the session's user (OpenID Connect Core, 3.1.3.7, 3.1.3.8 and 12.2).
 */
@Lazy
@Component("idToken")
final class IdToken {
  /**
   * Has the ID token looked at. A renewal may come without one, and leaves nothing in {@code
   * token}.
   *
   * @param login null: a session is renewed
   * @throws Refusal 401 if a login comes without one
   */
  void choose(
      @ExchangeProperty("tokens") OIDCTokens tokens,
      @ExchangeProperty("login") Login login,
      Exchange exchange) {
    if (login != null && tokens.getIDToken() == null) {
      throw BearerChallenge.invalid("the provider gives no ID token");
    }
    exchange.setProperty("token", tokens.getIDTokenString());
    exchange.setProperty("tokenUse", TokenUse.ID);
  }

  /** Has the provider asked whose the access token is. */
  void chooseAccess(@ExchangeProperty("tokens") OIDCTokens tokens, Exchange exchange) {
    String token = tokens.getAccessToken().getValue();
    exchange.setProperty("token", token);
    exchange.setProperty("tokenUse", TokenUse.ACCESS);
    exchange.setProperty("tokenHash", TokenHash.of(token));
  }

  /**
   * @param login null: a session is renewed
   * @return the claims, as they came
   * @throws Refusal 401
   */
  TokenClaims check(
      @Body TokenClaims claims,
      @ExchangeProperty("tokens") OIDCTokens tokens,
      @ExchangeProperty("jwt") SignedJWT jwt,
      @ExchangeProperty("login") Login login) {
    if (login != null && !isSame(login.nonce(), claims.text("nonce"))) {
      throw BearerChallenge.invalid("the ID token answers another login");
    }
    String hash = claims.text("at_hash");
    if (!hash.isEmpty()) {
      try {
        AccessTokenValidator.validate(
            tokens.getAccessToken(), jwt.getHeader().getAlgorithm(), new AccessTokenHash(hash));
      } catch (InvalidHashException foreign) {
        throw BearerChallenge.invalid("the ID token came with another access token");
      }
    }
    return claims;
  }

  /**
   * Leaves the exchange property {@code sessionOver} if a session's new tokens speak of somebody
   * else.
   *
   * @param session null: it is a first login
   * @return the claims, as they came
   * @throws Refusal 401
   */
  TokenClaims checkSubject(
      @Body TokenClaims claims, @ExchangeProperty("session") Session session, Exchange exchange) {
    String subject = claims.text("sub");
    if (subject.isEmpty()) {
      throw BearerChallenge.invalid("the token names no user");
    }
    if (session != null && !subject.equals(session.subject())) {
      exchange.setProperty("sessionOver", Boolean.TRUE);
      throw BearerChallenge.invalid("the token is another user's");
    }
    return claims;
  }

  private static boolean isSame(String expected, String actual) {
    return MessageDigest.isEqual(
        expected.getBytes(StandardCharsets.UTF_8), actual.getBytes(StandardCharsets.UTF_8));
  }
}
