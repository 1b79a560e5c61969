package org.elastauth.http;

import com.github.benmanes.caffeine.cache.Ticker;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.http.HttpServerRequest;
import java.security.Principal;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.camel.Exchange;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.elastauth.config.FailedStep;
import org.elastauth.net.TrustedProxies;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;
import org.springframework.stereotype.Component;

/**
 * Counts what was decided about requests, and logs each refusal once a minute. A log line contains
 * nothing of a request but a valid username and the client's address.
 */
@Component
public final class Decisions {
  private static final Logger LOG = LoggerFactory.getLogger(Decisions.class);

  /** Causes of an exception that are logged. */
  private static final int MAX_CAUSES = 5;

  private static final int OK = 200;

  private final MeterRegistry meters;
  private final TrustedProxies proxies;
  private final LogLimit limit;

  /** Separate, so that a flood of refusals does not hide a failure. */
  private final LogLimit failures;

  /** Resolved once, because each cached decision counts here. */
  private final Counter allowed;

  /** Null for none. */
  private volatile Consumer<Decision> listener;

  public Decisions(MeterRegistry meters, TrustedProxies proxies, Ticker ticker) {
    this.meters = meters;
    this.proxies = proxies;
    this.limit = new LogLimit(ticker);
    this.failures = new LogLimit(ticker);
    this.allowed = counter("allowed", "none");
  }

  private Counter counter(String outcome, String reason) {
    return Counter.builder("elastauth.decisions")
        .description("Decisions about requests by outcome and reason")
        .tag("outcome", outcome)
        .tag("reason", reason)
        .register(meters);
  }

  /**
   * @param listener receives each decision on its event loop, so it must not wait
   */
  public void reportTo(Consumer<Decision> listener) {
    this.listener = listener;
  }

  public void granted(Exchange exchange) {
    allowed.increment();
    if (listener != null) {
      report(
          exchange.getExchangeId(),
          (HttpServerRequest) exchange.getProperty("request"),
          path(exchange),
          user(exchange),
          OK,
          "none",
          String.valueOf(exchange.getProperty("tier")));
    }
  }

  private static Principal user(Exchange exchange) {
    return exchange.getProperty("identity") instanceof Principal known ? known : null;
  }

  private static String path(Exchange exchange) {
    return ((PlatformHttpEndpoint) exchange.getFromEndpoint()).getPath();
  }

  private void report(
      String id,
      HttpServerRequest request,
      String path,
      Principal user,
      int status,
      String reason,
      String tier) {
    listener.accept(
        new Decision(
            id,
            System.currentTimeMillis(),
            user,
            path,
            status,
            reason,
            tier,
            request.remoteAddress().hostAddress(),
            ClientAddress.forwarded(request)));
  }

  /** A response of a route that is an error or a redirect to the login. */
  void refused(Exchange exchange, HttpError error) {
    refused(
        exchange.getExchangeId(),
        (HttpServerRequest) exchange.getProperty("request"),
        error,
        path(exchange),
        user(exchange));
  }

  /** A response outside the routes. */
  void refused(String id, HttpServerRequest request, HttpError error) {
    refused(id, request, error, "", null);
  }

  /** A wrong path or method is no decision. */
  static boolean isDecision(int status) {
    return status != 404 && status != 405;
  }

  private void refused(
      String id, HttpServerRequest request, HttpError error, String path, Principal principal) {
    counter(outcome(error.status()), error.reason()).increment();
    if (listener != null) {
      report(id, request, path, principal, error.status(), error.reason(), "");
    }
    if (error.status() < 400) {
      return;
    }
    String user = principal == null ? "" : principal.getName();
    String client = ClientAddress.orPeer(request, proxies);
    if (limit.admits(String.join(" ", user, client, path, error.getMessage()))) {
      LoggingEventBuilder line = LOG.atInfo();
      if (!user.isEmpty()) {
        line = line.addKeyValue("user", user);
      }
      if (!path.isEmpty()) {
        line = line.addKeyValue("path", path);
      }
      LoggingEventBuilder refusal =
          line.addKeyValue("client", client)
              .addKeyValue("status", error.status())
              .addKeyValue("reason", error.reason());
      DecisionLog.run(
          id,
          () -> refusal.log("Refused: {} (the same is logged once a minute)", error.getMessage()));
    }
  }

  private static String outcome(int status) {
    if (status < 400) {
      return "login";
    }
    return status < 500 ? "refused" : "failed";
  }

  /** Logs where it was thrown, without messages: they may quote the request. */
  void unexpected(Throwable failure) {
    Optional<FailedStep> own = FailedStep.of(failure);
    if (own.isPresent()) {
      unexpected(failure, own.get());
      return;
    }
    StackTraceElement[] frames = failure.getStackTrace();
    String where = frames.length == 0 ? "" : frames[0].toString();
    if (failures.admits(failure.getClass().getName() + " " + where)) {
      LOG.error(
          "A request failed unexpectedly; please report this (the same is logged once a minute)",
          withoutMessages(failure, MAX_CAUSES));
    }
  }

  /** The operator mends it, so the step says more than a stack trace. */
  private void unexpected(Throwable failure, FailedStep step) {
    String reason = FailedStep.reason(failure);
    if (failures.admits(step.file() + " " + step.step() + " " + reason)) {
      LOG.atError()
          .addKeyValue("route", step.route())
          .addKeyValue("step", step.step())
          .addKeyValue("file", step.file())
          .addKeyValue("reason", reason)
          .log(
              "A step of your own route failed: its request receives 500; correct the step (the same"
                  + " is logged once a minute)");
      LOG.debug("The failure of the step", withoutMessages(failure, MAX_CAUSES));
    }
  }

  private static Throwable withoutMessages(Throwable failure, int causes) {
    Throwable cause = failure.getCause();
    Throwable shown =
        new RuntimeException(
            failure.getClass().getName(),
            cause == null || causes == 0 ? null : withoutMessages(cause, causes - 1));
    shown.setStackTrace(failure.getStackTrace());
    return shown;
  }
}
