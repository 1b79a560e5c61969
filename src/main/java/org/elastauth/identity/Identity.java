package org.elastauth.identity;

import java.util.List;

/**
 * The user of a request, as asserted by a trusted source, within the limits of {@link
 * IdentityRules}.
 *
 * @param email empty if unknown
 * @param fullName empty if unknown
 * @param groups sorted, without duplicates; may be empty
 * @param asOf when this was asserted, in epoch seconds
 */
public record Identity(
    String username, String email, String fullName, List<String> groups, long asOf) {}
