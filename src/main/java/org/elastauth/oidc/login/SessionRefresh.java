package org.elastauth.oidc.login;

import java.time.Clock;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Predicate;
import org.elastauth.http.HttpError;
import org.elastauth.oidc.login.SessionEvents.Event;
import org.elastauth.oidc.provider.Provider;
import org.elastauth.oidc.provider.ProviderEndpoints;
import org.elastauth.redis.AsyncAnswer;
import org.elastauth.session.RefreshLock;
import org.elastauth.session.Session;
import org.elastauth.session.SessionRoutes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * Refreshes a session with its refresh token. Of all requests at all gateways, one refreshes; the
 * others continue with the session as it is. Some providers accept a refresh token only once, so
 * the new one is stored even if a later step fails.
 *
 * <p>As a predicate: whether the session in the body is due for a refresh, and has a refresh token.
 */
@Lazy
@Component("sessionRefresh")
final class SessionRefresh implements Predicate {
  private static final Logger LOG = LoggerFactory.getLogger(SessionRefresh.class);
  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;

  private final RefreshLock lock;
  private final RefreshQueue queue;
  private final SessionRoutes sessions;
  private final Provider provider;
  private final TokenEndpoint tokenEndpoint;
  private final IdTokenVerifier idTokens;
  private final SessionEvents events;
  private final Clock clock;

  SessionRefresh(
      RefreshLock lock,
      RefreshQueue queue,
      SessionRoutes sessions,
      Provider provider,
      TokenEndpoint tokenEndpoint,
      IdTokenVerifier idTokens,
      SessionEvents events,
      Clock clock) {
    this.events = events;
    this.lock = lock;
    this.queue = queue;
    this.sessions = sessions;
    this.provider = provider;
    this.tokenEndpoint = tokenEndpoint;
    this.idTokens = idTokens;
    this.clock = clock;
  }

  @Override
  public boolean matches(Exchange exchange) {
    return exchange.getMessage().getBody() instanceof Session session
        && isDue(session, clock)
        && !session.refreshToken().isEmpty();
  }

  /** Whether the access token has expired, so that the provider must be asked about the user. */
  static boolean isDue(Session session, Clock clock) {
    return session.accessExpires() <= clock.millis() / 1000;
  }

  /**
   * The body is then the session: refreshed here or by another gateway, or unchanged; null if it
   * has ended meanwhile.
   *
   * @return fails with 403 if the session must end, else with the reason why it is not refreshed
   */
  CompletionStage<Void> refresh(
      @ExchangeProperty("sessionKey") String key, @Body Session session, Exchange exchange) {
    if (!lock.acquireLocally(key)) {
      return CompletableFuture.completedFuture(null);
    }
    return AsyncAnswer.plain(
        provider
            .endpoints()
            // the lock lasts for one refresh only, so it is acquired after the queue
            .thenCompose(
                endpoints -> queue.run(() -> refreshLocked(key, session, endpoints, exchange)))
            .thenAccept(current -> exchange.getMessage().setBody(current))
            .whenComplete((done, failure) -> countRefused(failure)));
  }

  private void countRefused(Throwable failure) {
    if (AsyncAnswer.cause(failure) instanceof HttpError refusal && refusal.status() == FORBIDDEN) {
      events.count(Event.REFRESH_REFUSED);
    }
  }

  private CompletionStage<Session> refreshLocked(
      String key, Session session, ProviderEndpoints endpoints, Exchange exchange) {
    return lock.acquire(key, exchange)
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
    if (session == null || !isDue(session, clock) || session.refreshToken().isEmpty()) {
      return CompletableFuture.completedFuture(session);
    }
    return CompletableFuture.supplyAsync(() -> request(session, endpoints), queue.workers())
        .thenCompose(tokens -> refreshed(session, tokens))
        .thenCompose(
            refreshed -> sessions.put(key, refreshed, exchange).thenApply(stored -> refreshed));
  }

  private TokenResponse request(Session session, ProviderEndpoints endpoints) {
    try {
      return tokenEndpoint.request(endpoints, session.refreshToken());
    } catch (HttpError failure) {
      throw failure.status() == UNAUTHORIZED ? HttpError.forbidden(failure.getMessage()) : failure;
    }
  }

  private CompletionStage<Session> refreshed(Session session, TokenResponse tokens) {
    return AsyncAnswer.plain(idTokens.verify(tokens, session))
        .thenApply(
            verified -> {
              events.count(Event.REFRESHED);
              return verified.refreshed(session, now());
            })
        .exceptionally(failure -> withNewRefreshToken(session, tokens, AsyncAnswer.cause(failure)));
  }

  /** The session keeps its user, and is due again. */
  private Session withNewRefreshToken(Session session, TokenResponse tokens, Throwable failure) {
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

  /** Logs why a session is not refreshed, at most once per lock, which is half a minute. */
  void report(@ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Throwable failure) {
    events.count(Event.REFRESH_FAILED);
    LOG.atWarn()
        .addKeyValue("reason", failure.getMessage())
        .log("A session was not refreshed, and continues with the known user");
  }
}
