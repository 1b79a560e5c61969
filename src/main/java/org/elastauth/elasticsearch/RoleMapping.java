package org.elastauth.elasticsearch;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.camel.ExchangeProperty;
import org.elastauth.http.HttpError;
import org.elastauth.identity.Identity;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Maps groups to Elasticsearch roles: the union over all mapped groups, else the default roles. */
@Component("roleMapping")
public final class RoleMapping {
  private static final Logger LOG = LoggerFactory.getLogger(RoleMapping.class);

  private final Map<String, Set<String>> byGroup = new HashMap<>();
  private final List<String> defaults;

  public RoleMapping(RoleSettings settings) {
    settings
        .groupMappings()
        .forEach(
            (group, roles) ->
                byGroup.computeIfAbsent(fold(group), g -> new HashSet<>()).addAll(roles));
    this.defaults = settings.defaultRoles().stream().distinct().sorted().toList();
  }

  /**
   * @return sorted, at least one
   * @throws HttpError 403 if no group is mapped and there are no default roles
   */
  public List<String> roles(@ExchangeProperty("identity") Identity identity) {
    TreeSet<String> roles = new TreeSet<>();
    for (String group : identity.groups()) {
      roles.addAll(byGroup.getOrDefault(fold(group), Set.of()));
    }
    if (!roles.isEmpty()) {
      return List.copyOf(roles);
    }
    if (defaults.isEmpty()) {
      LOG.atInfo()
          .addKeyValue("user", identity.username())
          .log("Refused: neither group_mappings nor default_roles give the user a role");
      throw HttpError.forbidden("no group of this user gives a role").because("no_role");
    }
    return defaults;
  }

  /** Lower case, but a non-ASCII character never becomes ASCII: U+212A (Kelvin) is not k. */
  private static String fold(String group) {
    return group
        .codePoints()
        .map(c -> c >= 0x80 && Character.toLowerCase(c) < 0x80 ? c : Character.toLowerCase(c))
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }
}
