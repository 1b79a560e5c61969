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
 * @param asOf when this was asserted, in epoch seconds
 * @param subject hash of the provider's issuer and subject, which are unique and never reassigned
 *     (OpenID Connect Core, 2); empty for a source without subjects
 */
@JsonIgnoreProperties({
  "name", "subject"
}) // gateways of before reject a session with an unknown member
public record Identity(
    String username, String email, String fullName, List<String> groups, long asOf, String subject)
    implements Principal {
  public Identity {
    subject = subject == null ? "" : subject;
  }

  public Identity(String username, String email, String fullName, List<String> groups, long asOf) {
    this(username, email, fullName, groups, asOf, "");
  }

  public Identity withSubject(String hash) {
    return new Identity(username, email, fullName, groups, asOf, hash);
  }

  @Override
  public String getName() {
    return username;
  }
}
