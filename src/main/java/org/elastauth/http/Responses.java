package org.elastauth.http;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeException;
import org.apache.camel.Message;
import org.elastauth.credential.Credential;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** The decision as an HTTP response. */
@Component("responses")
public final class Responses {
  private static final Logger LOG = LoggerFactory.getLogger(Responses.class);

  private final MeterRegistry meters;
  private final ConcurrentHashMap<Integer, Timer> timers = new ConcurrentHashMap<>();

  public Responses(MeterRegistry meters) {
    this.meters = meters;
  }

  /** Starts the clock of this decision. */
  public void begin(Exchange exchange) {
    exchange.setProperty("began", System.nanoTime());
  }

  /** 200 with the header that logs the user in. */
  public void granted(@Body Credential credential, Exchange exchange) {
    Message message = exchange.getMessage();
    message.setHeader("Authorization", credential.authorization());
    message.setHeader("Cache-Control", "no-store");
    message.setHeader(Exchange.CONTENT_TYPE, "application/json");
    // a username has no character that JSON would escape
    message.setBody("{\"status\":\"OK\",\"user\":\"" + credential.username() + "\"}");
    record(exchange, 200);
  }

  /** The status of a refusal, or 500 without a word about the reason. */
  public ErrorBody refused(@ExchangeException Exception failure, Exchange exchange) {
    Refusal refusal;
    if (failure instanceof Refusal known) {
      refusal = known;
      LOG.atDebug()
          .addKeyValue("status", refusal.status())
          .log("Refused: {}", refusal.getMessage());
    } else {
      LOG.error("A request failed unexpectedly", failure);
      refusal = new Refusal(500, "internal error", 0);
    }
    Message message = exchange.getMessage();
    message.removeHeader("Authorization");
    message.setHeader(Exchange.HTTP_RESPONSE_CODE, refusal.status());
    message.setHeader("Cache-Control", "no-store");
    message.setHeader(Exchange.CONTENT_TYPE, "application/json");
    if (refusal.retryAfter() > 0) {
      message.setHeader("Retry-After", refusal.retryAfter());
    }
    record(exchange, refusal.status());
    return ErrorBody.of(refusal.getMessage(), refusal.status());
  }

  private void record(Exchange exchange, int status) {
    if (exchange.getProperty("began") instanceof Long began) {
      timers
          .computeIfAbsent(status, this::timer)
          .record(System.nanoTime() - began, TimeUnit.NANOSECONDS);
    }
  }

  private Timer timer(int status) {
    return Timer.builder("elastauth.decisions")
        .description("decisions by HTTP status")
        .tag("status", Integer.toString(status))
        .register(meters);
  }
}
