package org.elastauth.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.elastauth.config.TestSettings;
import org.elastauth.http.HttpError;
import org.elastauth.startup.Settings;
import org.junit.jupiter.api.Test;

/** SPEC 5: roles from groups, and only from the groups that are meant. */
class RoleMappingTest {
  private static List<String> roles(Map<String, Object> settings, String... groups) {
    Identity identity = IdentityRules.identity("a", "", "", List.of(groups), 0);
    return mapping(settings).roles(identity);
  }

  private static RoleMapping mapping(Map<String, Object> settings) {
    Settings read = TestSettings.of(settings);
    return new RoleMapping(read.roles(), TestSettings.fields(read));
  }

  private static final Map<String, Object> MAPPINGS =
      Map.of(
          "group_mappings.kibana-admins", "superuser",
          "group_mappings.\u00dcbung", "editor,viewer",
          "default_roles", "viewer");

  @Test
  void unionWithoutCase() {
    assertThat(roles(MAPPINGS, "KIBANA-Admins", "\u00fcbung"))
        .containsExactly("editor", "superuser", "viewer");
  }

  @Test
  void defaultsOnlyWhereNoGroupMatches() {
    assertThat(roles(MAPPINGS, "other")).containsExactly("viewer");
    assertThat(roles(MAPPINGS)).containsExactly("viewer");
  }

  @Test
  void letterLikeSignsAndForeignBlanksMakeAnotherGroup() {
    assertThat(roles(MAPPINGS, "\u212aibana-admins")).containsExactly("viewer");
    assertThat(roles(MAPPINGS, "\u3000kibana-admins")).containsExactly("viewer");
    assertThat(roles(MAPPINGS, " kibana-admins\t")).containsExactly("superuser");
    assertThat(roles(MAPPINGS, "kibana_admins")).containsExactly("viewer");
  }

  @Test
  void noRoleAtAllIsRefused() {
    assertThatThrownBy(() -> roles(Map.of("group_mappings.x", "superuser"), "y"))
        .isInstanceOfSatisfying(
            HttpError.class, refusal -> assertThat(refusal.status()).isEqualTo(403));
  }

  @Test
  void whatARouteDecidesReplacesTheRolesOfTheGroups() {
    Identity identity = new Identity("a", "", "", List.of("kibana-admins"), 1);
    assertThat(mapping(MAPPINGS).roles(identity.withRoles(List.of("night"))))
        .containsExactly("night");
    assertThatThrownBy(() -> mapping(MAPPINGS).roles(identity.withRoles(List.of())))
        .isInstanceOfSatisfying(
            HttpError.class, refusal -> assertThat(refusal.status()).isEqualTo(403));
  }

  @Test
  void whatARouteAddsToOlderGroupsItAddsToNewerOnesAndNothingElse() {
    RoleMapping mapping = mapping(MAPPINGS);
    List<String> admins = List.of("kibana-admins");
    assertThat(mapping.ofNewerGroups(List.of("night", "superuser"), admins, List.of()))
        .containsExactly("night", "viewer");
    assertThat(mapping.ofNewerGroups(List.of("superuser"), admins, List.of()))
        .containsExactly("viewer");
    assertThat(mapping.ofNewerGroups(List.of(), List.of(), admins)).containsExactly("superuser");
    assertThatThrownBy(() -> mapping.ofNewerGroups(List.of(), List.of(), List.of()))
        .isInstanceOf(HttpError.class);
  }
}
