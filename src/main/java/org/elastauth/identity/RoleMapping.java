package org.elastauth.identity;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.camel.ExchangeProperty;
import org.elastauth.http.HttpError;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Maps groups to Elasticsearch roles: the union over all mapped groups, else the default roles.
 * Roles that a route has decided replace them.
 */
@Component("roleMapping")
public final class RoleMapping {
  private static final Logger LOG = LoggerFactory.getLogger(RoleMapping.class);

  private final Map<String, Set<String>> byGroup = new HashMap<>();
  private final List<String> defaults;
  private final OptionalFields fields;

  public RoleMapping(RoleSettings settings, OptionalFields fields) {
    this.fields = fields;
    settings
        .groupMappings()
        .forEach(
            (group, roles) ->
                byGroup
                    .computeIfAbsent(GroupWhitelist.fold(group), g -> new HashSet<>())
                    .addAll(roles));
    this.defaults = settings.defaultRoles().stream().distinct().sorted().toList();
  }

  /**
   * @return sorted, at least one
   * @throws HttpError 403 if there are none: no group is mapped and there are no default roles, or
   *     a route has removed them
   */
  public List<String> roles(@ExchangeProperty("identity") Identity identity) {
    List<String> roles = of(identity);
    if (!roles.isEmpty()) {
      return roles;
    }
    if (!identity.saysGroups() && identity.roles() == null) {
      throw fields.unknownGroups(
          identity.username(), "it is missing or not usable, and there are no default_roles");
    }
    LOG.atDebug()
        .addKeyValue("user", identity.username())
        .addKeyValue("groups", identity.groups())
        .log("No group gives a role");
    throw noRole();
  }

  private static HttpError noRole() {
    return HttpError.forbidden("no group of this user gives a role").because("no_role");
  }

  /** As {@link #roles}, but empty if there are none. */
  public List<String> of(Identity identity) {
    return identity.roles() == null ? ofGroups(identity.groups()) : identity.roles();
  }

  /**
   * The roles of a user's newer groups, for a login with older groups. What a route has added to or
   * removed from the roles of the older groups, it does to those of the newer groups, too: else a
   * role that is granted for some hours would outlive them.
   *
   * @param roles of the login
   * @return sorted, at least one
   * @throws HttpError 403 if there are none
   */
  public List<String> ofNewerGroups(List<String> roles, List<String> older, List<String> newer) {
    List<String> before = ofGroups(older);
    TreeSet<String> result = new TreeSet<>(ofGroups(newer));
    roles.stream().filter(role -> !before.contains(role)).forEach(result::add);
    before.stream().filter(role -> !roles.contains(role)).forEach(result::remove);
    if (result.isEmpty()) {
      throw noRole();
    }
    return List.copyOf(result);
  }

  /**
   * @return sorted; empty if no group is mapped and there are no default roles
   */
  public List<String> ofGroups(List<String> groups) {
    TreeSet<String> roles = new TreeSet<>();
    for (String group : groups) {
      roles.addAll(byGroup.getOrDefault(GroupWhitelist.fold(group), Set.of()));
    }
    return roles.isEmpty() ? defaults : List.copyOf(roles);
  }

  /**
   * @throws HttpError 403 if these groups give other roles than the default roles, which are all
   *     that a login proves if it says nothing of groups
   */
  public void refuseRolesByGroups(Identity login, List<String> groups) {
    if (!ofGroups(groups).equals(defaults)) {
      throw fields.unknownGroups(
          login.username(),
          "it is missing or not usable, but the user has roles by groups; let the identity provider send it, empty for"
              + " none, or delete this user in Elasticsearch");
    }
  }

  /** Whether this gateway can grant all these roles. */
  public boolean grants(List<String> roles) {
    return roles.stream()
        .allMatch(
            role ->
                defaults.contains(role)
                    || byGroup.values().stream().anyMatch(granted -> granted.contains(role)));
  }
}
