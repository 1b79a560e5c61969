package org.elastauth.audit;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.core.io.SerializedString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.elastauth.http.Decision;
import org.elastauth.http.GatewayEvent;
import org.elastauth.identity.Identity;
import org.elastauth.identity.RoleMapping;
import org.elastauth.net.TrustedProxies;

/**
 * Writes events as JSON lines with the fields of the <a
 * href="https://www.elastic.co/guide/en/ecs/current/ecs-field-reference.html">Elastic Common
 * Schema</a>; what it has no field for is below {@code elastauth}. For one thread.
 */
final class AuditLines {
  /** Combinations of groups whose roles are remembered. */
  private static final int MAX_GROUPS = 1_000;

  private static final SerializableString TIMESTAMP = new SerializedString("@timestamp");
  static final String ID_FIELD = "event.id";
  private static final SerializableString ID = new SerializedString(ID_FIELD);
  private static final SerializableString REASON = new SerializedString("event.reason");
  private static final SerializableString REQUEST = new SerializedString("http.request.id");
  private static final SerializableString STATUS =
      new SerializedString("http.response.status_code");
  private static final SerializableString PATH = new SerializedString("url.path");
  private static final SerializableString USER = new SerializedString("user.name");
  private static final SerializableString ROLES = new SerializedString("user.roles");
  private static final SerializableString CLIENT = new SerializedString("client.ip");
  private static final SerializableString SOURCE = new SerializedString("source.ip");
  private static final SerializableString TIER = new SerializedString("elastauth.tier");

  /**
   * What all events of a kind have.
   *
   * @param fields JSON without braces
   */
  record Kind(SerializableString fields) {
    static Kind of(String action, String outcome, String category, String type) {
      return new Kind(
          new SerializedString(
              ",\"event.action\":\""
                  + action
                  + "\",\"event.kind\":\"event\",\"event.outcome\":\""
                  + outcome
                  + "\",\"event.category\":[\""
                  + category
                  + "\"],\"event.type\":[\""
                  + type
                  + "\"]"));
    }
  }

  private static final Kind GRANTED =
      Kind.of("access-granted", "success", "authentication", "allowed");
  private static final Kind REFUSED =
      Kind.of("access-refused", "failure", "authentication", "denied");
  private static final Kind LIMITED =
      Kind.of("access-limited", "failure", "authentication", "denied");
  private static final Kind UNAVAILABLE =
      Kind.of("access-unavailable", "failure", "authentication", "error");
  private static final Kind CHALLENGED =
      Kind.of("login-required", "unknown", "authentication", "start");

  private static final int TOO_MANY = 429;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream(1 << 16);
  private final JsonFactory json = new JsonFactory().setRootValueSeparator("\n");
  private final Map<List<String>, List<String>> rolesOfGroups = new HashMap<>();
  private final TrustedProxies proxies;
  private final RoleMapping roles;

  /** The end of each line, as JSON. */
  private final SerializableString origin;

  private final SerializableString providerAndOrigin;

  private long lastMillis;
  private String lastTimestamp = "";

  AuditLines(TrustedProxies proxies, RoleMapping roles, String provider, String node) {
    this.proxies = proxies;
    this.roles = roles;
    String text =
        ",\"service.name\":\"elastauth\",\"service.node.name\":"
            + quoted(node)
            + ",\"ecs.version\":\"8.11.0\"";
    this.origin = new SerializedString(text);
    this.providerAndOrigin =
        new SerializedString(",\"elastauth.provider\":" + quoted(provider) + text);
  }

  private static String quoted(String text) {
    return '"' + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
  }

  /** The lines of these events, each a {@link Decision} or a {@link AuditEvent}. */
  ByteBuffer of(List<?> events) throws IOException {
    out.reset();
    try (JsonGenerator generator = json.createGenerator(out)) {
      for (Object event : events) {
        generator.writeStartObject();
        if (event instanceof Decision decision) {
          write(generator, decision);
          generator.writeRaw(providerAndOrigin);
        } else {
          write(generator, (AuditEvent) event);
          generator.writeRaw(origin);
        }
        generator.writeEndObject();
      }
      generator.writeRaw('\n');
    }
    return ByteBuffer.wrap(out.toByteArray());
  }

