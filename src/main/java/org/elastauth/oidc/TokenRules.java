package org.elastauth.oidc;

import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.text.ParseException;
import java.time.Clock;
import java.util.Date;
import java.util.Map;
import java.util.Set;
import org.apache.camel.ExchangeProperty;
import org.elastauth.config.Settings;
import org.elastauth.http.Refusal;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * What a signed token must say to be good here and now: who issued it, that it is for this gateway
 * (RFC 9068, section 4; OpenID Connect Core, 3.1.3.7), and from when until when.
 */
@Lazy
@Component("tokenRules")
public final class TokenRules {
  /** How far the provider's clock and ours may be apart, in seconds. */
  private static final long SKEW = 60;

  private static final String LOGOUT = "http://schemas.openid.net/event/backchannel-logout";

  /** Keycloak signs these with the keys of access tokens, and says so in a claim. */
  private static final Set<String> KEYCLOAKS_OTHERS =
      Set.of(
          "Refresh",
          "Offline",
          "Logout",
          "Initial",
          "InitialAccessToken",
          "RegistrationAccessToken");

  private final String issuer;
  private final String client;
  private final Clock clock;

  public TokenRules(Settings settings, Clock clock) {
    this.issuer = settings.oidc().issuer();
    this.client = settings.oidc().clientId();
    this.clock = clock;
  }

  /**
   * @param jwt whose signature is good
   * @throws Refusal 401 that names the rule
   */
  public TokenClaims claims(
      @ExchangeProperty("jwt") SignedJWT jwt, @ExchangeProperty("tokenUse") TokenUse use) {
    JWTClaimsSet claims;
    try {
      claims = jwt.getJWTClaimsSet();
    } catch (ParseException | IllegalArgumentException malformed) {
      claims = null;
    }
    if (claims == null) {
      throw BearerChallenge.invalid("the token's claims are malformed");
    }
    require(issuer.equals(claims.getIssuer()), "the token is of another issuer");
    require(claims.getAudience().contains(client), "the token is for another audience");
    checkUse(claims, use);
    long now = clock.millis() / 1000;
    require(claims.getExpirationTime() != null, "the token never expires");
    require(seconds(claims.getExpirationTime()) + SKEW > now, "the token has expired");
    require(claims.getIssueTime() != null, "the token does not say when it was issued");
    require(seconds(claims.getIssueTime()) - SKEW <= now, "the token is issued in the future");
    Date notBefore = claims.getNotBeforeTime();
    require(notBefore == null || seconds(notBefore) - SKEW <= now, "the token is not yet valid");
    return new TokenClaims(
        claims.getClaims(), seconds(claims.getIssueTime()), seconds(claims.getExpirationTime()));
  }

  private void checkUse(JWTClaimsSet claims, TokenUse use) {
    boolean saysLogout =
        claims.getClaim("events") instanceof Map<?, ?> events && events.containsKey(LOGOUT);
    if (use == TokenUse.LOGOUT) {
      require(saysLogout, "the token is no logout token");
      return;
    }
    require(
        claims.getClaim("events") == null
            && !(claims.getClaim("typ") instanceof String type && KEYCLOAKS_OTHERS.contains(type)),
        "the token is not one to ask with");
    boolean isId = use == TokenUse.ID || "ID".equals(claims.getClaim("typ"));
    Object party = claims.getClaim("azp");
    require(!isId || party == null || client.equals(party), "the ID token is of another client");
  }

  /**
   * @throws Refusal 401 as no token came
   */
  public void refuseNone() {
    throw BearerChallenge.missing();
  }

  /** By what a token is known that is good once; another signature makes it no other token. */
  public String once(
      @ExchangeProperty("tokenClaims") TokenClaims claims,
      @ExchangeProperty("token") String token) {
    String id = claims.text("jti");
    return issuer + '|' + (id.isEmpty() ? token.replaceFirst("\\.[^.]*$", "") : id);
  }

  /** When nobody would take it any more, in epoch seconds. */
  public long until(@ExchangeProperty("tokenClaims") TokenClaims claims) {
    return claims.until() + SKEW;
  }

  /**
   * @throws Refusal 401 as the token was used before
   */
  public void refuseReplayed() {
    throw BearerChallenge.invalid("the token was used before");
  }

  private static long seconds(Date date) {
    return date.getTime() / 1000;
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw BearerChallenge.invalid(otherwise);
    }
  }
}
