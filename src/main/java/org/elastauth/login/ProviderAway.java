package org.elastauth.login;

/** The provider does not answer, or nothing that can be understood. Its message shows no secret. */
public final class ProviderAway extends Exception {
  ProviderAway(String reason) {
    super(reason, null, false, false);
  }
}
