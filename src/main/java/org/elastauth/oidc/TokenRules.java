package org.elastauth.oidc;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Clock;
import java.util.Date;
import java.util.List;
import java.util.Locale;
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

  /** What only ID tokens say (OpenID Connect Core, 2 and 3.3.2.11). */
  private static final List<String> OF_IDS = List.of("nonce", "at_hash", "c_hash");

  private final String issuer;
  private final String client;
  private final Clock clock;

  public TokenRules(Settings settings, Clock clock) {
    this.issuer = settings.oidc().issuer();
    this.client = settings.oidc().clientId();
    this.clock = clock;
  }

  /**
   * @param jwt whose signature is good, or that the provider is asked about beside
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
    checkUse(jwt, claims, use);
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

  private void checkUse(SignedJWT jwt, JWTClaimsSet claims, TokenUse use) {
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
    if (use == TokenUse.ACCESS) {
      require(
          !isId(jwt, claims), "the token is an ID token, which says who logged in, not who asks");
      return;
    }
    Object party = claims.getClaim("azp");
    require(party == null || client.equals(party), "the ID token is of another client");
  }

  /** Keycloak says it in a claim, and up to 23 its access tokens hold a nonce too. */
  private static boolean isId(SignedJWT jwt, JWTClaimsSet claims) {
    Object type = claims.getClaim("typ");
    boolean isAccess = "Bearer".equals(type) || isOfAccess(jwt.getHeader().getType());
    return "ID".equals(type)
        || !isAccess && OF_IDS.stream().anyMatch(claim -> claims.getClaim(claim) != null);
  }

  /** RFC 9068, 2.1. */
  private static boolean isOfAccess(JOSEObjectType type) {
    return type != null && type.getType().toLowerCase(Locale.ROOT).endsWith("at+jwt");
  }

  /**
   * @throws Refusal 401 as no token came
   */
  public void refuseNone() {
    throw BearerChallenge.missing();
  }

  /**
   * By what a token is known that is good once; another signature makes it no other token.
   *
   * @param jwt whose claims are good
   */
  public String once(@ExchangeProperty("jwt") SignedJWT jwt) throws ParseException {
    String id = jwt.getJWTClaimsSet().getJWTID();
    return issuer
        + '|'
        + (id == null || id.isEmpty()
            ? new String(jwt.getSigningInput(), StandardCharsets.US_ASCII)
            : id);
  }

  /**
   * When nobody would take it any more, in epoch seconds; what the provider says of it beside may
   * end before.
   */
  public long until(@ExchangeProperty("jwt") SignedJWT jwt) throws ParseException {
    return seconds(jwt.getJWTClaimsSet().getExpirationTime()) + SKEW;
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
