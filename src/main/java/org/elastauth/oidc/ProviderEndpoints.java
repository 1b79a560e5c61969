package org.elastauth.oidc;

import com.nimbusds.openid.connect.sdk.op.OIDCProviderMetadata;
import java.net.URI;

/**
 * Where the provider is asked what; null where nobody said.
 *
 * @param namesIssuer whether its answers to a login name it (RFC 9207)
 */
public record ProviderEndpoints(
    URI authorization, URI token, URI userinfo, URI jwks, URI endSession, boolean namesIssuer) {

  /** What is configured, and needs no discovery. */
  static ProviderEndpoints configured(OidcSettings oidc) {
    return new ProviderEndpoints(
        uri(oidc.authorizationEndpoint()),
        uri(oidc.tokenEndpoint()),
        uri(oidc.userinfoEndpoint()),
        uri(oidc.jwksUri()),
        uri(oidc.endSessionEndpoint()),
        false);
  }

  static ProviderEndpoints discovered(OIDCProviderMetadata metadata) {
    return new ProviderEndpoints(
        metadata.getAuthorizationEndpointURI(),
        metadata.getTokenEndpointURI(),
        metadata.getUserInfoEndpointURI(),
        metadata.getJWKSetURI(),
        metadata.getEndSessionEndpointURI(),
        metadata.supportsAuthorizationResponseIssuerParam());
  }

  /** These, and what they lack from the others. */
  ProviderEndpoints or(ProviderEndpoints others) {
    return new ProviderEndpoints(
        first(authorization, others.authorization),
        first(token, others.token),
        first(userinfo, others.userinfo),
        first(jwks, others.jwks),
        first(endSession, others.endSession),
        others.namesIssuer);
  }

  private static URI first(URI mine, URI theirs) {
    return mine == null ? theirs : mine;
  }

  private static URI uri(String text) {
    return text.isEmpty() ? null : URI.create(text);
  }
}
