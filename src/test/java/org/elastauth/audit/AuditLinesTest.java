package org.elastauth.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.elastauth.config.TestSettings;
import org.elastauth.http.Decision;
import org.elastauth.http.GatewayEvent;
import org.elastauth.identity.Identity;
import org.elastauth.identity.RoleMapping;
import org.elastauth.net.TrustedProxies;
import org.elastauth.startup.Settings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Events as an auditor reads them. */
class AuditLinesTest {
  private static final Identity JOHN =
      new Identity("john.doe", "john@example.com", "John Doe", List.of("admins"), 1);

  /** An event of each action, with what the gateway says about it. */
  static List<JsonNode> events() throws IOException {
    List<Object> events = new ArrayList<>();
    for (int status : new int[] {200, 302, 403, 429, 503}) {
      events.add(decision(JOHN, status, "a_reason", "10.0.0.1", "203.0.113.9"));
    }
    Map<String, Map<String, Object>> others =
        Map.ofEntries(
            Map.entry("gateway-started", Map.of("settings", List.of("a=b"))),
            Map.entry("gateway-stopped", Map.of()),
            Map.entry("configuration-read", Map.of("by", "admin.credential")),
            Map.entry("access-refused-summary", Map.of("count", 9, "reasons", List.of("a", "b"))),
            Map.entry("user-login", Map.of()),
            Map.entry("user-logout", Map.of()),
            Map.entry("provider-logout", Map.of("subject", "s")),
            Map.entry("user-created", Map.of("roles", List.of("viewer"))),
            Map.entry("user-adopted", Map.of("creator", "keyline")),
            Map.entry("user-revoked", Map.of("disabled", true, "released", false)),
            Map.entry("user-disabled", Map.of("by", "expiry")),
            Map.entry("user-enabled", Map.of("by", "expiry")),
            Map.entry("user-deleted", Map.of("by", "expiry")));
    others.forEach(
        (action, details) ->
            events.add(
                new AuditEvent(
                    "e-" + action,
                    1,
                    new GatewayEvent(action, "john.doe", details, "d", "::1", List.of()))));
    return read(events);
  }

  private static JsonNode event(String action) throws IOException {
    return events().stream()
        .filter(event -> event.path("event.action").asText().equals(action))
        .findFirst()
        .orElseThrow();
  }

  private static Decision decision(
      Identity user, int status, String reason, String peer, String forwarded) {
    return new Decision(
        "d0001",
        1_767_225_600_123L,
        user,
        "/elastauth",
        status,
        reason,
        "memory",
        peer,
        List.of(forwarded));
  }

  private static List<JsonNode> read(List<?> events) throws IOException {
    Settings settings =
        TestSettings.of(Map.of("group_mappings.admins", "superuser", "default_roles", "viewer"));
    AuditLines lines =
        new AuditLines(
            new TrustedProxies(List.of("10.0.0.0/8")),
            new RoleMapping(settings.roles(), TestSettings.fields(settings)),
            "authelia",
            "node-\"1\"");
    String text = StandardCharsets.UTF_8.decode(lines.of(events)).toString();
    assertThat(text).endsWith("\n").hasLineCount(events.size());
    List<JsonNode> read = new ArrayList<>();
    for (String line : text.split("\n")) {
      read.add(new ObjectMapper().readTree(line));
    }
    return read;
  }

  @Test
  void aGrantSaysWhoWhenFromWhereAndWithWhichRoles() throws IOException {
    JsonNode grant = event("access-granted");
    assertThat(grant.toString())
        .isEqualTo(
            "{\"@timestamp\":\"2026-01-01T00:00:00.123Z\",\"event.id\":\"d0001\","
                + "\"event.action\":\"access-granted\",\"event.kind\":\"event\",\"event.outcome\":\"success\","
                + "\"event.category\":[\"authentication\"],\"event.type\":[\"allowed\"],"
                + "\"http.request.id\":\"d0001\",\"http.response.status_code\":200,\"url.path\":\"/elastauth\","
                + "\"user.name\":\"john.doe\",\"user.roles\":[\"superuser\"],\"elastauth.tier\":\"memory\","
                + "\"source.ip\":\"10.0.0.1\",\"client.ip\":\"203.0.113.9\",\"elastauth.provider\":\"authelia\","
                + "\"service.name\":\"elastauth\",\"service.node.name\":\"node-\\\"1\\\"\",\"ecs.version\":\"8.11.0\"}");
  }

