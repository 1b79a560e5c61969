package org.elastauth.oidc.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.elastauth.config.TestSettings;
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
        .isEqualTo(new Identity("jane.roe", "j@example.org", "Jane Roe", List.of("a, c", "b"), 7));
    assertThat(identity("groups", Map.of()))
        .isEqualTo(new Identity("jane.roe", "", "", List.of(), 7));
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
}
