package org.elastauth.identity;

import org.elastauth.config.Rules;
import org.elastauth.config.Rules.Matches;
import org.springframework.boot.context.properties.bind.DefaultValue;

/** Names of the request headers that carry the identity. */
public record AutheliaSettings(
    @DefaultValue("Remote-User") @Matches({HEADER, NO_HEADER}) String headerUsername,
    @DefaultValue("Remote-Groups") @Matches({HEADER, NO_HEADER}) String headerGroups,
    @DefaultValue("Remote-Email") @Matches({HEADER, NO_HEADER}) String headerEmail,
    @DefaultValue("Remote-Name") @Matches({HEADER, NO_HEADER}) String headerName) {
  private static final String HEADER = Rules.HEADER;
  private static final String NO_HEADER = "is not the name of an HTTP header";
}
