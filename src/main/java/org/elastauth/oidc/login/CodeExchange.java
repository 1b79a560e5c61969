package org.elastauth.oidc.login;

import java.time.Clock;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.apache.camel.ExchangeProperty;
import org.elastauth.oidc.login.SessionEvents.Event;
import org.elastauth.oidc.provider.Provider;
import org.elastauth.oidc.provider.ProviderEndpoints;
import org.elastauth.redis.AsyncAnswer;
import org.elastauth.session.Session;
import org.elastauth.session.SessionSettings;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/** Exchanges the code of a login for tokens, and makes a session of them. */
@Lazy
@Component("codeExchange")
final class CodeExchange {
  private final Provider provider;
  private final TokenEndpoint tokenEndpoint;
  private final IdTokenVerifier idTokens;
  private final SessionEvents events;
  private final long maxAge;
  private final Clock clock;

  CodeExchange(
      Provider provider,
      TokenEndpoint tokenEndpoint,
      IdTokenVerifier idTokens,
      SessionSettings settings,
      SessionEvents events,
      Clock clock) {
    this.events = events;
    this.provider = provider;
    this.tokenEndpoint = tokenEndpoint;
    this.idTokens = idTokens;
    this.maxAge = settings.maxAge().toSeconds();
    this.clock = clock;
  }

  /**
   * Blocks until the token endpoint responds.
   *
   * @return fails with 401, 403 or 503 if the provider returns no valid tokens
   */
  CompletionStage<Session> session(@ExchangeProperty("login") AuthorizationResponse response) {
    ProviderEndpoints endpoints;
    try {
      // the token request blocks this worker anyway, and must block none of the provider's
      endpoints = provider.endpoints().toCompletableFuture().join();
    } catch (CompletionException failed) {
      return CompletableFuture.failedFuture(failed.getCause());
    }
    return AsyncAnswer.plain(session(response, endpoints));
  }

  private CompletionStage<Session> session(
      AuthorizationResponse response, ProviderEndpoints endpoints) {
    Login login = response.login();
    TokenResponse tokens = tokenEndpoint.request(endpoints, response.code(), login.verifier());
    return idTokens
        .verify(tokens, login)
        .thenApply(
            verified -> {
              events.count(Event.CREATED);
              return verified.newSession(clock.millis() / 1000, maxAge);
            });
  }
}
