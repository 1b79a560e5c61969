package org.elastauth.oidc;

import java.util.Map;

/**
 * Verified claims about a user.
 *
 * @param claims by name; values are strings, numbers, lists and maps
 * @param asOf when they were asserted, in epoch seconds
 * @param until when they expire, in epoch seconds
 */
public record TokenClaims(Map<String, Object> claims, long asOf, long until) {
  /** Empty if the claim is missing or not a string. */
  public String text(String claim) {
    return claims.get(claim) instanceof String text ? text : "";
  }

  @Override
  public String toString() {
    return "TokenClaims";
  }
}
