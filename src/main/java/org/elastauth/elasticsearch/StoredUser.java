package org.elastauth.elasticsearch;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/**
 * A user as Elasticsearch holds it.
 *
 * @param exists false if there is no such user; the rest then says nothing
 * @param reserved built into Elasticsearch
 * @param fromElastauth whether it carries {@code metadata.groups}, as elastauth's users do, and no
 *     mark of whatever version
 * @param mark null if the gateway did not make this user
 * @param readAt when it was asked for, milliseconds of a clock that never goes back
 */
record StoredUser(
    boolean exists,
    boolean reserved,
    boolean enabled,
    List<String> roles,
    String fullName,
    String email,
    List<String> groups,
    boolean fromElastauth,
    Mark mark,
    long readAt) {

  static StoredUser read(JsonNode user, long readAt) {
    JsonNode metadata = user.path("metadata");
    return new StoredUser(
        true,
        metadata.path("_reserved").asBoolean(),
        user.path("enabled").asBoolean(true),
        texts(user.path("roles")),
        text(user.path("full_name")),
        text(user.path("email")),
        texts(metadata.path("groups")),
        metadata.path("groups").isArray() && !metadata.has(Mark.FIELD),
        Mark.read(metadata),
        readAt);
  }

  static StoredUser absent(long readAt) {
    return new StoredUser(false, false, false, List.of(), "", "", List.of(), false, null, readAt);
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
