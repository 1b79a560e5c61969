package org.elastauth.oidc.token;

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
import org.elastauth.http.HttpError;
import org.elastauth.oidc.BearerChallenge;
import org.elastauth.oidc.OidcSettings;
import org.elastauth.oidc.TokenClaims;
import org.elastauth.replay.ReplayKey;
import org.elastauth.replay.ReplayKind;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * Verifies the claims of a token: its issuer, that it is for this gateway (RFC 9068, section 4;
 * OpenID Connect Core, 3.1.3.7), its use, and its times.
 */
@Lazy
@Component("tokenClaimsVerifier")
public final class TokenClaimsVerifier {
  /** How far the clocks of provider and gateway may differ, in seconds. */
  private static final long SKEW = 60;

  private static final String LOGOUT = "http://schemas.openid.net/event/backchannel-logout";

  /** Values of the claim {@code typ} in other tokens that Keycloak signs with the same keys. */
  private static final Set<String> KEYCLOAK_TYPES_OF_OTHER_USE =
      Set.of(
          "Refresh",
          "Offline",
          "Logout",
          "Initial",
          "InitialAccessToken",
          "RegistrationAccessToken");

  /** OpenID Connect Core, 2 and 3.3.2.11. */
  private static final List<String> CLAIMS_OF_ID_TOKENS = List.of("nonce", "at_hash", "c_hash");

  /** RFC 9068, 2.2.3; Entra ID and Okta. */
  private static final List<String> SCOPES = List.of("scope", "scp");

  private final String issuer;
  private final String client;
  private final boolean acceptsIdTokens;
  private final Clock clock;

  TokenClaimsVerifier(OidcSettings settings, Clock clock) {
    settings.requireProvider();
    this.issuer = settings.issuer();
    this.client = settings.clientId();
    this.acceptsIdTokens = settings.bearer().equals("any");
    this.clock = clock;
  }

  /**
   * @param jwt a token whose signature is valid, or that the userinfo endpoint verifies
   * @throws HttpError 401 that names the violated rule
   */
  TokenClaims verify(SignedJWT jwt, TokenUse use) {
    JWTClaimsSet claims;
    try {
      claims = jwt.getJWTClaimsSet();
    } catch (ParseException | IllegalArgumentException malformed) {
      claims = null;
    }
    if (claims == null) {
      throw BearerChallenge.invalid("the token's claims are malformed");
    }
    require(issuer.equals(claims.getIssuer()), "the token is from another issuer");
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
      require(saysLogout, "the token is not a logout token");
      return;
    }
    require(
        claims.getClaim("events") == null
            && !(claims.getClaim("typ") instanceof String type
                && KEYCLOAK_TYPES_OF_OTHER_USE.contains(type)),
        "the token is neither an access token nor an ID token");
    if (use == TokenUse.ACCESS) {
      require(
          acceptsIdTokens || !isId(jwt, claims),
          "the token is an ID token, but an access token is required; see oidc.bearer");
      return;
    }
    Object party = claims.getClaim("azp");
    require(party == null || client.equals(party), "the ID token is for another client");
  }

  /**
   * What the provider says of the token decides: {@code typ} in the header or in the claims, {@code
   * token_use} of Cognito. Else a token for another client (azp) is not an ID token of this
   * gateway, and a token with a scope is an access token. Else a nonce or a hash of another token
   * makes it an ID token. These alone do not: Dex, authentik and Keycloak up to 23 add them to
   * access tokens.
   */
  private boolean isId(SignedJWT jwt, JWTClaimsSet claims) {
    Object type = claims.getClaim("typ");
    Object use = claims.getClaim("token_use");
    if ("ID".equals(type) || "id".equals(use)) {
      return true;
    }
    Object party = claims.getClaim("azp");
    return !("Bearer".equals(type)
            || "access".equals(use)
            || isAccessToken(jwt.getHeader().getType())
            || party != null && !client.equals(party)
            || SCOPES.stream().anyMatch(scope -> claims.getClaim(scope) != null))
        && CLAIMS_OF_ID_TOKENS.stream().anyMatch(claim -> claims.getClaim(claim) != null);
  }

  /** RFC 9068, 2.1. */
  private static boolean isAccessToken(JOSEObjectType type) {
    return type != null && type.getType().toLowerCase(Locale.ROOT).endsWith("at+jwt");
  }

  /**
   * Identifies the token for replay detection, without its signature: another signature does not
   * make it another token. The key expires with the token; userinfo may expire earlier.
   */
  public ReplayKey replayKey(@ExchangeProperty("token") Token token) {
    try {
      JWTClaimsSet claims = token.jwt().getJWTClaimsSet();
      String id = claims.getJWTID();
      return new ReplayKey(
          issuer
              + '|'
              + (id == null || id.isEmpty()
                  ? new String(token.jwt().getSigningInput(), StandardCharsets.US_ASCII)
                  : id),
          seconds(claims.getExpirationTime()) + SKEW,
          ReplayKind.TOKEN);
    } catch (ParseException unverified) {
      throw new IllegalStateException(unverified);
    }
  }

  /** Throws 401, always. */
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
