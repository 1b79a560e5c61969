package org.elastauth.login;

/**
 * The provider refuses a code or a refresh token, or what it says is not valid. Its message shows
 * no secret.
 */
public final class ProviderRefusal extends Exception {
  ProviderRefusal(String reason) {
    super(reason, null, false, false);
  }
}
