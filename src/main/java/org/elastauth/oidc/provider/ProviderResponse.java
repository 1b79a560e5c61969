package org.elastauth.oidc.provider;

/**
 * A response of the provider.
 *
 * @param content {@link ProviderEndpoints}, {@link Provider.Keys} or {@link Userinfo}
 * @param text as received
 * @param at when it was requested, in epoch seconds
 */
record ProviderResponse(Object content, String text, long at) {
  @Override
  public String toString() {
    return "ProviderResponse[" + at + "]";
  }
}
