package org.elastauth.elasticsearch;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/**
 * A user as stored in Elasticsearch.
 *
 * @param exists false if there is no such user; the other components are then empty
 * @param reserved built into Elasticsearch
 * @param fromElastauth whether it has {@code metadata.groups}, as users of elastauth v2 do, and no
 *     ownership metadata of any version
 * @param ownership null if no gateway created this user
 * @param readAt when the request was sent, milliseconds of a monotonic clock
 */
public record StoredUser(
    boolean exists,
    boolean reserved,
    boolean enabled,
    UserProfile profile,
    boolean fromElastauth,
    OwnershipMetadata ownership,
    long readAt) {

  public static StoredUser read(JsonNode user, long readAt) {
    JsonNode metadata = user.path("metadata");
    JsonNode groups = metadata.path("groups");
    return new StoredUser(
        true,
        metadata.path("_reserved").asBoolean(),
        user.path("enabled").asBoolean(true),
        new UserProfile(
            texts(user.path("roles")),
            text(user.path("full_name")),
            text(user.path("email")),
            texts(groups),
            metadata.path(OwnershipMetadata.FIELD).path(UserProfile.DECIDED).asBoolean()),
        groups.isArray() && !metadata.has(OwnershipMetadata.FIELD),
        OwnershipMetadata.read(metadata),
        readAt);
  }

  public static StoredUser absent(long readAt) {
    UserProfile none = new UserProfile(List.of(), "", "", List.of());
    return new StoredUser(false, false, false, none, false, null, readAt);
  }

  /** Whether a gateway created this user. */
  public boolean isOurs() {
    return exists && !reserved && ownership != null;
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
