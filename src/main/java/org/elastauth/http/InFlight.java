package org.elastauth.http;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;

/**
 * Requests whose routes wait for a reply. Camel drops exceptions in continuations, and then the
 * route never ends. Such a request receives 500 before its idle connection is closed.
 */
@Component
public final class InFlight {
  private static final Logger LOG = LoggerFactory.getLogger(InFlight.class);
  private static final long SCAN_MILLIS = 1_000;

  private final Set<PendingRequest> pending = ConcurrentHashMap.newKeySet();
  private final Counter abandoned;

  public InFlight(
      HttpSettings http,
      @Value("${elastauth.elasticsearch.patience}") long patienceMillis,
      MeterRegistry meters,
      Vertx vertx) {
    this.abandoned =
        Counter.builder("elastauth.requests.abandoned")
            .description("Requests that received 500 because their route did not end")
            .register(meters);
    Gauge.builder("elastauth.requests.in.flight", pending, Set::size)
        .description("Requests that wait for a cache, the provider or Elasticsearch")
        .register(meters);
    Duration longest = longest(http.idleTimeout(), Duration.ofMillis(patienceMillis));
    vertx.setPeriodic(SCAN_MILLIS, scan -> abandonOlderThan(longest));
  }

  /**
   * A little less than the idle timeout, at which the server closes the connection. The settings
   * guarantee an idle timeout longer than a login at Elasticsearch.
   */
  static Duration longest(Duration idleTimeout, Duration login) {
    Duration twentieth = idleTimeout.dividedBy(20);
    Duration half = idleTimeout.minus(login).dividedBy(2);
    return idleTimeout.minus(twentieth.compareTo(half) < 0 ? twentieth : half);
  }

  void add(PendingRequest request) {
    pending.add(request);
  }

  void remove(PendingRequest request) {
    pending.remove(request);
  }

  boolean isEmpty() {
    return pending.isEmpty();
  }

  /** Sends 503. The routes continue, but their results are dropped. */
  void refuseAll() {
    for (PendingRequest request : pending) {
      request.loop.runOnContext(
          now -> {
            remove(request);
            request.answer(503);
          });
    }
  }

  /** A periodic scan is cheaper than a timer for each request. */
  void abandonOlderThan(Duration longest) {
    long now = System.nanoTime();
    for (PendingRequest request : pending) {
      if (now - request.began > longest.toNanos()) {
        request.loop.runOnContext(late -> DecisionLog.run(request.id, () -> abandon(request)));
      }
    }
  }

  private void abandon(PendingRequest request) {
    if (pending.contains(request)) { // it changes on this event loop only
      LOG.atError()
          .addKeyValue("path", request.path)
          .log("A route did not end: its request receives 500; please report this");
      abandoned.increment();
      request.abandon();
      pending.remove(request);
    }
  }
}
