package org.elastauth.credential;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.ProducerTemplate;
import org.elastauth.http.Refusal;
import org.elastauth.identity.Identity;
import org.springframework.stereotype.Component;

/**
 * Lets requests that miss together for one identity share one run of a route: the first runs it,
 * the others take its result. Waiting holds a thread, so no more may wait than leave enough threads
 * for those whose credential is cached.
 */
@Component("singleFlight")
public final class SingleFlight {
  /** Threads that answer requests, and how many of them a slow Elasticsearch may hold. */
  public static final int WORKERS = 256;

  private static final int MAX_WAITING = WORKERS - 32;

  private record Key(String username, Fingerprint fingerprint) {}

  private final ConcurrentHashMap<Key, CompletableFuture<Credential>> flights =
      new ConcurrentHashMap<>();
  private final Semaphore waiting = new Semaphore(MAX_WAITING);
  private final ProducerTemplate template;

  public SingleFlight(CamelContext context) {
    this.template = context.createProducerTemplate();
  }

  /**
   * @param endpoint where the route begins; its body must end as a {@link Credential}
   * @throws Refusal what the shared run was refused with, or 503 if too many wait already
   */
  public Credential through(
      String endpoint, @ExchangeProperty("identity") Identity identity, Exchange exchange)
      throws Exception {
    if (!waiting.tryAcquire()) {
      throw Refusal.unavailable("too many logins at once; try again");
    }
    try {
      Key key =
          new Key(
              identity.username(),
              Fingerprint.of(identity.fullName(), identity.email(), identity.groups()));
      CompletableFuture<Credential> mine = new CompletableFuture<>();
      CompletableFuture<Credential> flight = flights.putIfAbsent(key, mine);
      if (flight == null) {
        flight = mine;
        lead(endpoint, exchange, key, mine);
      }
      return flight.join();
    } catch (CompletionException failed) {
      throw failed.getCause() instanceof Exception cause ? cause : failed;
    } finally {
      waiting.release();
    }
  }

  private void lead(
      String endpoint, Exchange exchange, Key key, CompletableFuture<Credential> flight) {
    try {
      template.send(endpoint, exchange);
      Exception failure = exchange.getException();
      exchange.setException(null);
      if (failure == null) {
        flight.complete(exchange.getMessage().getBody(Credential.class));
      } else {
        flight.completeExceptionally(failure);
      }
    } finally {
      flights.remove(key, flight);
      flight.completeExceptionally(
          new IllegalStateException("the shared run ended without a result"));
    }
  }
}
