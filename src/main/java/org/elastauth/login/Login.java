package org.elastauth.login;

/**
 * A login that a browser was sent to the provider for.
 *
 * @param id random, so that each login can be completed only once
 * @param nonce what the ID token must repeat
 * @param verifier what proves to the provider that who completes the login began it (RFC 7636)
 * @param attempt what the name of this login's cookie ends with, so that several tabs may log in
 * @param browser value of that cookie, which tells this browser from others
 * @param target URL of where the browser wanted to go
 * @param until epoch seconds after which it is too late
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
