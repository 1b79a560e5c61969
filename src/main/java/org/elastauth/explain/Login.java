package org.elastauth.explain;

import java.util.List;

/**
 * The login to explain.
 *
 * @param username empty if a token names the user
 * @param groups null if the login says nothing of groups
 * @param token empty for none
 */
public record Login(String username, List<String> groups, String token) {
  /** Without the token, which is a secret. */
  @Override
  public String toString() {
    return "Login[" + username + "]";
  }
}
