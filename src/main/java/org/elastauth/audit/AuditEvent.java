package org.elastauth.audit;

import java.util.Map;
import org.elastauth.audit.AuditLines.Kind;
import org.elastauth.http.GatewayEvent;

/**
 * An event that is no decision.
 *
 * @param id of this event
 * @param at epoch milliseconds
 */
record AuditEvent(String id, long at, GatewayEvent event) {
  private static final String SUCCESS = "success";

  private static final Map<String, Kind> KINDS =
      Map.ofEntries(
          Map.entry(
              AnonymousRefusals.SUMMARY,
              Kind.of(AnonymousRefusals.SUMMARY, "failure", "authentication", "denied")),
          kind("configuration-read", "configuration", "access"),
          kind("gateway-started", "process", "start"),
          kind("gateway-stopped", "process", "end"),
          kind("user-login", "authentication", "start"),
          kind("user-logout", "authentication", "end"),
          kind("provider-logout", "authentication", "end"),
          kind("user-created", "iam", "creation"),
          kind("user-adopted", "iam", "change"),
          kind("user-revoked", "iam", "change"),
          kind("user-disabled", "iam", "change"),
          kind("user-enabled", "iam", "change"),
          kind("user-deleted", "iam", "deletion"));

  private static Map.Entry<String, Kind> kind(String action, String category, String type) {
    return Map.entry(action, Kind.of(action, SUCCESS, category, type));
  }

  /** Its fields of the schema. */
  Kind kind() {
    Kind known = KINDS.get(event.action());
    return known == null ? Kind.of(event.action(), SUCCESS, "configuration", "info") : known;
  }
}
