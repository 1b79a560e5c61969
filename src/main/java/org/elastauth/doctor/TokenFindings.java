package org.elastauth.doctor;

import com.github.benmanes.caffeine.cache.Ticker;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.time.Clock;
import java.time.Duration;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.elastauth.http.HttpError;
import org.elastauth.identity.Identity;
import org.elastauth.identity.OptionalFields;
import org.elastauth.identity.RoleMapping;
import org.elastauth.oidc.OidcSettings;
import org.elastauth.oidc.provider.ProviderInspection.Keys;
import org.elastauth.oidc.token.TokenPreview;
import org.elastauth.startup.Settings;

/**
 * What the gateway finds in an access token: whether it accepts it, and which claims become the
 * user. It shows no part of the token itself.
 */
record TokenFindings(Settings settings, String token) {
  private static final String TOKEN = "token";
  private static final String MAPPINGS = "oidc.claim_mappings.";
  private static final int SHOWN = 10;

  /**
   * @param keys of the provider; null if there are none
   */
  void into(Findings findings, Keys keys) {
    OidcSettings oidc = settings.oidc();
    OptionalFields fields =
        new OptionalFields(
            settings.authProvider(),
            oidc.claimMappings().email(),
            oidc.claimMappings().fullName(),
            oidc.claimMappings().groups(),
            settings.identity(),
            Ticker.systemTicker());
    TokenPreview preview = new TokenPreview(oidc, fields, Clock.systemUTC());
    SignedJWT jwt;
    try {
      jwt = preview.read(token.replaceFirst("(?i)^bearer +", ""));
    } catch (HttpError refused) {
      findings.fault(
          TOKEN, refused.getMessage(), "pass an access token, as in the header Authorization");
      return;
    }
    signature(findings, jwt, keys);
    JWTClaimsSet claims = TokenPreview.claims(jwt);
    times(findings, claims);
    try {
      preview.verify(jwt);
      findings.ok(TOKEN, "its issuer, audience, use and times are accepted");
    } catch (HttpError refused) {
      findings.fault(
          TOKEN,
          refused.getMessage()
              + "; it is from "
              + claims.getIssuer()
              + " for "
              + claims.getAudience(),
          "compare with oidc.issuer, and with oidc.client_id, which the audience must contain");
    }
    mapped(findings, preview.mapped(claims));
    user(findings, preview, claims, fields);
  }

  private static void signature(Findings findings, SignedJWT jwt, Keys keys) {
    String algorithm = jwt.getHeader().getAlgorithm().getName();
    if (keys == null) {
      findings.note(
          TOKEN, "its signature (" + algorithm + ") was not checked, for lack of keys", "");
      return;
    }
    switch (keys.verify(jwt)) {
      case "valid" -> findings.ok(TOKEN, "its signature (" + algorithm + ") is valid");
      case "invalid" ->
          findings.fault(
              TOKEN,
              "its signature (" + algorithm + ") is not valid",
              "it is damaged, or forged; copy the whole token");
      default ->
          findings.fault(
              TOKEN,
              "it is signed with a key that the provider does not publish (kid "
                  + jwt.getHeader().getKeyID()
                  + ")",
              "it may be from another provider or realm; compare its issuer with oidc.issuer");
    }
  }

  private static void times(Findings findings, JWTClaimsSet claims) {
    Date end = claims.getExpirationTime();
    if (end != null) {
      Duration left = Duration.ofMillis(end.getTime() - System.currentTimeMillis());
      if (left.isNegative()) {
        findings.note(TOKEN, "it expired " + shown(left.negated()) + " ago", "request a new token");
      } else {
        findings.ok(TOKEN, "it expires in " + shown(left));
      }
    }
  }

  private static String shown(Duration time) {
    return time.toHours() > 0
        ? time.toHours() + " h " + time.toMinutesPart() + " min"
        : time.toMinutes() + " min " + time.toSecondsPart() + " s";
  }

  private void mapped(Findings findings, Map<String, Object> values) {
    OidcSettings.ClaimMappings names = settings.oidc().claimMappings();
    Map<String, String> claims =
        Map.of(
            "username", names.username(),
            "groups", names.groups(),
            "email", names.email(),
            "full_name", names.fullName());
    values.forEach(
        (setting, value) -> {
          String claim = claims.get(setting);
          if (value != null) {
            findings.ok(MAPPINGS + setting, "the claim " + claim + " is " + value);
          } else if (setting.equals("username")) {
            findings.fault(
                MAPPINGS + setting,
                "the token has no claim " + claim,
                "let the provider send it, or map another claim");
          } else {
            findings.note(
                MAPPINGS + setting,
                "the token has no claim " + claim,
                setting.equals("groups")
                    ? "let the provider send it, or set oidc.token_validation to both if userinfo has it"
                    : "");
          }
        });
  }

  private void user(
      Findings findings, TokenPreview preview, JWTClaimsSet claims, OptionalFields fields) {
    try {
      Identity identity = preview.identity(claims);
      List<String> roles = new RoleMapping(settings.roles(), fields).of(identity);
      String user =
          "the user is "
              + identity.username()
              + (identity.groups().isEmpty()
                  ? ", in no group"
                  : ", in the groups " + first(identity.groups()));
      if (roles.isEmpty()) {
        findings.fault(
            TOKEN,
            user + ", and receives no role: the login is rejected (403)",
            "add a group to group_mappings, or set default_roles");
      } else {
        findings.ok(TOKEN, user + ", and receives the roles " + first(roles));
      }
    } catch (HttpError refused) {
      findings.fault(
          TOKEN,
          "the login is rejected (" + refused.status() + "): " + refused.getMessage(),
          "see the claims above");
    }
  }

  private static String first(List<String> names) {
    return names.size() <= SHOWN
        ? names.toString()
        : names.subList(0, SHOWN) + " and " + (names.size() - SHOWN) + " more";
  }
}
