package org.elastauth.oidc.login;

/**
 * The provider's response to a login (OpenID Connect Core, 3.1.2.5). Absent parameters are null.
 *
 * @param login null if the state is invalid
 * @param issuer the parameter {@code iss} (RFC 9207)
 */
record AuthorizationResponse(Login login, String code, String error, String issuer) {
  /** Without the code, which is a secret. */
  @Override
  public String toString() {
    return "AuthorizationResponse";
  }
}
