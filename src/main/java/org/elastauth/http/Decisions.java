package org.elastauth.http;

import com.github.benmanes.caffeine.cache.Ticker;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.http.HttpServerRequest;
import java.security.Principal;
import java.util.Optional;
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

  private final MeterRegistry meters;
  private final TrustedProxies proxies;
  private final LogLimit limit;

  /** Separate, so that a flood of refusals does not hide a failure. */
  private final LogLimit failures;

  /** Resolved once, because each cached decision counts here. */
  private final Counter allowed;

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

  public void allowed() {
    allowed.increment();
  }

  /** A response of a route that is an error or a redirect to the login. */
  void refused(Exchange exchange, HttpError error) {
    String path = ((PlatformHttpEndpoint) exchange.getFromEndpoint()).getPath();
    String user =
        exchange.getProperty("identity") instanceof Principal known ? known.getName() : "";
    refused((HttpServerRequest) exchange.getProperty("request"), error, path, user);
  }

  /** A response outside the routes. A wrong path or method is no decision. */
  void refused(HttpServerRequest request, HttpError error) {
    if (error.status() != 404 && error.status() != 405) {
      refused(request, error, "", "");
    }
  }

  private void refused(HttpServerRequest request, HttpError error, String path, String user) {
    counter(outcome(error.status()), error.reason()).increment();
    if (error.status() < 400) {
      return;
    }
    String client = ClientAddress.orPeer(request, proxies);
    if (limit.admits(String.join(" ", user, client, path, error.getMessage()))) {
      LoggingEventBuilder line = LOG.atInfo();
      if (!user.isEmpty()) {
        line = line.addKeyValue("user", user);
      }
      if (!path.isEmpty()) {
        line = line.addKeyValue("path", path);
      }
      line.addKeyValue("client", client)
          .addKeyValue("status", error.status())
          .addKeyValue("reason", error.reason())
          .log("Refused: {} (the same is logged once a minute)", error.getMessage());
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
