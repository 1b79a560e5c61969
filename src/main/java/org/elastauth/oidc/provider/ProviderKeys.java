package org.elastauth.oidc.provider;

import com.nimbusds.jose.jwk.JWKSet;

/**
 * The keys that the provider signs with.
 *
 * @param asked when they were requested, in epoch milliseconds
 */
public record ProviderKeys(JWKSet keys, long asked) {
  @Override
  public String toString() {
    return "ProviderKeys[" + keys.size() + "]";
  }
}
