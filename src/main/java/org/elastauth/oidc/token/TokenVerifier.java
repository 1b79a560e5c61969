package org.elastauth.oidc.token;

import com.nimbusds.jwt.SignedJWT;
import java.time.Clock;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.camel.ExchangeProperty;
import org.elastauth.http.HttpError;
import org.elastauth.oidc.BearerChallenge;
import org.elastauth.oidc.OidcSettings;
import org.elastauth.oidc.provider.Provider;
import org.elastauth.redis.AsyncAnswer;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * Verifies a token by its signature and claims, by the provider's userinfo endpoint, or by both.
 * Stages fail with an {@link HttpError}: 401 if the token is invalid, 503 if the provider is
 * unreachable.
 */
@Lazy
@Component("tokenVerifier")
public final class TokenVerifier {
  private final String validation;
  private final Provider provider;
  private final TokenSignatureVerifier signatures;
  private final TokenClaimsVerifier claims;
  private final ClaimMapping mapping;
  private final Clock clock;

  TokenVerifier(
      OidcSettings settings,
      Provider provider,
      TokenSignatureVerifier signatures,
      TokenClaimsVerifier claims,
      ClaimMapping mapping,
      Clock clock) {
    this.validation = settings.tokenValidation();
    this.provider = provider;
    this.signatures = signatures;
    this.claims = claims;
    this.mapping = mapping;
    this.clock = clock;
  }

  /** Verifies the token of a request by {@code oidc.token_validation}. */
  public CompletionStage<Token> verify(@ExchangeProperty("token") Token token) {
    return AsyncAnswer.plain(
        validation.equals("userinfo")
            ? verifyByUserinfo(token)
            : verifySigned(token).thenCompose(signed -> addUserinfo(signed, token)));
  }

  /** Verifies signature and claims, whatever {@code oidc.token_validation} is. */
  public CompletionStage<Token> verifySigned(Token token) {
    SignedJWT jwt = signatures.read(token);
    long received = clock.millis();
    return AsyncAnswer.plain(
        provider
            .keys()
            .thenCompose(keys -> verify(token, jwt, keys, received, false))
            .thenApply(signed -> token.verified(signed, claims.verify(signed, token.use()))));
  }

  /**
   * Adds the claims of the userinfo endpoint, unless {@code oidc.token_validation} is jwks.
   *
   * @param access the token for the request to the userinfo endpoint
   */
  public CompletionStage<Token> addUserinfo(Token signed, Token access) {
    return validation.equals("jwks")
        ? CompletableFuture.completedFuture(signed)
        : provider
            .userinfo(access.text(), access.hash())
            .thenApply(user -> signed.verified(signed.jwt(), mapping.join(signed.claims(), user)));
  }

  /** The claims of a token that is a signed JWT must be valid, too. */
  private CompletionStage<Token> verifyByUserinfo(Token token) {
    SignedJWT jwt = signatures.readIfSigned(token);
    if (jwt != null) {
      claims.verify(jwt, token.use());
    }
    return provider
        .userinfo(token.text(), token.hash())
        .thenApply(user -> token.verified(jwt, user));
  }

  /**
   * Fetches the keys again until they include the token's key, or were requested after the token
   * was received. So a token with a new key of the provider is not rejected.
   */
  private CompletionStage<SignedJWT> verify(
      Token token, SignedJWT jwt, Provider.Keys keys, long received, boolean newer) {
    if (signatures.verifies(keys.keys(), jwt)) {
      return CompletableFuture.completedFuture(jwt);
    }
    // a new login takes less time than the next fetch of keys
    if (token.replaceable() || newer && keys.asked() >= received) {
      throw BearerChallenge.invalid(
          "the token is signed with a key that the provider does not publish");
    }
    return provider
        .newerKeys(keys)
        .thenCompose(fetched -> verify(token, jwt, fetched, received, true));
  }
}
