package org.elastauth.oidc.token;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
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
  private static final Pattern EMAIL =
      Pattern.compile("(.*[^a-z0-9])?e?-?mail(_?address)?", Pattern.CASE_INSENSITIVE);

  private static final String VERIFIED = "_verified";

  private final OidcSettings settings;
  private final OidcSettings.ClaimMappings mappings;
  private final boolean requiresVerifiedEmail;

  public ClaimMapping(OidcSettings settings) {
    this.settings = settings;
    this.mappings = settings.claimMappings();
    String path = mappings.username();
    this.requiresVerifiedEmail =
        settings.requireVerifiedEmail()
            && (path.equals(mappings.email()) || EMAIL.matcher(path).matches());
  }

  /**
   * Throws 400 if a claim breaks the rules of identities, 401 if there is no username, 403 if the
   * username is an email address that the provider has not verified.
   */
  public Identity identity(TokenClaims claims) {
    String username = text(claims.claims(), mappings.username());
    if (username.isEmpty()) {
      throw BearerChallenge.invalid("the token has no claim " + mappings.username());
    }
    if (requiresVerifiedEmail && !isVerified(claims.claims(), username)) {
      throw HttpError.forbidden(
          "the username is an email address that the provider has not verified: the claim"
              + " email_verified is not true (oidc.require_verified_email)");
    }
    return IdentityRules.identity(
            username,
            text(claims.claims(), mappings.email()),
            text(claims.claims(), mappings.fullName()),
            groups(claims.claims()),
            claims.asOf())
        .withSubject(settings.subject(claims.text("sub")));
  }

  /**
   * A user can set an unverified address, also that of another user. {@code email_verified} is a
   * statement about {@code email} only (OpenID Connect Core, 5.1), so another claim needs its own.
   */
  private boolean isVerified(Map<String, Object> claims, String address) {
    Object verified = value(claims, mappings.username() + VERIFIED);
    if (verified == null && address.equals(claims.get("email"))) {
      verified = claims.get("email" + VERIFIED);
    }
    // some providers send a string
    return Boolean.TRUE.equals(verified)
        || verified instanceof String text && text.equalsIgnoreCase("true");
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
    // the token verifies its own address only
    for (String address : List.of("email", mappings.username())) {
      Object newer = userinfo.claims().get(address);
      if (newer != null && !newer.equals(claims.get(address))) {
        claims.remove(address + VERIFIED);
      }
    }
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
