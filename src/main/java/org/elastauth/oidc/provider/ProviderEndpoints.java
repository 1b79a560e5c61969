package org.elastauth.oidc.provider;

import com.nimbusds.openid.connect.sdk.op.OIDCProviderMetadata;
import java.net.URI;
import java.util.Objects;
import java.util.stream.Stream;
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

  static ProviderEndpoints discovered(OIDCProviderMetadata metadata) {
    return new ProviderEndpoints(
        metadata.getAuthorizationEndpointURI(),
        metadata.getTokenEndpointURI(),
        metadata.getUserInfoEndpointURI(),
        metadata.getJWKSetURI(),
        metadata.getEndSessionEndpointURI(),
        metadata.supportsAuthorizationResponseIssuerParam());
  }

  /** These endpoints; where one is null, the other's. */
  ProviderEndpoints or(ProviderEndpoints others) {
    return new ProviderEndpoints(
        first(authorization, others.authorization),
        first(token, others.token),
        first(userinfo, others.userinfo),
        first(jwks, others.jwks),
        first(endSession, others.endSession),
        others.namesIssuer);
  }

  Stream<URI> all() {
    return Stream.of(authorization, token, userinfo, jwks, endSession).filter(Objects::nonNull);
  }

  private static URI first(URI mine, URI theirs) {
    return mine == null ? theirs : mine;
  }

  private static URI uri(String text) {
    return text.isEmpty() ? null : URI.create(text);
  }
}
