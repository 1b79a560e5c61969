package org.elastauth.oidc.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.elastauth.config.TestSettings;
import org.elastauth.crypto.Sha256;
import org.elastauth.http.HttpError;
import org.elastauth.identity.Identity;
import org.elastauth.oidc.TokenClaims;
import org.elastauth.startup.Settings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** SPEC 3: where in the claims a user is found. */
class ClaimMappingTest {
  private static ClaimMapping mapping(Map<String, Object> values) {
    Map<String, Object> oidc = new HashMap<>(values);
    oidc.put("auth_provider", "oidc");
    Settings settings = TestSettings.of(oidc);
    return new ClaimMapping(settings.oidc(), TestSettings.fields(settings));
  }

  private static Identity identity(String groups, Map<String, Object> claims) {
    return mapping(Map.of("oidc.claim_mappings.groups", groups))
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
    assertThat(identity("groups", Map.of("groups", List.of())))
        .isEqualTo(new Identity("jane.roe", "", "", List.of(), 7).withSubject(Sha256.hex("|1")));
  }

  @Test
  void noClaimOfGroupsIsNotTheSameAsNoGroup() {
    Map<String, Object> nothing = new HashMap<>();
    nothing.put("groups", null);
    for (Map<String, Object> claims :
        List.<Map<String, Object>>of(
            Map.of(), nothing, Map.of("groups", 7), Map.of("groups", List.of(true)))) {
      assertThat(identity("groups", claims).saysGroups()).as(claims.toString()).isFalse();
    }
    for (Object none : List.of("", List.of(), Map.of(), Map.of("a", false), List.of(""))) {
      assertThat(identity("groups", Map.of("groups", none)).saysGroups()).as("%s", none).isTrue();
    }
  }

  @Test
  void aTokenWithoutSubjectMustSayGroupsIfAWhitelistDecides() {
    Map<String, Object> claims = user(Map.of());
    claims.remove("sub");
    ClaimMapping strict =
        mapping(Map.of("enable_group_whitelist", true, "group_whitelist", "staff"));
    assertThatThrownBy(() -> strict.identity(new TokenClaims(claims, 7, 8)))
        .isInstanceOf(HttpError.class)
        .hasMessageContaining("with enable_group_whitelist the identity provider must send it");
    claims.put("groups", List.of());
    assertThat(strict.identity(new TokenClaims(claims, 7, 8)).groups()).isEmpty();
  }

  static Stream<Arguments> optional() {
    return Stream.of(
        Arguments.of(List.of("jane@example.org", "j@example.org"), "jane@example.org"),
        Arguments.of(Arrays.asList(null, 7, "n/a", "j@example.org"), "j@example.org"),
        Arguments.of(List.of(), ""),
        Arguments.of(List.of(List.of("j@example.org")), ""),
        Arguments.of(Map.of("value", "j@example.org"), ""),
        Arguments.of("n/a", ""),
        Arguments.of("j\u0000@example.org", ""),
        Arguments.of("x".repeat(320) + "@h", ""),
        Arguments.of(false, ""),
        Arguments.of(7, ""));
  }

  /** The rest of the login goes on. */
  @ParameterizedTest
  @MethodSource
  void optional(Object claim, String email) {
    Identity identity =
        identity("groups", Map.of("email", claim, "name", 7, "groups", List.of("a")));
    assertThat(identity)
        .isEqualTo(
            new Identity("jane.roe", email, "", List.of("a"), 7).withSubject(Sha256.hex("|1")));
  }

  static Stream<Arguments> groups() {
    return Stream.of(
        Arguments.of(Map.of("admins", Map.of("1", "example.org"), "dev", true), "admins dev"),
        Arguments.of(Map.of("admins", false, "b", 0, "c", "false", "dev", 1), "dev"),
        Arguments.of(List.of(Map.of("name", "admins", "id", "7"), "dev"), "admins dev"),
        Arguments.of(List.of(Map.of("displayName", "admins"), Map.of("id", "7")), "7 admins"),
        Arguments.of(List.of(Map.of("display", "admins", "value", "7")), "admins"),
        Arguments.of(List.of(Map.of("name", 7, "id", "a"), Map.of("other", "x")), "a"),
        Arguments.of(Arrays.asList(null, 1, 2.5, true, "dev", List.of("nested")), "dev"),
        Arguments.of(List.of("g".repeat(256), "a\tb", "dev"), "dev"));
  }

