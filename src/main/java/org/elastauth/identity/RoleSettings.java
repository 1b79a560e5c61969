package org.elastauth.identity;

import java.util.List;
import java.util.Map;
import org.elastauth.config.Alias;
import org.elastauth.config.Rules.Matches;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param groupMappings Elasticsearch roles by group name, which is matched without case
 */
public record RoleSettings(
    @DefaultValue @Alias({"DEFAULT_ROLES", "default_es_roles"}) @Matches({ROLE, NO_ROLE})
        List<String> defaultRoles,
    @Matches({ROLE, NO_ROLE}) Map<String, List<String>> groupMappings) {
  private static final String ROLE =
      "[\\p{Print}&&[^\\s]]([\\p{Print}]{0,505}[\\p{Print}&&[^\\s]])?";
  private static final String NO_ROLE = "is not the name of an Elasticsearch role";

  /** Whether Elasticsearch accepts this name of a role. */
  public static boolean isRole(String name) {
    return name.matches(ROLE);
  }
}
