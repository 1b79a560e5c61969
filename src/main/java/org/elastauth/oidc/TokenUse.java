package org.elastauth.oidc;

import java.util.Set;

/**
 * What a token is for. One that is made for something else is no good, though its signature is (RFC
 * 8725, 3.11 and 3.12).
 */
public enum TokenUse {
  /** To ask in a user's name. */
  ACCESS("JWT", "at+jwt"),

  /** To say who logged in. */
  ID("JWT"),

  /** To say who logged out. */
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
