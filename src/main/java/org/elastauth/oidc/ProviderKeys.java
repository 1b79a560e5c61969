package org.elastauth.oidc;

import com.nimbusds.jose.jwk.JWKSet;

/**
 * What the provider signs with.
 *
 * @param asked when it was asked for them, in epoch milliseconds
 */
public record ProviderKeys(JWKSet keys, long asked) {
  @Override
  public String toString() {
    return "ProviderKeys[" + keys.size() + "]";
  }
}
