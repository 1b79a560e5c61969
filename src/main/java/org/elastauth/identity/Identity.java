package org.elastauth.identity;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.security.Principal;
import java.util.List;

/**
 * The user of a request, as asserted by a trusted source, within the limits of {@link
 * IdentityRules}.
 *
 * @param email empty if unknown
 * @param fullName empty if unknown
 * @param groups sorted, without duplicates; may be empty
 * @param asOf when the groups were asserted, in epoch seconds; 0 if the login says nothing of them
 * @param subject hash of the provider's issuer and subject, which are unique and never reassigned
 *     (OpenID Connect Core, 2); empty for a source without subjects
 * @param roles sorted; the roles that a route has decided in place of those of the groups; null if
 *     the groups decide
 */
// gateways of before reject a session with an unknown member
@JsonIgnoreProperties({"name", "subject", "roles"})
public record Identity(
    String username,
    String email,
    String fullName,
    List<String> groups,
    long asOf,
    String subject,
    List<String> roles)
    implements Principal {
  public Identity {
    subject = subject == null ? "" : subject;
  }

  public Identity(String username, String email, String fullName, List<String> groups, long asOf) {
    this(username, email, fullName, groups, asOf, "", null);
  }

  public Identity withSubject(String hash) {
    return new Identity(username, email, fullName, groups, asOf, hash, roles);
  }

  /**
   * @param decided sorted
   */
  public Identity withRoles(List<String> decided) {
    return new Identity(username, email, fullName, groups, asOf, subject, decided);
  }

  @Override
  public String getName() {
    return username;
  }

  /** Whether the groups are known; a login that says nothing of groups does not say "none". */
  public boolean saysGroups() {
    return asOf != 0 || !groups.isEmpty();
  }

  /** Short, because Camel writes a predicate that does not match to a text, and drops that. */
  @Override
  public String toString() {
    return "Identity[" + username + "]";
  }

  /** A newer view of the same user that says nothing of groups leaves the known ones valid. */
  public Identity withGroupsOf(Identity before) {
    return saysGroups()
        ? this
        : new Identity(username, email, fullName, before.groups, before.asOf, subject, roles);
  }
}
