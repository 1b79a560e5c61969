package org.elastauth.elasticsearch;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;
import org.elastauth.credential.Window;

/**
 * What the gateway writes under {@code metadata.elastauth} into every user of its own. From it and
 * the secret key every gateway computes the user's password.
 *
 * @param key id of the secret key
 * @param boot when the process started that wrote this, epoch milliseconds
 * @param asOf when the groups were asserted, epoch seconds
 * @param state {@code expired} if the gateway itself disabled the user, {@code overtaken} if
 *     somebody else wrote the user just before it did, {@code revoked} if it did so because an
 *     administrator asked; else as stored, mostly empty
 */
record Mark(String key, Window window, long generation, long boot, long asOf, String state) {
  static final String FIELD = "elastauth";
  static final String EXPIRED = "expired";

  /** Disabled until an administrator of Elasticsearch enables the user again. */
  static final String REVOKED = "revoked";

  private static final String OVERTAKEN = "overtaken";
  private static final int VERSION = 1;

  /** The mark in a user's metadata, or null if there is none that we wrote. */
  static Mark read(JsonNode metadata) {
    JsonNode mark = metadata.path(FIELD);
    boolean ours =
        mark.path("v").asInt() == VERSION
            && mark.path("key").isTextual()
            && mark.path("issued").isIntegralNumber()
            && mark.path("until").isIntegralNumber()
            && mark.path("generation").isIntegralNumber();
    if (!ours) {
      return null;
    }
    Window window = new Window(mark.path("issued").asLong(), mark.path("until").asLong());
    long generation = mark.path("generation").asLong();
    String state = mark.path("state").asText("");
    JsonNode expired = mark.path(EXPIRED);
    boolean overtaken =
        state.equals(EXPIRED)
            && expired.isObject()
            && (expired.path("issued").asLong() != window.issued()
                || expired.path("generation").asLong() != generation);
    return new Mark(
        mark.path("key").asText(),
        window,
        generation,
        mark.path("boot").asLong(),
        mark.path("asof").asLong(),
        overtaken ? OVERTAKEN : state);
  }

  /**
   * What the expiry adds to this mark. Elasticsearch merges it into whatever mark is there by then;
   * that it names this one's password shows whether it was still there.
   */
  Map<String, Object> expired() {
    return Map.of(
        "state", EXPIRED, EXPIRED, Map.of("issued", window.issued(), "generation", generation));
  }

  Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("v", VERSION);
    json.put("key", key);
    json.put("issued", window.issued());
    json.put("until", window.until());
    json.put("generation", generation);
    json.put("boot", boot);
    json.put("asof", asOf);
    if (!state.isEmpty()) {
      json.put("state", state);
    }
    return json;
  }

  boolean isExpired() {
    return state.equals(EXPIRED);
  }

  /** Whether it was the gateway that disabled the user, so that a login enables it again. */
  boolean isDisabledByUs() {
    return isExpired() || isOvertakenLogin();
  }

  /**
   * Whether a login was disabled by mistake. It was one and no revocation, which somebody else must
   * lift, if this is the first password of its window.
   */
  boolean isOvertakenLogin() {
    return state.equals(OVERTAKEN) && generation == 1;
  }

  /** Whether both stand for the same password. */
  boolean samePassword(Mark other) {
    return key.equals(other.key) && window.equals(other.window) && generation == other.generation;
  }
}
