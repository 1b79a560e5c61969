package org.elastauth.oidc.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.elastauth.config.TestSettings;
import org.elastauth.crypto.Sha256;
import org.elastauth.http.HttpError;
import org.elastauth.identity.Identity;
import org.elastauth.oidc.TokenClaims;
import org.junit.jupiter.api.Test;

/** SPEC 3: where in the claims a user is found. */
class ClaimMappingTest {
  private static Identity identity(String groups, Map<String, Object> claims) {
    return new ClaimMapping(TestSettings.of(Map.of("oidc.claim_mappings.groups", groups)).oidc())
        .identity(new TokenClaims(user(claims), 7, 8));
  }

  private static Map<String, Object> user(Map<String, Object> more) {
    Map<String, Object> claims = new HashMap<>(more);
    claims.put("sub", "1");
    claims.put("preferred_username", "jane.roe");
    return claims;
  }

  @Test
  void theUsualClaims() {
    assertThat(
            identity(
                "groups",
                Map.of(
                    "email", "j@example.org",
                    "name", "Jane Roe",
                    "groups", List.of("b", "a, c", "b", " "))))
        .isEqualTo(
            new Identity("jane.roe", "j@example.org", "Jane Roe", List.of("a, c", "b"), 7)
                .withSubject(Sha256.hex("|1")));
    assertThat(identity("groups", Map.of()))
        .isEqualTo(new Identity("jane.roe", "", "", List.of(), 7).withSubject(Sha256.hex("|1")));
  }

  @Test
  void oneGroupMayBeATextAndKeepsItsCommas() {
    assertThat(identity("groups", Map.of("groups", "sales, europe")).groups())
        .containsExactly("sales, europe");
  }

  @Test
  void pathsLeadIntoClaimsAndNamesMayHaveDots() {
    Map<String, Object> roles = Map.of("roles", List.of("admin"));
    assertThat(identity("realm_access.roles", Map.of("realm_access", roles)).groups())
        .containsExactly("admin");
    assertThat(
            identity(
                    "resource_access.my.client.roles",
                    Map.of("resource_access", Map.of("my.client", roles)))
                .groups())
        .containsExactly("admin");
    assertThat(
            identity("https://example.com/roles", Map.of("https://example.com/roles", List.of("a")))
                .groups())
        .containsExactly("a");
    assertThat(identity("realm_access.roles", Map.of("realm_access", "text")).groups()).isEmpty();
  }

  @Test
  void userinfoIsNewerAndOfTheSameUser() {
    ClaimMapping mapping = new ClaimMapping(TestSettings.of(Map.of()).oidc());
    TokenClaims token = new TokenClaims(user(Map.of("groups", List.of("old"))), 10, 100);
    TokenClaims userinfo = new TokenClaims(user(Map.of("groups", List.of("new"))), 50, 90);
    TokenClaims both = mapping.join(token, userinfo);
    assertThat(mapping.identity(both).groups()).containsExactly("new");
    assertThat(both.asOf()).isEqualTo(50);
    assertThat(both.until()).isEqualTo(90);
    assertThat(mapping.join(token, new TokenClaims(user(Map.of()), 50, 90)).asOf())
        .as("the groups are the token's")
        .isEqualTo(10);
    assertThatThrownBy(() -> mapping.join(token, new TokenClaims(Map.of("sub", "2"), 50, 90)))
        .isInstanceOf(HttpError.class);
    assertThatThrownBy(() -> mapping.join(token, new TokenClaims(Map.of(), 50, 90)))
        .isInstanceOf(HttpError.class);
  }

  private static Identity byEmail(String path, Map<String, Object> claims) {
    return new ClaimMapping(TestSettings.of(Map.of("oidc.claim_mappings.username", path)).oidc())
        .identity(new TokenClaims(claims, 7, 100));
  }

  /** OpenID Connect Core, 5.1: email_verified is a statement about email. */
  @Test
  void anEmailIsAUsernameOnlyIfTheProviderHasVerifiedIt() {
    String me = "jane@example.org";
    Map<String, Map<String, Object>> verified =
        Map.of(
            "email", Map.of("email", me, "email_verified", true),
            "e-mail", Map.of("e-mail", me, "email", me, "email_verified", "True"),
            "mail", Map.of("mail", me, "mail_verified", "true"),
            "user.email", Map.of("user", Map.of("email", me, "email_verified", true)),
            "https://example.com/email",
                Map.of("https://example.com/email", me, "email", me, "email_verified", true));
    verified.forEach(
        (path, claims) -> assertThat(byEmail(path, claims).username()).as(path).isEqualTo(me));

    List<Map<String, Object>> unverified =
        List.of(
            Map.of("email", me),
            Map.of("email", me, "email_verified", false),
            Map.of("email", me, "email_verified", "false"),
            Map.of("email", me, "email_verified", ""),
            Map.of("email", me, "email_verified", 1),
            Map.of("email", me, "email_verified", List.of(true)),
            Map.of("email", me, "user", Map.of("email_verified", true)));
    for (Map<String, Object> claims : unverified) {
      assertUnverified("email", claims);
    }
    Map<String, Object> ofAnother =
        Map.of(
            "email",
            "own@example.org",
            "email_verified",
            true,
            "mail",
            me,
            "user",
            Map.of("email", me));
    assertUnverified("mail", ofAnother);
    assertUnverified("user.email", ofAnother);
    assertUnverified("primary_email", Map.of("primary_email", me));
  }

  private static void assertUnverified(String path, Map<String, Object> claims) {
    assertThatThrownBy(() -> byEmail(path, claims))
        .as(path + claims)
        .isInstanceOfSatisfying(
            HttpError.class, refusal -> assertThat(refusal.status()).isEqualTo(403))
        .hasMessageContaining("email_verified");
  }

  @Test
  void aVerifiedAddressOfTheTokenDoesNotVerifyThatOfUserinfo() {
    ClaimMapping mapping =
        new ClaimMapping(TestSettings.of(Map.of("oidc.claim_mappings.username", "email")).oidc());
    TokenClaims token =
        new TokenClaims(
            Map.of("sub", "1", "email", "own@example.org", "email_verified", true), 10, 100);
    assertThatThrownBy(
            () ->
                mapping.identity(
                    mapping.join(
                        token,
                        new TokenClaims(Map.of("sub", "1", "email", "victim@example.org"), 5, 9))))
        .hasMessageContaining("email_verified");
    TokenClaims same = new TokenClaims(Map.of("sub", "1", "email", "own@example.org"), 5, 9);
    assertThat(mapping.identity(mapping.join(token, same)).username()).isEqualTo("own@example.org");
  }
}
