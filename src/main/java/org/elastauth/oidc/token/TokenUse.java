package org.elastauth.oidc.token;

import java.util.Set;

/**
 * The purpose of a token. A token for another purpose is rejected, although its signature is valid
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
   * @param type from the header, without {@code application/}; null if absent, as in most tokens
   */
  boolean allows(String type) {
    return type == null || types.stream().anyMatch(type::equalsIgnoreCase);
  }
}
