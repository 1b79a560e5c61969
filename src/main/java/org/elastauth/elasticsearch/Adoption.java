package org.elastauth.elasticsearch;

import java.util.HashSet;
import java.util.Set;
import org.elastauth.config.Settings;

/**
 * {@code elasticsearch.adopt}: which of elastauth's users become the gateway's own. One with a role
 * that no login here could ever give was made, or raised, by somebody else.
 */
final class Adoption {
  private final boolean on;
  private final Set<String> given;

  Adoption(Settings settings) {
    this.on = settings.elasticsearch().adopt().equals("elastauth");
    this.given = new HashSet<>(settings.roles().defaultRoles());
    settings.roles().groupMappings().values().forEach(given::addAll);
  }

  boolean covers(StoredUser stored) {
    return on && !stored.reserved() && stored.fromElastauth() && given.containsAll(stored.roles());
  }
}
