package org.elastauth.elasticsearch;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;
import org.elastauth.credential.Credential;
import org.elastauth.credential.Fingerprint;
import org.elastauth.credential.Window;
import org.elastauth.crypto.SecretKeys;

/**
 * The metadata of the gateway's users, under {@code metadata.elastauth}. From it and the secret key
 * every gateway computes the user's password.
 *
 * @param key id of the secret key
 * @param boot when the writing gateway started, epoch milliseconds
 * @param asOf when the groups were asserted, epoch seconds
 * @param state {@code expired}: the gateway disabled the user; {@code overtaken}: it did so just
 *     after another gateway wrote the user; {@code revoked}: an administrator disabled the user;
 *     usually empty
 * @param subject of the identity that the name belongs to; empty if none has taken it yet
 */
public record OwnershipMetadata(
    String key,
    Window window,
    long generation,
    long boot,
    long asOf,
    String state,
    String subject) {
  static final String FIELD = "elastauth";
  static final String SUBJECT = "sub";
  public static final String EXPIRED = "expired";

  /** Disabled until an administrator of Elasticsearch enables the user again. */
  public static final String REVOKED = "revoked";

  private static final String OVERTAKEN = "overtaken";
  private static final int VERSION = 1;

  /** Null if the metadata is not from a gateway of this version. */
  static OwnershipMetadata read(JsonNode metadata) {
    JsonNode ours = metadata.path(FIELD);
    boolean readable =
        ours.path("v").asInt() == VERSION
            && ours.path("key").isTextual()
            && ours.path("issued").isIntegralNumber()
            && ours.path("until").isIntegralNumber()
            && ours.path("generation").isIntegralNumber();
    if (!readable) {
      return null;
    }
    Window window = new Window(ours.path("issued").asLong(), ours.path("until").asLong());
    long generation = ours.path("generation").asLong();
    String state = ours.path("state").asText("");
    JsonNode expired = ours.path(EXPIRED);
    boolean overtaken =
        state.equals(EXPIRED)
            && expired.isObject()
            && (expired.path("issued").asLong() != window.issued()
                || expired.path("generation").asLong() != generation);
    return new OwnershipMetadata(
        ours.path("key").asText(),
        window,
        generation,
        ours.path("boot").asLong(),
        ours.path("asof").asLong(),
        overtaken ? OVERTAKEN : state,
        ours.path(SUBJECT).asText(""));
  }

  /**
   * The fields that the expiry adds. Elasticsearch merges them into the stored metadata. The window
   * and generation in them show whether another gateway wrote the user in between.
   */
  public Map<String, Object> expired() {
    return Map.of(
        "state", EXPIRED, EXPIRED, Map.of("issued", window.issued(), "generation", generation));
  }

  public Map<String, Object> json() {
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
    if (!subject.isEmpty()) {
      json.put(SUBJECT, subject);
    }
    return json;
  }

  public Credential credential(
      String username, SecretKeys keys, long asOf, Fingerprint fingerprint) {
    String password = keys.password(key, username, window.issued(), generation);
    return new Credential(username, password, window, generation, asOf, fingerprint);
  }

  OwnershipMetadata ownedBy(String owner) {
    return new OwnershipMetadata(key, window, generation, boot, asOf, state, owner);
  }

  public boolean isExpired() {
    return state.equals(EXPIRED);
  }

  /** Whether the gateway disabled the user, so that a login enables it again. */
  public boolean isDisabledByUs() {
    return isExpired() || isOvertakenLogin();
  }

  /**
   * Whether the expiry disabled a user that had just logged in. The first password of a window is
   * that of a login, not of a revocation, which only an administrator lifts.
   */
  public boolean isOvertakenLogin() {
    return state.equals(OVERTAKEN) && generation == 1;
  }

  boolean samePassword(OwnershipMetadata other) {
    return key.equals(other.key) && window.equals(other.window) && generation == other.generation;
  }
}
