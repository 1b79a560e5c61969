package org.elastauth.oidc.token;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.elastauth.http.HttpError;
import org.elastauth.identity.AutheliaSettings;
import org.elastauth.identity.Identity;
import org.elastauth.identity.IdentityRules;
import org.elastauth.identity.OptionalFields;
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
      Pattern.compile("((.*[^a-z0-9])?mail|.*e-?mail)(_?address)?", Pattern.CASE_INSENSITIVE);

  private static final String VERIFIED = "_verified";

  /** Members of an object that can name a group; {@code display} and {@code value} are SCIM's. */
  private static final List<String> GROUP_NAMES =
      List.of("name", "displayName", "display", "value", "id");

  private static final String OVERAGE =
      "the identity provider left them out because they are too many (groups overage); let it send fewer groups, or"
          + " app roles, or set oidc.token_validation to both if its userinfo endpoint returns the groups";

  private final OidcSettings settings;
  private final OidcSettings.ClaimMappings mappings;
  private final OptionalFields fields;
  private final boolean requiresVerifiedEmail;

  public ClaimMapping(OidcSettings settings, OptionalFields fields) {
    this.settings = settings;
    this.mappings = settings.claimMappings();
    this.fields = fields;
    String path = mappings.username();
    this.requiresVerifiedEmail =
        settings.requireVerifiedEmail()
            && (path.equals(mappings.email()) || EMAIL.matcher(path).matches());
  }

  /**
   * Throws 400 if the username breaks the rules of identities, 401 if there is none, 403 if it is
   * an email address that the provider has not verified, or if the provider left out the groups
   * because they are too many.
   */
  public Identity identity(TokenClaims claims) {
    Map<String, Object> all = claims.claims();
    Object username = value(all, mappings.username());
    if (username == null || username.equals("")) {
      throw BearerChallenge.invalid("the token has no claim " + mappings.username());
    }
    if (!(username instanceof String name)) {
      throw HttpError.malformed(
          "malformed identity: the claim " + mappings.username() + " has the wrong type");
    }
    if (requiresVerifiedEmail && !isVerified(all, name)) {
      throw HttpError.forbidden(
              "the username is an email address that the provider has not verified: the claim"
                  + " email_verified is not true (oidc.require_verified_email)")
          .because("unverified_email");
    }
    Identity identity =
        IdentityRules.identity(
                name,
                optional(all, mappings.email()),
                optional(all, mappings.fullName()),
                groups(value(all, mappings.groups())),
                claims.asOf(),
                fields)
            .withSubject(settings.subject(claims.text("sub")));
    if (identity.groups().isEmpty() && isOverage(all)) {
      throw fields.unknownGroups(name, OVERAGE);
    }
    if (!identity.saysGroups() && identity.subject().isEmpty()) {
      fields.requireGroups(name);
    }
    return identity;
  }

  /** The values of the mapped claims, by the name of the setting; null: there is no such claim. */
  Map<String, Object> mapped(Map<String, Object> claims) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("username", value(claims, mappings.username()));
    values.put("groups", value(claims, mappings.groups()));
    values.put("email", value(claims, mappings.email()));
    values.put("full_name", value(claims, mappings.fullName()));
    return values;
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
    Map<String, Object> known = new HashMap<>(token.claims());
    Map<String, Object> claims = new HashMap<>(userinfo.claims());
    // each verifies its own address only
    for (String address : List.of("email", mappings.username())) {
      Object newer = claims.get(address);
      if (newer == null) {
        claims.remove(address + VERIFIED);
      } else if (!newer.equals(known.get(address))) {
        known.remove(address + VERIFIED);
      }
    }
    known.forEach(claims::putIfAbsent);
    boolean hasGroups = value(userinfo.claims(), mappings.groups()) != null;
    if (!hasGroups) {
      // the object that a path leads into can be in both
      claims.put(mappings.groups(), value(token.claims(), mappings.groups()));
    }
    return new TokenClaims(
        claims,
        hasGroups ? userinfo.asOf() : token.asOf(),
        Math.min(token.until(), userinfo.until()));
  }

  /** Null if the claim says nothing of groups. */
  private Collection<?> groups(Object claim) {
    if (claim == null) {
      return null;
    }
    if (claim instanceof String text && !mappings.groupsSeparator().isEmpty()) {
      return List.of(text.split(AutheliaSettings.pattern(mappings.groupsSeparator())));
    }
    if (claim instanceof Map<?, ?> byName) {
      return byName.keySet().stream().filter(name -> isMember(byName.get(name))).toList();
    }
    if (claim instanceof Collection<?> several) {
      List<Object> groups = new ArrayList<>();
      several.forEach(
          group -> groups.add(group instanceof Map<?, ?> object ? name(object) : group));
      return groups;
    }
    return List.of(claim);
  }

  /** The value of a group in an object whose keys are the groups; {@code false} denies it. */
  private static boolean isMember(Object value) {
    return value != null
        && !value.equals(false)
        && !value.equals("false")
        && !(value instanceof Number number && number.doubleValue() == 0);
  }

  /** The object itself if it has no name, so that it is dropped. */
  private static Object name(Map<?, ?> group) {
    for (String member : GROUP_NAMES) {
      if (group.get(member) instanceof String name && !name.isBlank()) {
        return name;
      }
    }
    return group;
  }

  /**
   * Whether the provider left out groups, and says so in the way of Microsoft Entra ID: it names a
   * distributed claim (OpenID Connect Core, 5.6.2). With {@code emit_as_roles} it sends groups in
   * another claim than {@code groups}, so that name counts, too.
   */
  private boolean isOverage(Map<String, Object> claims) {
    Object has = claims.get("hasgroups");
    return Boolean.TRUE.equals(has)
        || "true".equals(has)
        || Stream.of("groups", mappings.groups(), mappings.groups().replaceFirst("\\..*", ""))
            .anyMatch(name -> isElsewhere(claims, name));
  }

  private static boolean isElsewhere(Map<String, Object> claims, String name) {
    return claims.get("_claim_names") instanceof Map<?, ?> names && names.containsKey(name)
        || claims.keySet().stream().anyMatch(claim -> claim.startsWith(name + ":src"));
  }

  private static Object optional(Map<String, Object> claims, String path) {
    Object value = value(claims, path);
    return value == null ? "" : value;
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
