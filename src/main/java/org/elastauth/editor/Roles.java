package org.elastauth.editor;

import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.elastauth.http.HttpError;
import org.elastauth.identity.GroupWhitelist;
import org.elastauth.identity.Identity;
import org.elastauth.identity.RoleMapping;
import org.elastauth.identity.RoleSettings;
import org.springframework.context.annotation.Description;
import org.springframework.stereotype.Component;

/**
 * Changes the Elasticsearch roles of a login. In an identity route they become part of the property
 * {@code identity}, so that a cached credential is used only while the route decides the same
 * roles. In {@code direct:credential-reconcile}, after the mapping, they are the property {@code
 * roles}; the route runs again when the cached credential expires.
 */
@Component("roles")
@Description(
    "The Elasticsearch roles of the user: those of group_mappings and default_roles, until a route changes them."
        + " Several names are separated by commas. Change roles in an identity route: then a change applies to the"
        + " next request. In credential-reconcile it applies when the cached credential expires.")
public final class Roles {
  private final RoleMapping mapping;

  public Roles(RoleMapping mapping) {
    this.mapping = mapping;
  }

  /**
   * @throws HttpError 500 for a name that is no role, or without an identity
   */
  @Description("Adds roles, such as add('viewer,monitor').")
  public void add(String roles, Exchange exchange) {
    TreeSet<String> changed = new TreeSet<>(of(exchange));
    names(roles).forEach(changed::add);
    set(exchange, List.copyOf(changed));
  }

  /**
   * Groups compare without case, roles do not. A rest that is no role is not added: the identity
   * provider decides the groups, and must not be able to stop logins.
   *
   * @throws HttpError 500 without an identity
   */
  @Description(
      "Adds the rest of each group that begins with this prefix: addByPrefix('es-') adds the role editor for the group"
          + " es-editor.")
  public void addByPrefix(String prefix, Exchange exchange) {
    TreeSet<String> changed = new TreeSet<>(of(exchange));
    String start = GroupWhitelist.fold(prefix);
    for (String group : ((Identity) exchange.getProperty("identity")).groups()) {
      if (GroupWhitelist.fold(group).startsWith(start)) {
        String role = group.substring(prefix.length());
        if (RoleSettings.isRole(role)) {
          changed.add(role);
        }
      }
    }
    set(exchange, List.copyOf(changed));
  }

  /**
   * @throws HttpError as {@link #add}
   */
  @Description("Removes roles. A user without any role receives 403.")
  public void remove(String roles, Exchange exchange) {
    TreeSet<String> changed = new TreeSet<>(of(exchange));
    names(roles).forEach(changed::remove);
    set(exchange, List.copyOf(changed));
  }

  /**
   * @throws HttpError as {@link #add}
   */
  @Description("Whether the user has all these roles.")
  public boolean has(String roles, Exchange exchange) {
    return of(exchange).containsAll(names(roles).toList());
  }

  private List<String> of(Exchange exchange) {
    if (isMapped(exchange) && exchange.getProperty("roles") instanceof List<?> mapped) {
      return mapped.stream().map(String.class::cast).toList();
    }
    if (exchange.getProperty("identity") instanceof Identity identity) {
      return mapping.of(identity);
    }
    throw HttpError.misrouted("a route uses the bean roles before the property identity is set");
  }

  /** The mapping replaces a property {@code roles} that an identity route has set. */
  private static boolean isMapped(Exchange exchange) {
    return exchange.getProperty("cacheKey") != null && exchange.getProperty("roles") != null;
  }

  private static void set(Exchange exchange, List<String> roles) {
    if (isMapped(exchange)) {
      exchange.setProperty("roles", roles);
    } else {
      Identity identity = (Identity) exchange.getProperty("identity");
      exchange.setProperty("identity", identity.withRoles(roles));
    }
  }

  private static Stream<String> names(String roles) {
    List<String> names =
        roles == null ? List.of() : Stream.of(roles.split(",")).map(String::strip).toList();
    if (names.isEmpty() || !names.stream().allMatch(RoleSettings::isRole)) {
      throw HttpError.misrouted(
          "a route calls the bean roles with a name that Elasticsearch does not accept for a role");
    }
    return names.stream();
  }
}
