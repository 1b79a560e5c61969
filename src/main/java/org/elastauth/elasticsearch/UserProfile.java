package org.elastauth.elasticsearch;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.elastauth.credential.Fingerprint;
import org.elastauth.identity.Identity;

/**
 * Roles, names and groups of a user, asserted by a login or stored in Elasticsearch.
 *
 * @param roles sorted
 * @param groups sorted
 */
public record UserProfile(List<String> roles, String fullName, String email, List<String> groups) {

  static UserProfile of(Identity identity, List<String> roles) {
    return new UserProfile(roles, identity.fullName(), identity.email(), identity.groups());
  }

  /** This profile with new roles, and the name and email of a login if it has any. */
  UserProfile updated(Identity login, List<String> newRoles) {
    return new UserProfile(
        newRoles,
        login.fullName().isEmpty() ? fullName : login.fullName(),
        login.email().isEmpty() ? email : login.email(),
        groups);
  }

  public Fingerprint fingerprint(String subject) {
    return Fingerprint.of(fullName, email, groups, subject);
  }

  /** The body of a PUT that leaves the password and the groups unchanged. */
  public Map<String, Object> document(boolean enabled, Map<String, Object> ownership) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("roles", roles);
    document.put("full_name", fullName.isEmpty() ? null : fullName);
    document.put("email", email.isEmpty() ? null : email);
    document.put("enabled", enabled);
    document.put("metadata", Map.of(OwnershipMetadata.FIELD, ownership));
    return document;
  }

  public Map<String, Object> documentWithGroups(boolean enabled, Map<String, Object> ownership) {
    Map<String, Object> document = document(enabled, ownership);
    document.put("metadata", Map.of("groups", groups, OwnershipMetadata.FIELD, ownership));
    return document;
  }
}
