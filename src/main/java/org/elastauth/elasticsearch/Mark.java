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
 * @param state {@code expired} if the gateway itself disabled the user, {@code revoked} if it did
 *     so because an administrator asked, else empty
 */
record Mark(String key, Window window, long generation, long boot, long asOf, String state) {
  static final String FIELD = "elastauth";
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
    return new Mark(
        mark.path("key").asText(),
        new Window(mark.path("issued").asLong(), mark.path("until").asLong()),
        mark.path("generation").asLong(),
        mark.path("boot").asLong(),
        mark.path("asof").asLong(),
        mark.path("state").asText(""));
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

  /** Whether both stand for the same password. */
  boolean samePassword(Mark other) {
    return key.equals(other.key) && window.equals(other.window) && generation == other.generation;
  }
}
