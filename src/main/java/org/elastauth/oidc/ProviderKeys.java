package org.elastauth.oidc;

import com.nimbusds.jose.jwk.JWKSet;

/** What the provider signs with. */
public record ProviderKeys(JWKSet keys) {
  @Override
  public String toString() {
    return "ProviderKeys[" + keys.size() + "]";
  }
}
