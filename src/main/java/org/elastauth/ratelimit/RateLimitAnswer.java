package org.elastauth.ratelimit;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.elastauth.http.HttpError;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * Sets the RateLimit headers, and rejects requests over the limit. The headers are those of
 * draft-ietf-httpapi-ratelimit-headers-06, which clients know; later drafts put all numbers into
 * one field.
 */
@Lazy
@Component("rateLimitAnswer")
public final class RateLimitAnswer implements Processor {
  private static final long SECOND = 1_000;

  private final int maxRequests;
  private final long windowMillis;
  private final String limit;
  private final Outcomes byUser;
  private final Outcomes byAddress;
  private final ThrottledAddresses throttled;

  /**
   * @param unchecked requests that were not counted
   */
  private record Outcomes(Counter allowed, Counter limited, Counter unchecked) {
    static Outcomes of(MeterRegistry meters, String by) {
      return new Outcomes(
          counter(meters, by, "allowed"),
          counter(meters, by, "limited"),
          counter(meters, by, "unchecked"));
    }

    private static Counter counter(MeterRegistry meters, String by, String outcome) {
      return Counter.builder("elastauth.rate.limit.requests")
          .description(
              "Requests that the rate limit allowed, refused or could not count, by user or address")
          .tag("by", by)
          .tag("outcome", outcome)
          .register(meters);
    }
  }

  public RateLimitAnswer(
      RateLimitSettings settings, MeterRegistry meters, ThrottledAddresses throttled) {
    this.throttled = throttled;
    this.maxRequests = settings.maxRequests();
    this.windowMillis = settings.window().toMillis();
    this.limit = Integer.toString(settings.maxRequests());
    this.byUser = Outcomes.of(meters, "user");
    this.byAddress = Outcomes.of(meters, "address");
  }

  /**
   * Removes the {@link Verdict} from the body, or the number of requests that a route has counted.
   * Null: the request was not counted, and may pass.
   *
   * @throws HttpError 429 over the limit
   */
  @Override
  public void process(Exchange exchange) {
    Message message = exchange.getMessage();
    Verdict verdict =
        message.getBody() instanceof Verdict ours ? ours : verdict(message.getBody(Long.class));
    Outcomes outcomes = exchange.getProperty("identity") == null ? byAddress : byUser;
    if (verdict == null) {
      outcomes.unchecked.increment();
      return;
    }
    message.setBody(null);
    int reset = (int) Math.max(1, (verdict.resetMillis() + SECOND - 1) / SECOND);
    message.setHeader("RateLimit-Limit", limit);
    message.setHeader("RateLimit-Remaining", verdict.remaining());
    message.setHeader("RateLimit-Reset", reset);
    if (!verdict.admitted()) {
      outcomes.limited.increment();
      if (outcomes == byAddress) {
        throttled.add(
            (String) exchange.getProperty("rateLimitKey"),
            Duration.ofMillis(verdict.resetMillis()));
      }
      throw overTheLimit(reset);
    }
    outcomes.allowed.increment();
  }

  /** Of the operator's route, which knows no more than the number. */
  private Verdict verdict(Long requests) {
    return requests == null
        ? null
        : new Verdict(requests <= maxRequests, Math.max(0, maxRequests - requests), windowMillis);
  }

  /**
   * @param reset seconds
   */
  static HttpError overTheLimit(int reset) {
    return new HttpError(429, "too many requests; try again later", reset).because("rate_limit");
  }
}
