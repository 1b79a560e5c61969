package org.elastauth.oidc;

/**
 * What the provider said.
 *
 * @param content {@link ProviderEndpoints}, {@link ProviderKeys} or {@link TokenClaims}
 * @param text as it came
 * @param at when, in epoch seconds
 */
public record ProviderAnswer(Object content, String text, long at) {
  @Override
  public String toString() {
    return "ProviderAnswer[" + at + "]";
  }
}
