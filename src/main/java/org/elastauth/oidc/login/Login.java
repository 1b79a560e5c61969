package org.elastauth.oidc.login;

/**
 * A login in progress: the browser was redirected to the provider.
 *
 * @param id random, so that a login is completed only once
 * @param nonce the ID token must contain it
 * @param verifier the PKCE code verifier (RFC 7636); empty without PKCE
 * @param attempt suffix of the name of this login's cookie, so that several tabs can log in
 * @param browser value of that cookie, which binds the login to the browser
 * @param target URL of the page that the browser requested
 * @param until when the login expires, in epoch seconds
 */
record Login(
    String id,
    String nonce,
    String verifier,
    String attempt,
    String browser,
    String target,
    long until) {

  /** Without the verifier, which is a secret. */
  @Override
  public String toString() {
    return "Login";
  }
}
