package org.elastauth.oidc.token;

import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.text.ParseException;
import java.time.Clock;
import java.util.Map;
import org.elastauth.http.HttpError;
import org.elastauth.identity.Identity;
import org.elastauth.identity.OptionalFields;
import org.elastauth.oidc.OidcSettings;
import org.elastauth.oidc.TokenClaims;

/** Says what the gateway would find in an access token, step by step. */
public final class TokenPreview {
  private final TokenClaimsVerifier verifier;
  private final ClaimMapping mapping;

  public TokenPreview(OidcSettings oidc, OptionalFields fields, Clock clock) {
    this.verifier = new TokenClaimsVerifier(oidc, clock);
    this.mapping = new ClaimMapping(oidc, fields);
  }

  /**
   * Parses a token; its signature and claims are not verified.
   *
   * @throws HttpError 401 if the gateway does not accept such a token
   */
  public SignedJWT read(String text) {
    return TokenReader.read(Token.of(text, TokenUse.ACCESS));
  }

  /** The claims, unverified; empty if they are malformed. */
  public static JWTClaimsSet claims(SignedJWT jwt) {
    try {
      JWTClaimsSet claims = jwt.getJWTClaimsSet();
      return claims == null ? new JWTClaimsSet.Builder().build() : claims;
    } catch (ParseException | IllegalArgumentException malformed) {
      return new JWTClaimsSet.Builder().build();
    }
  }

  /**
   * @throws HttpError 401 that names the rule that the claims violate
   */
  public TokenClaims verify(SignedJWT jwt) {
    return verifier.verify(jwt, TokenUse.ACCESS);
  }

  /** The values of the mapped claims, by the name of the setting; null: there is no such claim. */
  public Map<String, Object> mapped(JWTClaimsSet claims) {
    return mapping.mapped(claims.getClaims());
  }

  /**
   * @throws HttpError 400, 401 or 403 if these claims do not identify a user
   */
  public Identity identity(JWTClaimsSet claims) {
    return mapping.identity(new TokenClaims(claims.getClaims(), 0, 0));
  }
}
