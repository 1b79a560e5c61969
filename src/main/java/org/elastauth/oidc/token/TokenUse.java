package org.elastauth.oidc.token;

import java.util.Set;

/**
 * What a token is made for. A token for something else is rejected, though its signature is valid
 * (RFC 8725, 3.11 and 3.12).
 */
public enum TokenUse {
  /** An access token. */
  ACCESS("JWT", "at+jwt"),

  ID("JWT"),

  /** A logout token of Back-Channel Logout. */
  LOGOUT("JWT", "logout+jwt");

  private final Set<String> types;

  TokenUse(String... types) {
    this.types = Set.of(types);
  }

  /**
   * @param type from the header, without {@code application/}; null where there is none, as in most
   *     tokens
   */
  boolean allows(String type) {
    return type == null || types.stream().anyMatch(type::equalsIgnoreCase);
  }
}
