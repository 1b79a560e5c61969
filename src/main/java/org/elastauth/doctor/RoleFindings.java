package org.elastauth.doctor;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.elastauth.elasticsearch.ElasticsearchInspection;
import org.elastauth.health.ServerFailure;
import org.elastauth.identity.RoleSettings;

/**
 * Whether the roles that logins receive exist, and whether they are meant for users.
 *
 * @param account of the gateway, as Elasticsearch knows it
 */
record RoleFindings(RoleSettings roles, JsonNode account) {
  private static final String MAPPINGS = "group_mappings";
  private static final String SUPERUSER = "superuser";

  /** Built-in roles of the Elastic Stack's own services. */
  private static final Set<String> OF_SERVICES =
      Set.of(
          "apm_system",
          "beats_system",
          "kibana_system",
          "logstash_system",
          "remote_monitoring_agent",
          "remote_monitoring_collector");

  void into(Findings findings, ElasticsearchInspection inspection) {
    Set<String> all = new TreeSet<>(roles.defaultRoles());
    roles.groupMappings().values().forEach(all::addAll);
    if (all.isEmpty()) {
      return; // a fault of the configuration
    }
    try {
      List<String> missing = inspection.missingRoles(all);
      if (missing.isEmpty()) {
        findings.ok(
            MAPPINGS, "the roles of group_mappings and default_roles exist (" + all.size() + ")");
      } else {
        findings.warning(
            MAPPINGS,
            "roles that Elasticsearch does not know: "
                + String.join(", ", missing)
                + "; it answers 403 to users with no other role",
            "create them, or correct the names; roles that are defined in roles.yml cannot be checked");
      }
    } catch (ServerFailure failure) {
      findings.note(MAPPINGS, "the roles could not be checked: " + failure.getMessage(), "");
    }
    rights(findings, all);
  }

  private void rights(Findings findings, Set<String> all) {
    Set<String> own = new TreeSet<>(ElasticsearchFindings.roles(account));
    own.retainAll(all);
    own.remove(SUPERUSER);
    if (!own.isEmpty()) {
      findings.warning(
          MAPPINGS,
          "users receive roles of the gateway's own account: " + String.join(", ", own),
          "these users can change every user and password; map other roles");
    }
    Set<String> services = new TreeSet<>(all);
    services.retainAll(OF_SERVICES);
    if (!services.isEmpty()) {
      findings.warning(
          MAPPINGS,
          "users receive roles that are meant for services: " + String.join(", ", services),
          "map roles for users, such as kibana_admin or viewer");
    }
    if (roles.defaultRoles().contains(SUPERUSER)) {
      findings.warning(
          "default_roles",
          "every user without a mapped group becomes a superuser",
          "map a group to superuser instead");
    }
    List<String> groups =
        roles.groupMappings().entrySet().stream()
            .filter(mapping -> mapping.getValue().contains(SUPERUSER))
            .map(mapping -> mapping.getKey())
            .sorted()
            .toList();
    if (!groups.isEmpty()) {
      findings.note(
          MAPPINGS, "groups whose users become superusers: " + String.join(", ", groups), "");
    }
  }
}
