package org.elastauth.elasticsearch;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/**
 * A user as stored in Elasticsearch.
 *
 * @param exists false if there is no such user; the other components are then empty
 * @param reserved built into Elasticsearch
 * @param creator the other program that created this user, as {@code elasticsearch.adopt} names it;
 *     empty for none
 * @param ownership null if no gateway created this user
 * @param readAt when the request was sent, milliseconds of a monotonic clock
 */
public record StoredUser(
    boolean exists,
    boolean reserved,
    boolean enabled,
    UserProfile profile,
    String creator,
    OwnershipMetadata ownership,
    long readAt) {
  private static final String ELASTAUTH = "elastauth";
  static final String KEYLINE = "keyline";

  public static StoredUser read(JsonNode user, long readAt) {
    JsonNode metadata = user.path("metadata");
    return new StoredUser(
        true,
        metadata.path("_reserved").asBoolean(),
        user.path("enabled").asBoolean(true),
        new UserProfile(
            texts(user.path("roles")),
            text(user.path("full_name")),
            text(user.path("email")),
            texts(metadata.path("groups")),
            metadata.path(OwnershipMetadata.FIELD).path(UserProfile.DECIDED).asBoolean()),
        creator(user, metadata),
        OwnershipMetadata.read(metadata),
        readAt);
  }

  public static StoredUser absent(long readAt) {
    UserProfile none = new UserProfile(List.of(), "", "", List.of());
    return new StoredUser(false, false, false, none, "", null, readAt);
  }

  /** Whether a gateway created this user. */
  public boolean isOurs() {
    return exists && !reserved && ownership != null;
  }

  /**
   * elastauth 1 and 2 write {@code metadata.groups}, elastauth 2 as a proxy also null. Keyline
   * 0.1.0 writes {@code managed_by}. Later Keylines write no metadata, but the email of a user of
   * OpenID Connect is also its name.
   */
  private static String creator(JsonNode user, JsonNode metadata) {
    if (metadata.has(OwnershipMetadata.FIELD)) {
      return "";
    }
    String email = text(user.path("email"));
    if (text(metadata.path("managed_by")).equals(KEYLINE)
        || metadata.isEmpty() && !email.isEmpty() && email.equals(text(user.path("username")))) {
      return KEYLINE;
    }
    JsonNode groups = metadata.path("groups");
    return groups.isArray() || groups.isNull() ? ELASTAUTH : "";
  }

  private static String text(JsonNode node) {
    return node.isTextual() ? node.asText() : "";
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(item -> texts.add(item.asText()));
    texts.sort(null);
    return List.copyOf(texts);
  }
}
