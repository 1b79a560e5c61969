package org.elastauth.oidc.login;

/**
 * The provider's response to a login, as the browser brings it back (OpenID Connect Core, 3.1.2.5).
 *
 * @param login the login that it answers
 * @param code null if there is none
 * @param error null if there is none
 * @param issuer its {@code iss} (RFC 9207); null if it names none
 */
record AuthorizationResponse(Login login, String code, String error, String issuer) {
  /** Nothing: the code is a secret. */
  @Override
  public String toString() {
    return "AuthorizationResponse";
  }
}
