package org.elastauth.oidc;

import java.util.Map;

/**
 * What is said of a user, and believed.
 *
 * @param claims by name, as JSON has them: texts, numbers, lists and maps
 * @param asOf when it was said, in epoch seconds
 * @param until when it ends
 */
public record TokenClaims(Map<String, Object> claims, long asOf, long until) {
  /**
   * @return empty if it is not there, or no text
   */
  public String text(String claim) {
    return claims.get(claim) instanceof String text ? text : "";
  }

  @Override
  public String toString() {
    return "TokenClaims";
  }
}
