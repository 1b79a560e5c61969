package org.elastauth.credential;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.ThreadPoolProfileBuilder;
import org.apache.camel.support.AsyncProcessorSupport;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.util.concurrent.ThreadPoolRejectedPolicy;
import org.elastauth.http.DecisionLog;
import org.elastauth.http.HttpError;
import org.elastauth.identity.Identity;
import org.elastauth.metrics.Tier;
import org.elastauth.metrics.Tiers;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/**
 * Lets concurrent cache misses share one run of {@code direct:credential-reconcile}. Runs for the
 * same user never overlap, so that the last write to Elasticsearch is also the last write to the
 * cache. The run has a copy of the exchange properties of the request that began it. Waiting
 * requests hold no thread.
 */
@Component("singleFlight")
public final class SingleFlight extends AsyncProcessorSupport {
  private static final String RECONCILE = "direct:credential-reconcile";

  private static final int RUNNING = 16;
  private static final int QUEUED = 1_000;
  private static final int WAITING = 10_000;

  private record Flight(Fingerprint fingerprint, CompletableFuture<Credential> result) {}

  private final ConcurrentHashMap<String, Flight> flights = new ConcurrentHashMap<>();
  private final AtomicInteger waiting = new AtomicInteger();
  private final CamelContext context;
  private final ProducerTemplate template;
  private final LatestCredentials latest;
  private final ExecutorService runs;
  private final Duration timeout;
  private final Tier tier;

  public SingleFlight(
      CamelContext context,
      @Value("${elastauth.elasticsearch.patience}") long timeoutMillis,
      LatestCredentials latest,
      Tiers tiers,
      @Value("${elastauth.user_store}") String userStore) {
    this.tier = tiers.of(userStore);
    this.context = context;
    this.latest = latest;
    this.template = context.createProducerTemplate();
    this.runs =
        context
            .getExecutorServiceManager()
            .newThreadPool(
                this,
                "reconcile",
                new ThreadPoolProfileBuilder("reconcile")
                    .poolSize(RUNNING)
                    .maxPoolSize(RUNNING)
                    .maxQueueSize(QUEUED)
                    .rejectedPolicy(ThreadPoolRejectedPolicy.Abort)
                    .build());
    this.timeout = Duration.ofMillis(timeoutMillis);
  }

  @Override
  public boolean process(Exchange exchange, AsyncCallback callback) {
    if (waiting.incrementAndGet() > WAITING) {
      waiting.decrementAndGet();
      exchange.setException(tooMany());
      callback.done(true);
      return true;
    }
    join(exchange)
        .orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
        .whenComplete(
            (credential, failure) -> {
              waiting.decrementAndGet();
              if (failure == null) {
                exchange.getMessage().setBody(credential);
                exchange.setProperty("tier", tier);
              } else {
                exchange.setException(cause(failure));
              }
              callback.done(false);
            });
    return false;
  }

  /** A copy of the future, so that a timeout of one request does not end those of others. */
  private CompletableFuture<Credential> join(Exchange exchange) {
    Identity identity = (Identity) exchange.getProperty("identity");
    Fingerprint fingerprint = Fingerprint.of(identity);
    Flight mine = new Flight(fingerprint, new CompletableFuture<>());
    Flight flight = flights.putIfAbsent(identity.username(), mine);
    if (flight == null) {
      // the request may end before its run
      launch(identity.username(), Map.copyOf(exchange.getProperties()), mine);
      return mine.result.copy();
    }
    if (flight.fingerprint.equals(fingerprint)) {
      return flight.result.copy();
    }
    // the same user with other groups waits for the runs before
    return flight.result.handle((credential, failure) -> exchange).thenCompose(this::join);
  }

  private void launch(String username, Map<String, Object> properties, Flight flight) {
    try {
      String decision = DecisionLog.current();
      runs.execute(() -> DecisionLog.run(decision, () -> run(username, properties, flight)));
    } catch (RejectedExecutionException full) {
      land(username, flight, null, tooMany());
    }
  }

  private void run(String username, Map<String, Object> properties, Flight flight) {
    Credential credential = null;
    Throwable failure = new IllegalStateException("the run ended without a result");
    try {
      Exchange exchange = reconcile(properties);
      if (Long.valueOf(0).equals(exchange.getProperty("ttl"))) {
        // revoked during the run: Elasticsearch has the new password by now
        exchange = reconcile(properties);
      }
      failure = exchange.getException();
      credential = exchange.getMessage().getBody(Credential.class);
      if (failure == null && (credential == null || !credential.username().equals(username))) {
        failure = EncryptCredential.foreign();
      }
    } catch (RuntimeException unexpected) {
      failure = unexpected;
    } finally {
      land(username, flight, credential, failure);
    }
  }

  private Exchange reconcile(Map<String, Object> properties) {
    Exchange exchange = new DefaultExchange(context);
    properties.forEach(exchange::setProperty);
    exchange.setProperty("heard", latest.heard());
    return template.send(RECONCILE, exchange);
  }

  private void land(String username, Flight flight, Credential credential, Throwable failure) {
    flights.remove(username, flight);
    if (failure == null) {
      flight.result.complete(credential);
    } else {
      flight.result.completeExceptionally(failure);
    }
  }

  private static Throwable cause(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return cause instanceof TimeoutException
        ? HttpError.unavailable("the login takes too long; try again")
        : cause;
  }

  private static HttpError tooMany() {
    return new HttpError(429, "too many logins at once; try again", 1);
  }
}