  @ParameterizedTest
  @CsvSource({
    "302, login-required, unknown",
    "401, access-refused, failure",
    "403, access-refused, failure",
    "429, access-limited, failure",
    "500, access-unavailable, failure",
    "503, access-unavailable, failure",
  })
  void aRefusalSaysWhy(int status, String action, String outcome) throws IOException {
    JsonNode refusal =
        read(List.of(decision(JOHN, status, "a_reason", "192.0.2.1", "203.0.113.9"))).get(0);
    assertThat(refusal.path("event.action").asText()).isEqualTo(action);
    assertThat(refusal.path("event.outcome").asText()).isEqualTo(outcome);
    assertThat(refusal.path("event.reason").asText()).isEqualTo("a_reason");
    assertThat(refusal.path("user.name").asText()).isEqualTo("john.doe");
    assertThat(refusal.has("user.roles")).isFalse();
    assertThat(refusal.path("event.id").asText())
        .as("a route may refuse after the grant")
        .isEqualTo("d0001-" + status);
  }

  /** Otherwise a client could write another address than its own. */
  @ParameterizedTest
  @CsvSource({
    "192.0.2.1, 203.0.113.9, 192.0.2.1",
    "10.0.0.1, '6.6.6.6, 203.0.113.9', 203.0.113.9",
    "10.0.0.1, 10.0.0.2, 10.0.0.1",
    "10.0.0.1, no address,",
  })
  void theClientIsNotWhatTheClientClaims(String peer, String forwarded, String client)
      throws IOException {
    JsonNode event = read(List.of(decision(null, 401, "no_identity", peer, forwarded))).get(0);
    assertThat(event.path("source.ip").asText()).isEqualTo(peer);
    assertThat(event.path("client.ip").asText(null)).isEqualTo(client);
    assertThat(event.has("user.name")).isFalse();
  }

  @Test
  void anotherEventNamesTheRequestThatCausedIt() throws IOException {
    JsonNode revoked = event("user-revoked");
    assertThat(revoked.path("event.id").asText()).isEqualTo("e-user-revoked");
    assertThat(revoked.path("event.category").toString()).isEqualTo("[\"iam\"]");
    assertThat(revoked.path("http.request.id").asText()).isEqualTo("d");
    assertThat(revoked.path("elastauth.disabled").asBoolean()).isTrue();
    assertThat(revoked.path("source.ip").asText()).isEqualTo("::1");
    assertThat(event("gateway-started").path("elastauth.settings").toString())
        .isEqualTo("[\"a=b\"]");
  }

  @Test
  void anEventOfTheGatewayHasNoAddress() throws IOException {
    GatewayEvent stopped = new GatewayEvent("gateway-stopped", "", Map.of());
    JsonNode event = read(List.of(new AuditEvent("e", 1, stopped))).get(0);
    assertThat(event.has("source.ip")).isFalse();
    assertThat(event.has("user.name")).isFalse();
    assertThat(event.path("event.category").toString()).isEqualTo("[\"process\"]");
  }

  @Test
  void aNameCannotForgeAnotherField() throws IOException {
    Identity forger = new Identity("a\",\"user.name\":\"b\n", "", "", List.of(), 1);
    JsonNode event = read(List.of(decision(forger, 403, "x", "192.0.2.1", ""))).get(0);
    assertThat(event.path("user.name").asText()).isEqualTo("a\",\"user.name\":\"b\n");
  }
}
