package org.elastauth.identity;

import org.elastauth.config.Alias;
import org.elastauth.config.Rules;
import org.elastauth.config.Rules.Matches;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Names of the request headers that carry the identity.
 *
 * @param groupSeparator the character between two groups of the header
 */
public record AutheliaSettings(
    @DefaultValue("Remote-User")
        @Alias({"AUTHELIA_HEADER_USERNAME", "headers.username", "authelia.user_header"})
        @Matches({HEADER, NO_HEADER})
        String headerUsername,
    @DefaultValue("Remote-Groups")
        @Alias({"AUTHELIA_HEADER_GROUPS", "headers.groups", "authelia.groups_header"})
        @Matches({HEADER, NO_HEADER})
        String headerGroups,
    @DefaultValue("Remote-Email")
        @Alias({"AUTHELIA_HEADER_EMAIL", "headers.email", "authelia.email_header"})
        @Matches({HEADER, NO_HEADER})
        String headerEmail,
    @DefaultValue("Remote-Name")
        @Alias({"AUTHELIA_HEADER_NAME", "headers.name", "authelia.name_header"})
        @Matches({HEADER, NO_HEADER})
        String headerName,
    @DefaultValue(",") @Matches({SEPARATOR, NO_SEPARATOR}) String groupSeparator) {
  /** Matches the setting of the character between two groups of one text. */
  public static final String SEPARATOR = "[!-~&&[^A-Za-z0-9]]|space";

  public static final String NO_SEPARATOR = "is neither one punctuation mark nor the word space";

  private static final String HEADER = Rules.HEADER;
  private static final String NO_HEADER = "is not the name of an HTTP header";

  /** A regular expression for a separator: two characters, for which split() needs no pattern. */
  public static String pattern(String separator) {
    return '\\' + separator.replace("space", " ");
  }
}
