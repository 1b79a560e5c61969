package org.elastauth.session;

import org.elastauth.identity.Identity;

/**
 * What is kept of a user who logged in at the provider. Times are epoch seconds.
 *
 * @param subject {@code sub} of the id token
 * @param sid of the id token: the provider's own session; empty if it names none
 * @param idToken empty if it is not kept
 * @param accessToken empty if it is not kept
 * @param refreshToken empty if the provider gave none
 * @param accessExpires when the access token ends, and what it says is to be renewed
 * @param expiresAt when the session ends, whatever is renewed meanwhile
 */
public record Session(
    Identity identity,
    String subject,
    String sid,
    String idToken,
    String accessToken,
    String refreshToken,
    long accessExpires,
    long createdAt,
    long expiresAt) {
  public Session {
    sid = sid == null ? "" : sid;
    idToken = idToken == null ? "" : idToken;
    accessToken = accessToken == null ? "" : accessToken;
    refreshToken = refreshToken == null ? "" : refreshToken;
  }

  /** Without the tokens. */
  @Override
  public String toString() {
    return "Session[" + identity.username() + "]";
  }
}
