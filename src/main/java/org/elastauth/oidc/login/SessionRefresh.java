package org.elastauth.oidc.login;

import com.nimbusds.openid.connect.sdk.token.OIDCTokens;
import java.time.Clock;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.elastauth.http.HttpError;
import org.elastauth.oidc.provider.Provider;
import org.elastauth.oidc.provider.ProviderEndpoints;
import org.elastauth.redis.AsyncAnswer;
import org.elastauth.session.RefreshLock;
import org.elastauth.session.Session;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * Refreshes a session with its refresh token. One request of all gateways does; the others continue
 * with the session as it is. A refresh token may be valid once, so the new one is kept whatever
 * comes after it.
 */
@Lazy
@Component("sessionRefresh")
final class SessionRefresh {
  private static final Logger LOG = LoggerFactory.getLogger(SessionRefresh.class);
  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;

  private final RefreshLock lock;
  private final RefreshQueue queue;
  private final SharedSessions sessions;
  private final SessionRefreshDue due;
  private final Provider provider;
  private final TokenEndpoint tokenEndpoint;
  private final IdTokenVerifier idTokens;
  private final Clock clock;

  SessionRefresh(
      RefreshLock lock,
      RefreshQueue queue,
      SharedSessions sessions,
      SessionRefreshDue due,
      Provider provider,
      TokenEndpoint tokenEndpoint,
      IdTokenVerifier idTokens,
      Clock clock) {
    this.lock = lock;
    this.queue = queue;
    this.sessions = sessions;
    this.due = due;
    this.provider = provider;
    this.tokenEndpoint = tokenEndpoint;
    this.idTokens = idTokens;
    this.clock = clock;
  }

  /**
   * Leaves the session as the body: refreshed, as another gateway refreshed it, or as it was; null
   * if it has ended meanwhile.
   *
   * @return fails with 403 if the session must end, else with the reason why it is not refreshed
   */
  CompletionStage<Void> refresh(
      @ExchangeProperty("sessionKey") String key, @Body Session session, Exchange exchange) {
    if (!lock.takePlace(key)) {
      return CompletableFuture.completedFuture(null);
    }
    return AsyncAnswer.plain(
        provider
            .endpoints()
            // the lock lasts for one refresh, so it is not taken while the request queues
            .thenCompose(
                endpoints -> queue.run(() -> refreshLocked(key, session, endpoints, exchange)))
            .thenAccept(current -> exchange.getMessage().setBody(current)));
  }

  private CompletionStage<Session> refreshLocked(
      String key, Session session, ProviderEndpoints endpoints, Exchange exchange) {
    return lock.take(key, exchange)
        .thenCompose(
            mine ->
                mine
                    ? sessions
                        .get(key, exchange)
                        .thenCompose(now -> refreshIfDue(key, now, endpoints, exchange))
                    : CompletableFuture.completedFuture(session));
  }

  private CompletionStage<Session> refreshIfDue(
      String key, Session session, ProviderEndpoints endpoints, Exchange exchange) {
    if (session == null || !due.isDue(session) || session.refreshToken().isEmpty()) {
      return CompletableFuture.completedFuture(session);
    }
    return CompletableFuture.supplyAsync(() -> request(session, endpoints), queue.workers())
        .thenCompose(tokens -> refreshed(session, tokens))
        .thenCompose(
            refreshed -> sessions.put(key, refreshed, exchange).thenApply(stored -> refreshed));
  }

  private OIDCTokens request(Session session, ProviderEndpoints endpoints) {
    try {
      return tokenEndpoint.request(endpoints, session.refreshToken());
    } catch (HttpError failure) {
      throw failure.status() == UNAUTHORIZED ? HttpError.forbidden(failure.getMessage()) : failure;
    }
  }

  private CompletionStage<Session> refreshed(Session session, OIDCTokens tokens) {
    return AsyncAnswer.plain(idTokens.verify(tokens, session))
        .thenApply(verified -> verified.refreshed(session, now()))
        .exceptionally(failure -> withNewRefreshToken(session, tokens, AsyncAnswer.cause(failure)));
  }

  /** What the session knows of its user stays, and is due again. */
  private Session withNewRefreshToken(Session session, OIDCTokens tokens, Throwable failure) {
    if (failure instanceof HttpError refusal && refusal.status() == FORBIDDEN) {
      throw refusal;
    }
    report(failure);
    return new Session(
        session.identity(),
        session.subject(),
        session.sid(),
        session.idToken(),
        session.accessToken(),
        VerifiedTokens.refreshToken(tokens, session.refreshToken()),
        now(),
        session.createdAt(),
        session.expiresAt());
  }

  private long now() {
    return clock.millis() / 1000;
  }

  /** Logs why a session is not refreshed: at most once while the lock lasts, half a minute. */
  void report(@ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Throwable failure) {
    LOG.atWarn()
        .addKeyValue("reason", failure.getMessage())
        .log("A session is not renewed, and goes on with what is known of its user");
  }
}
