package org.elastauth.oidc.provider;

import com.nimbusds.jose.jwk.JWKSet;
import java.net.URI;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.elastauth.http.HttpError;
import org.elastauth.oidc.OidcSettings;
import org.elastauth.oidc.TokenClaims;
import org.elastauth.oidc.TokenHash;
import org.elastauth.oidc.provider.ProviderRequest.Kind;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * The OpenID Connect provider: its endpoints, its keys, and the claims of a token's user. Responses
 * come from memory, from Redis, or from the provider. Stages fail with an {@link HttpError}: 503 if
 * the provider is unreachable, 429 if too many requests wait for it.
 */
@Lazy
@Component("provider")
public final class Provider {
  /**
   * The keys that the provider signs with.
   *
   * @param asked when they were requested, in epoch milliseconds
   */
  public record Keys(JWKSet keys, long asked) {}

  private static final String DISCOVERY = "/.well-known/openid-configuration";

  private final ProviderResponseCache responses;
  private final OidcSettings oidc;
  private final ProviderEndpoints configured;
  private final ProviderRequest discovery;
  private final String keysName;
  private final String client;

  Provider(ProviderResponseCache responses, OidcSettings settings) {
    this.responses = responses;
    this.oidc = settings;
    this.configured = ProviderEndpoints.configured(oidc);
    // gateways for different providers may share a Redis
    TokenHash name = TokenHash.of(oidc.issuer() + '\n' + oidc.jwksUri());
    this.keysName = "jwks-" + name;
    this.client = oidc.issuer() + '\n' + oidc.clientId() + '\n';
    this.discovery =
        new ProviderRequest(
            Kind.DISCOVERY,
            "discovery-" + name,
            URI.create(oidc.issuer().replaceFirst("/$", "") + DISCOVERY),
            null,
            oidc.cache().discovery(),
            null);
  }

  /** The configured endpoints, and the discovered ones if more are needed. */
  public CompletableFuture<ProviderEndpoints> endpoints() {
    return isComplete(configured, oidc)
        ? CompletableFuture.completedFuture(configured)
        : responses.get(discovery, ProviderEndpoints.class);
  }

  private static boolean isComplete(ProviderEndpoints known, OidcSettings oidc) {
    return (known.jwks() != null || oidc.tokenValidation().equals("userinfo"))
        && (known.userinfo() != null || oidc.tokenValidation().equals("jwks"))
        && (known.authorization() != null && known.token() != null && known.jwks() != null
            || oidc.redirectUrl().isEmpty());
  }

  public CompletionStage<Keys> keys() {
    return newerKeys(null);
  }

  /**
   * @param rejected keys that lack the requested key; null: any keys
   */
  public CompletionStage<Keys> newerKeys(Keys rejected) {
    return endpoints()
        .thenCompose(
            endpoints ->
                responses.get(
                    new ProviderRequest(
                        Kind.KEYS, keysName, endpoints.jwks(), null, oidc.cache().jwks(), rejected),
                    Keys.class));
  }

  /** The claims of the token's user from the userinfo endpoint. */
  public CompletionStage<TokenClaims> userinfo(String token, TokenHash hash) {
    return endpoints().thenCompose(endpoints -> userinfo(endpoints, token, hash));
  }

  private CompletionStage<TokenClaims> userinfo(
      ProviderEndpoints endpoints, String token, TokenHash hash) {
    if (endpoints.userinfo() == null) {
      throw HttpError.unavailable("the identity provider has no userinfo endpoint");
    }
    return responses.get(
        new ProviderRequest(
            Kind.USERINFO,
            "userinfo-" + TokenHash.of(client + hash),
            endpoints.userinfo(),
            token,
            oidc.cache().userinfo(),
            null),
        TokenClaims.class);
  }
}
