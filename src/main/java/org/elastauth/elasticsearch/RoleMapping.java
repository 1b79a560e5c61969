package org.elastauth.elasticsearch;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
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
  private final Set<String> used = ConcurrentHashMap.newKeySet();

  /** The users of roles that were used for the first time, until {@link #takeFirstUses}. */
  private final Map<String, String> firstUses = new ConcurrentHashMap<>();

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
    if (roles.isEmpty()) {
      roles.addAll(defaults);
    }
    if (roles.isEmpty()) {
      LOG.atInfo()
          .addKeyValue("user", identity.username())
          .log("Refused: neither group_mappings nor default_roles give the user a role");
      throw HttpError.forbidden("no group of this user gives a role").because("no_role");
    }
    for (String role : roles) {
      if (used.add(role)) {
        firstUses.put(role, identity.username());
      }
    }
    return List.copyOf(roles);
  }

  /** Every role that this gateway can grant. */
  public Set<String> all() {
    Set<String> all = new HashSet<>(defaults);
    byGroup.values().forEach(all::addAll);
    return all;
  }

  /** The roles that logins received for the first time since the last call, each with its user. */
  Map<String, String> takeFirstUses() {
    Map<String, String> taken = Map.copyOf(firstUses);
    firstUses.keySet().removeAll(taken.keySet());
    return taken;
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
