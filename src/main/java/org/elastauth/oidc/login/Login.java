package org.elastauth.oidc.login;

/**
 * A login that a browser was redirected to the provider for.
 *
 * @param id random, so that each login can be completed only once
 * @param nonce what the ID token must repeat
 * @param verifier proves to the provider that the client that began the login completes it (RFC
 *     7636)
 * @param attempt the end of the name of this login's cookie, so that several tabs can log in
 * @param browser value of that cookie, which ties the login to the browser
 * @param target URL of the page that the browser wanted
 * @param until epoch seconds after which the login cannot be completed
 */
record Login(
    String id,
    String nonce,
    String verifier,
    String attempt,
    String browser,
    String target,
    long until) {

  /** Nothing: the verifier is a secret. */
  @Override
  public String toString() {
    return "Login";
  }
}
