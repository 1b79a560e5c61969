package org.elastauth.oidc.provider;

import java.net.URI;
import org.elastauth.oidc.OidcSettings;

/**
 * The provider's endpoints; null if neither configured nor discovered.
 *
 * @param namesIssuer whether authorization responses carry {@code iss} (RFC 9207)
 */
public record ProviderEndpoints(
    URI authorization, URI token, URI userinfo, URI jwks, URI endSession, boolean namesIssuer) {

  static ProviderEndpoints configured(OidcSettings oidc) {
    return new ProviderEndpoints(
        uri(oidc.authorizationEndpoint()),
        uri(oidc.tokenEndpoint()),
        uri(oidc.userinfoEndpoint()),
        uri(oidc.jwksUri()),
        uri(oidc.endSessionEndpoint()),
        false);
  }

  private static URI uri(String text) {
    return text.isEmpty() ? null : URI.create(text);
  }
}