  @ParameterizedTest
  @MethodSource
  void groups(Object claim, String names) {
    assertThat(identity("groups", Map.of("groups", claim)).groups())
        .containsExactly(names.split(" "));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '!',
      value = {
        ",!admin,developers",
        ";!admin; developers;",
        "|!admin|developers",
        "space!admin  developers",
        ":!:admin:developers"
      })
  void oneTextIsSplitAtTheConfiguredSeparatorOnly(String separator, String text) {
    ClaimMapping mapping = mapping(Map.of("oidc.claim_mappings.groups_separator", separator));
    assertThat(mapping.identity(new TokenClaims(user(Map.of("groups", text)), 7, 8)).groups())
        .containsExactly("admin", "developers");
    assertThat(
            mapping.identity(new TokenClaims(user(Map.of("groups", List.of(text))), 7, 8)).groups())
        .as("an array has no need of it")
        .hasSize(1);
  }

  static Stream<Map<String, Object>> overage() {
    return Stream.of(
        Map.of(
            "_claim_names",
            Map.of("groups", "src1"),
            "_claim_sources",
            Map.of("src1", Map.of("endpoint", "https://graph.example.com/getMemberObjects"))),
        Map.of("hasgroups", true),
        Map.of("hasgroups", "true"),
        Map.of("groups:src1", Map.of("endpoint", "https://graph.example.com/getMemberObjects")),
        Map.of("groups", List.of(), "_claim_names", Map.of("groups", "src1")),
        Map.of("groups", 7, "_claim_names", Map.of("groups", "src1")));
  }

  @ParameterizedTest
  @MethodSource
  void overage(Map<String, Object> claims) {
    for (String mapped : List.of("groups", "roles", "wids", "realm.roles")) {
      assertThatThrownBy(() -> identity(mapped, claims))
          .isInstanceOfSatisfying(
              HttpError.class, refusal -> assertThat(refusal.status()).isEqualTo(403))
          .hasMessageContaining("the claim " + mapped)
          .hasMessageContaining("groups overage")
          .hasMessageContaining("oidc.token_validation");
      Map<String, Object> more = new HashMap<>(claims);
      more.put(mapped, List.of("found"));
      assertThat(identity(mapped, more).groups()).containsExactly("found");
    }
  }

  @Test
  void overageOfTheMappedClaimCountsButNotThatOfOthers() {
    assertThatThrownBy(() -> identity("roles", Map.of("_claim_names", Map.of("roles", "src1"))))
        .isInstanceOf(HttpError.class);
    assertThatThrownBy(
            () -> identity("realm.roles", Map.of("_claim_names", Map.of("realm", "src1"))))
        .isInstanceOf(HttpError.class);
    assertThat(
            identity(
                    "groups", Map.of("_claim_names", Map.of("address", "src1"), "hasgroups", false))
                .saysGroups())
        .isFalse();
  }

  /** With oidc.token_validation both: what userinfo does not say is the token's. */
  @Test
  void userinfoReplacesOnlyWhatItSays() {
    ClaimMapping mapping = mapping(Map.of("oidc.claim_mappings.groups", "realm_access.roles"));
    Map<String, Object> roles = Map.of("realm_access", Map.of("roles", List.of("admin")));
    Map<String, Object> userinfo = new HashMap<>(user(Map.of("realm_access", Map.of())));
    userinfo.put("name", null);
    Map<String, Object> token = user(roles);
    token.put("name", "Jane");
    Identity identity =
        mapping.identity(
            mapping.join(new TokenClaims(token, 10, 100), new TokenClaims(userinfo, 50, 90)));
    assertThat(identity)
        .isEqualTo(
            new Identity("jane.roe", "", "Jane", List.of("admin"), 10)
                .withSubject(Sha256.hex("|1")));
    Map<String, Object> overage = user(Map.of("_claim_names", Map.of("realm_access", "src1")));
    assertThat(
            mapping
                .identity(
                    mapping.join(
                        new TokenClaims(overage, 10, 100), new TokenClaims(user(roles), 50, 90)))
                .groups())
        .containsExactly("admin");
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
    ClaimMapping mapping = mapping(Map.of());
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
    return mapping(Map.of("oidc.claim_mappings.username", path))
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
    for (String path : List.of("primary_email", "primaryEmail", "workE-Mail", "userEmailAddress")) {
      assertUnverified(path, Map.of(path, me));
    }
    assertThat(byEmail("sam", Map.of("sam", me)).username())
        .as("no claim of an address")
        .isEqualTo(me);
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
    ClaimMapping mapping = mapping(Map.of("oidc.claim_mappings.username", "email"));
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

  @Test
  void userinfoWithoutAnAddressDoesNotVerifyThatOfTheToken() {
    ClaimMapping mapping = mapping(Map.of("oidc.claim_mappings.username", "email"));
    TokenClaims userinfo = new TokenClaims(Map.of("sub", "1", "email_verified", true), 5, 9);
    for (Object verified : List.of(false, "")) {
      Map<String, Object> token =
          Map.of("sub", "1", "email", "victim@example.org", "email_verified", verified);
      assertThatThrownBy(
              () -> mapping.identity(mapping.join(new TokenClaims(token, 10, 100), userinfo)))
          .hasMessageContaining("email_verified");
    }
  }
}
