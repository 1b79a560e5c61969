package org.elastauth.oidc.provider;

import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jwt.SignedJWT;
import java.net.URI;
import java.time.Clock;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.elastauth.http.HttpError;
import org.elastauth.oidc.BearerChallenge;
import org.elastauth.oidc.OidcSettings;
import org.elastauth.oidc.TokenClaims;
import org.elastauth.oidc.TokenHash;
import org.elastauth.oidc.provider.ProviderRequest.Kind;
import org.elastauth.redis.AsyncAnswer;
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

  private static final int UNAUTHORIZED = 401;

  private final ProviderResponseCache responses;
  private final ProviderResponseParser parser;
  private final Clock clock;
  private final OidcSettings oidc;
  private final ProviderEndpoints configured;
  private final ProviderRequest discovery;
  private final String keysName;
  private final String client;

  Provider(
      ProviderResponseCache responses,
      ProviderResponseParser parser,
      OidcSettings settings,
      Clock clock) {
    this.responses = responses;
    this.parser = parser;
    this.clock = clock;
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
            discoveryUrl(oidc),
            null,
            oidc.cache().discovery(),
            null);
  }

  static URI discoveryUrl(OidcSettings oidc) {
    return URI.create(oidc.issuer().replaceFirst("/$", "") + DISCOVERY);
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

  /**
   * Verifies a signature with the provider's keys. Fetches them again until they include the
   * token's key, or were requested after the token was received. So a token with a new key of the
   * provider is not rejected.
   *
   * @param waits whether it waits for newer keys
   * @return fails with 401 if none of the keys verifies the signature
   */
  public CompletionStage<SignedJWT> verify(SignedJWT jwt, boolean waits) {
    long received = clock.millis();
    return keys(null).thenCompose(keys -> verify(jwt, keys, waits, received));
  }

  private CompletionStage<SignedJWT> verify(
      SignedJWT jwt, Keys keys, boolean waits, long received) {
    switch (SigningKeys.verify(keys.keys(), jwt)) {
      case VALID:
        return CompletableFuture.completedFuture(jwt);
      case INVALID:
        throw BearerChallenge.invalid("the token's signature is invalid");
      default:
        if (!waits) {
          throw BearerChallenge.invalid(
              "the token is signed with a key that the provider does not publish");
        }
        return keys(keys)
            .thenCompose(newer -> verify(jwt, newer, newer.asked() < received, received));
    }
  }

  /**
   * @param rejected keys that lack the requested key; null: any keys
   */
  private CompletionStage<Keys> keys(Keys rejected) {
    return (configured.jwks() == null
            ? responses.get(discovery, ProviderEndpoints.class)
            : CompletableFuture.completedFuture(configured))
        .thenCompose(endpoints -> keys(endpoints.jwks(), rejected));
  }

  private CompletionStage<Keys> keys(URI url, Keys rejected) {
    if (url == null) {
      throw HttpError.unavailable("the identity provider has no jwks_uri");
    }
    return responses.get(
        new ProviderRequest(Kind.KEYS, keysName, url, null, oidc.cache().jwks(), rejected),
        Keys.class);
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
    ProviderRequest request =
        new ProviderRequest(
            Kind.USERINFO,
            "userinfo-" + TokenHash.of(client + hash),
            endpoints.userinfo(),
            token,
            oidc.cache().userinfo(),
            null);
    return responses.get(request, Userinfo.class).thenCompose(user -> verified(user, request));
  }

  private CompletionStage<TokenClaims> verified(Userinfo user, ProviderRequest request) {
    return user.jwt() == null
        ? CompletableFuture.completedFuture(user.claims())
        : verify(user.jwt(), true)
            .handle(
                (verified, failure) -> {
                  if (failure == null) {
                    return user.claims();
                  }
                  if (AsyncAnswer.cause(failure) instanceof HttpError refusal
                      && refusal.status() == UNAUTHORIZED) {
                    throw parser.unusable(request, "its signature is not valid");
                  }
                  throw new CompletionException(AsyncAnswer.cause(failure));
                });
  }
}
