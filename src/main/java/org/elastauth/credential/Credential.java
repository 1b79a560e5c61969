package org.elastauth.credential;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * A user's Elasticsearch login for one window.
 *
 * @param generation counts the passwords within a window, starting at 1
 * @param asOf when the groups of the fingerprint were asserted, epoch seconds
 * @param fingerprint of the profile and groups that Elasticsearch stores for this user
 * @param created whether this login has created the user; never of a cached credential
 */
public record Credential(
    String username,
    String password,
    Window window,
    long generation,
    long asOf,
    Fingerprint fingerprint,
    boolean created) {
  public Credential(
      String username,
      String password,
      Window window,
      long generation,
      long asOf,
      Fingerprint fingerprint) {
    this(username, password, window, generation, asOf, fingerprint, false);
  }

  public Credential asCreated() {
    return new Credential(username, password, window, generation, asOf, fingerprint, true);
  }

  /** The value of the Authorization header (RFC 7617). */
  public String authorization() {
    byte[] pair = (username + ':' + password).getBytes(StandardCharsets.US_ASCII);
    return "Basic " + Base64.getEncoder().encodeToString(pair);
  }

  @Override
  public String toString() {
    return "Credential[" + username + ", " + window + ", generation " + generation + "]";
  }
}
