package org.elastauth.session;

import org.elastauth.identity.Identity;

/**
 * A login at the provider. Times are epoch seconds.
 *
 * @param subject {@code sub} of the id token
 * @param sid of the id token: the provider's session; empty if the token has none
 * @param idToken empty if it is not kept
 * @param accessToken empty if it is not kept
 * @param refreshToken empty if the provider issued none
 * @param accessExpires when the session must be refreshed
 * @param expiresAt when the session ends; a refresh does not change it
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

  /** Without the tokens, which are secret. */
  @Override
  public String toString() {
    return "Session[" + identity.username() + "]";
  }
}
