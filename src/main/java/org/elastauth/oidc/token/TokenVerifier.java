package org.elastauth.oidc.token;

import com.nimbusds.jwt.SignedJWT;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.camel.ExchangeProperty;
import org.elastauth.http.HttpError;
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
  private final TokenClaimsVerifier claims;
  private final ClaimMapping mapping;

  TokenVerifier(
      OidcSettings settings, Provider provider, TokenClaimsVerifier claims, ClaimMapping mapping) {
    this.validation = settings.tokenValidation();
    this.provider = provider;
    this.claims = claims;
    this.mapping = mapping;
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
    SignedJWT jwt = TokenReader.read(token);
    // a new login takes less time than the next fetch of keys
    boolean waits = !token.replaceable();
    return AsyncAnswer.plain(
        provider
            .verify(jwt, waits)
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
    SignedJWT jwt = TokenReader.readIfSigned(token);
    if (jwt != null) {
      claims.verify(jwt, token.use());
    }
    return provider
        .userinfo(token.text(), token.hash())
        .thenApply(user -> token.verified(jwt, user));
  }
}