  private void write(JsonGenerator line, Decision decision) throws IOException {
    Kind kind = kind(decision.status());
    text(line, TIMESTAMP, timestamp(decision.at()));
    // the operator's route may refuse a request whose access was granted
    text(line, ID, kind == GRANTED ? decision.id() : decision.id() + "-" + decision.status());
    line.writeRaw(kind.fields);
    if (kind != GRANTED) {
      text(line, REASON, decision.reason());
    }
    text(line, REQUEST, decision.id());
    line.writeFieldName(STATUS);
    line.writeNumber(decision.status());
    if (!decision.path().isEmpty()) {
      text(line, PATH, decision.path());
    }
    if (decision.user() != null) {
      text(line, USER, decision.user().getName());
    }
    if (kind == GRANTED) {
      if (decision.user() instanceof Identity identity) {
        texts(line, ROLES, roles(identity));
      }
      text(line, TIER, decision.tier());
    }
    addresses(line, decision.peer(), decision.forwardedFor());
  }

  private static Kind kind(int status) {
    if (status < 300) {
      return GRANTED;
    } else if (status < 400) {
      return CHALLENGED;
    } else if (status < 500) {
      return status == TOO_MANY ? LIMITED : REFUSED;
    }
    return UNAVAILABLE;
  }

  private List<String> roles(Identity identity) {
    if (identity.roles() != null) {
      return identity.roles();
    }
    List<String> known = rolesOfGroups.get(identity.groups());
    if (known == null) {
      known = roles.of(identity);
      if (rolesOfGroups.size() >= MAX_GROUPS) {
        rolesOfGroups.clear();
      }
      rolesOfGroups.put(identity.groups(), known);
    }
    return known;
  }

  private void write(JsonGenerator line, AuditEvent audited) throws IOException {
    GatewayEvent event = audited.event();
    text(line, TIMESTAMP, timestamp(audited.at()));
    text(line, ID, audited.id());
    line.writeRaw(audited.kind().fields);
    if (event.decision() != null) {
      text(line, REQUEST, event.decision());
    }
    if (!event.user().isEmpty()) {
      text(line, USER, event.user());
    }
    for (Map.Entry<String, Object> detail : event.details().entrySet()) {
      detail(line, "elastauth." + detail.getKey(), detail.getValue());
    }
    if (event.peer() != null) {
      addresses(line, event.peer(), event.forwardedFor());
    }
  }

  private static void detail(JsonGenerator line, String name, Object value) throws IOException {
    if (value instanceof Collection<?> several) {
      texts(line, new SerializedString(name), several);
    } else if (value instanceof Boolean flag) {
      line.writeBooleanField(name, flag);
    } else if (value instanceof Number number) {
      line.writeNumberField(name, number.longValue());
    } else {
      line.writeStringField(name, String.valueOf(value));
    }
  }

  private void addresses(JsonGenerator line, String peer, List<String> forwarded)
      throws IOException {
    String client = proxies.client(peer, forwarded);
    text(line, SOURCE, peer);
    if (!TrustedProxies.UNKNOWN.equals(client)) {
      text(line, CLIENT, client == null ? peer : client);
    }
  }

  private static void text(JsonGenerator line, SerializableString name, String value)
      throws IOException {
    line.writeFieldName(name);
    line.writeString(value);
  }

  private static void texts(JsonGenerator line, SerializableString name, Collection<?> values)
      throws IOException {
    line.writeFieldName(name);
    line.writeStartArray();
    for (Object value : values) {
      line.writeString(String.valueOf(value));
    }
    line.writeEndArray();
  }

  /** Many events have the same millisecond. */
  private String timestamp(long millis) {
    if (millis != lastMillis) {
      lastMillis = millis;
      lastTimestamp = Instant.ofEpochMilli(millis).toString();
    }
    return lastTimestamp;
  }
}
