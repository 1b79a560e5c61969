package org.elastauth.elasticsearch;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.camel.ExchangeProperty;
import org.elastauth.http.HttpError;
import org.elastauth.identity.GroupWhitelist;
import org.elastauth.identity.Identity;
import org.elastauth.identity.OptionalFields;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Maps groups to Elasticsearch roles: the union over all mapped groups, else the default roles. */
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
   * @throws HttpError 403 if no group is mapped and there are no default roles
   */
  public List<String> roles(@ExchangeProperty("identity") Identity identity) {
    List<String> roles = ofGroups(identity.groups());
    if (!roles.isEmpty()) {
      return roles;
    }
    if (!identity.saysGroups()) {
      throw fields.unknownGroups(
          identity.username(), "it is missing or not usable, and there are no default_roles");
    }
    LOG.atDebug()
        .addKeyValue("user", identity.username())
        .addKeyValue("groups", identity.groups())
        .log("No group gives a role");
    throw HttpError.forbidden("no group of this user gives a role").because("no_role");
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
  void refuseRolesByGroups(Identity login, List<String> groups) {
    if (!ofGroups(groups).equals(defaults)) {
      throw fields.unknownGroups(
          login.username(),
          "it is missing or not usable, but the user has roles by groups; let the identity provider send it, empty for"
              + " none, or delete this user in Elasticsearch");
    }
  }

  /** Whether this gateway can grant all these roles. */
  boolean grants(List<String> roles) {
    return roles.stream()
        .allMatch(
            role ->
                defaults.contains(role)
                    || byGroup.values().stream().anyMatch(granted -> granted.contains(role)));
  }
}
