package org.elastauth.oidc.provider;

/**
 * A response of the provider that cannot be used. The message is safe to log: it quotes nothing.
 */
public final class UnusableResponseException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  public UnusableResponseException(String reason) {
    super(reason);
  }
}
