package org.elastauth.oidc.login;

import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.elastauth.http.GatewayEvent;
import org.elastauth.http.HttpError;
import org.elastauth.oidc.TokenClaims;
import org.elastauth.oidc.login.SessionEvents.Event;
import org.elastauth.oidc.token.Token;
import org.elastauth.oidc.token.TokenClaimsVerifier;
import org.elastauth.oidc.token.TokenUse;
import org.elastauth.oidc.token.TokenVerifier;
import org.elastauth.redis.AsyncAnswer;
import org.elastauth.replay.Replay;
import org.elastauth.session.ProviderLogout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/** Verifies a logout token (OpenID Connect Back-Channel Logout, 2.4 to 2.8). */
@Lazy
@Component("logoutTokenVerifier")
final class LogoutTokenVerifier {
  private static final Logger LOG = LoggerFactory.getLogger(LogoutTokenVerifier.class);
  private static final int MAX_LENGTH = 8192;
  private static final int UNAUTHORIZED = 401;

  private final TokenVerifier verifier;
  private final TokenClaimsVerifier claims;
  private final Replay replay;
  private final SessionEvents events;
  private final ApplicationEventPublisher published;

  LogoutTokenVerifier(
      TokenVerifier verifier,
      TokenClaimsVerifier claims,
      Replay replay,
      SessionEvents events,
      ApplicationEventPublisher published) {
    this.published = published;
    this.verifier = verifier;
    this.claims = claims;
    this.replay = replay;
    this.events = events;
  }

  Token read(@ExchangeProperty("request") HttpServerRequest request) {
    List<String> values = request.formAttributes().getAll("logout_token");
    if (values.size() != 1 || values.get(0).length() > MAX_LENGTH) {
      throw HttpError.malformed("malformed form: it must have one logout_token");
    }
    return Token.of(values.get(0), TokenUse.LOGOUT);
  }

  /**
   * Sets the exchange property {@code refusal} if the replay check fails.
   *
   * @return fails with 400 if the token is invalid (2.8: not 401 as for other tokens), or was used
   *     before
   */
  CompletionStage<Token> verify(@Body Token token, Exchange exchange) {
    return AsyncAnswer.plain(
        CompletableFuture.completedFuture(token)
            .thenCompose(verifier::verifySigned)
            .handle((verified, failure) -> failure == null ? check(verified) : reject(failure))
            .thenCompose(verified -> checkUnused(verified, exchange)));
  }

  private CompletionStage<Token> checkUnused(Token token, Exchange exchange) {
    return replay
        .isUnused(claims.replayKey(token), exchange)
        .handle(
            (unused, failure) -> {
              if (failure != null) {
                exchange.setProperty("refusal", AsyncAnswer.cause(failure));
              } else if (!unused) {
                refuseReplay();
              }
              return token;
            });
  }

  private static Token check(Token token) {
    TokenClaims claims = token.claims();
    if (claims.claims().containsKey("nonce")) {
      throw HttpError.malformed(
          "this logout token has a nonce, which is only allowed in ID tokens");
    }
    if (claims.text("sub").isEmpty() && claims.text("sid").isEmpty()) {
      throw HttpError.malformed("this logout token names neither a user nor a session");
    }
    return token;
  }

  private static Token reject(Throwable failure) {
    if (failure.getCause() instanceof HttpError refusal && refusal.status() == UNAUTHORIZED) {
      LOG.atWarn().addKeyValue("reason", refusal.getMessage()).log("A logout token was refused");
      throw HttpError.malformed(refusal.getMessage());
    }
    throw new CompletionException(failure.getCause());
  }

  ProviderLogout logout(@ExchangeProperty("token") Token token) {
    TokenClaims claims = token.claims();
    return new ProviderLogout(claims.text("sid"), claims.text("sub"), ProviderLogout.NOW);
  }

  void refuseReplay() {
    throw HttpError.malformed("this logout token was used before");
  }

  Map<String, String> done(@ExchangeProperty("token") Token token, Exchange exchange) {
    events.count(Event.PROVIDER_LOGOUT);
    published.publishEvent(
        GatewayEvent.of(
            exchange, "provider-logout", "", Map.of("subject", token.claims().text("sub"))));
    exchange.getMessage().setHeader("Cache-Control", "no-store");
    return Map.of("status", "OK");
  }
}
