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
 * @param decided whether a route has decided the roles, in place of the groups
 */
public record UserProfile(
    List<String> roles, String fullName, String email, List<String> groups, boolean decided) {
  /** The member of the ownership metadata for {@link #decided}. */
  static final String DECIDED = "decided";

  public UserProfile(List<String> roles, String fullName, String email, List<String> groups) {
    this(roles, fullName, email, groups, false);
  }

  static UserProfile of(Identity identity, List<String> roles) {
    return new UserProfile(
        roles, identity.fullName(), identity.email(), identity.groups(), identity.roles() != null);
  }

  /** This profile with new roles, and the name and email of a login if it has any. */
  UserProfile updated(Identity login, List<String> newRoles) {
    return new UserProfile(
        newRoles,
        login.fullName().isEmpty() ? fullName : login.fullName(),
        login.email().isEmpty() ? email : login.email(),
        groups,
        login.roles() != null);
  }

  UserProfile withRoles(List<String> newRoles, boolean nowDecided) {
    return new UserProfile(newRoles, fullName, email, groups, nowDecided);
  }

  public Fingerprint fingerprint(String subject) {
    return Fingerprint.of(fullName, email, groups, subject, decided ? roles : null);
  }

  /** The fingerprint of a login that says nothing of groups, and has this name and email. */
  Fingerprint fingerprintWithoutGroups(Identity login) {
    return Fingerprint.of(
        new Identity(
            login.username(), email, fullName, List.of(), 0, login.subject(), login.roles()));
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
    Map<String, Object> ours = new LinkedHashMap<>(ownership);
    if (decided) {
      ours.put(DECIDED, true);
    }
    document.put("metadata", Map.of("groups", groups, OwnershipMetadata.FIELD, ours));
    return document;
  }
}
