package org.elastauth.oidc.token;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.elastauth.http.HttpError;
import org.elastauth.identity.Identity;
import org.elastauth.identity.IdentityRules;
import org.elastauth.oidc.BearerChallenge;
import org.elastauth.oidc.OidcSettings;
import org.elastauth.oidc.TokenClaims;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/** Finds the user in claims, as {@code oidc.claim_mappings} configures. */
@Lazy
@Component
public final class ClaimMapping {
  private final OidcSettings.ClaimMappings mappings;

  public ClaimMapping(OidcSettings settings) {
    this.mappings = settings.claimMappings();
  }

  /** Throws 400 if a claim breaks the rules of identities, 401 if there is no username. */
  public Identity identity(TokenClaims claims) {
    String username = text(claims.claims(), mappings.username());
    if (username.isEmpty()) {
      throw BearerChallenge.invalid("the token has no claim " + mappings.username());
    }
    return IdentityRules.identity(
        username,
        text(claims.claims(), mappings.email()),
        text(claims.claims(), mappings.fullName()),
        groups(claims.claims()),
        claims.asOf());
  }

  /**
   * The claims of a token and those of the userinfo endpoint, which are newer. Both must name the
   * same user (OpenID Connect Core, 5.3.2).
   */
  TokenClaims join(TokenClaims token, TokenClaims userinfo) {
    if (token.text("sub").isEmpty() || !token.text("sub").equals(userinfo.text("sub"))) {
      throw BearerChallenge.invalid("the userinfo endpoint names another user than the token");
    }
    Map<String, Object> claims = new HashMap<>(token.claims());
    claims.putAll(userinfo.claims());
    boolean hasGroups = value(userinfo.claims(), mappings.groups()) != null;
    return new TokenClaims(
        claims,
        hasGroups ? userinfo.asOf() : token.asOf(),
        Math.min(token.until(), userinfo.until()));
  }

  private Collection<String> groups(Map<String, Object> claims) {
    Object value = value(claims, mappings.groups());
    if (value == null) {
      return List.of();
    }
    if (value instanceof String single) {
      return List.of(single);
    }
    List<String> groups = new ArrayList<>();
    if (value instanceof Collection<?> several) {
      for (Object group : several) {
        if (!(group instanceof String name)) {
          throw malformed(mappings.groups());
        }
        groups.add(name);
      }
      return groups;
    }
    throw malformed(mappings.groups());
  }

  private static String text(Map<String, Object> claims, String path) {
    Object value = value(claims, path);
    if (value != null && !(value instanceof String)) {
      throw malformed(path);
    }
    return value == null ? "" : (String) value;
  }

  private static HttpError malformed(String path) {
    return HttpError.malformed("malformed identity: the claim " + path + " has the wrong type");
  }

  /** The claim of this name, which may be a URL; else the claim at this dotted path; else null. */
  private static Object value(Map<?, ?> claims, String path) {
    Object named = claims.get(path);
    if (named != null) {
      return named;
    }
    for (int dot = path.indexOf('.'); dot > 0; dot = path.indexOf('.', dot + 1)) {
      if (claims.get(path.substring(0, dot)) instanceof Map<?, ?> inner) {
        Object value = value(inner, path.substring(dot + 1));
        if (value != null) {
          return value;
        }
      }
    }
    return null;
  }
}
