package org.elastauth.http;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeException;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Message;
import org.springframework.stereotype.Component;

/** Responses other than 2xx. */
@Component("responses")
public final class Responses {
  private static final int MAX_DEPTH = 8;

  private final Decisions decisions;

  public Responses(Decisions decisions) {
    this.decisions = decisions;
  }

  /**
   * @throws HttpError always: 503
   */
  public void refuseWhileStopping() {
    throw HttpError.unavailable("the gateway is stopping").because("stopping");
  }

  /**
   * Ends a request with the error in the property {@code refusal}.
   *
   * @throws Exception always
   */
  public void refuseAgain(@ExchangeProperty("refusal") Exception refusal) throws Exception {
    throw refusal;
  }

  /**
   * These values of {@code Set-Cookie}, and those of the property {@code spentCookies}, which every
   * later answer of a login or logout contains, an error too.
   */
  public static List<String> withSpentCookies(Exchange exchange, List<String> cookies) {
    List<String> all = new ArrayList<>(cookies);
    if (exchange.getProperty("spentCookies") instanceof List<?> spent) {
      spent.forEach(cookie -> all.add((String) cookie));
    }
    return all;
  }

  /**
   * The status and headers of an {@link HttpError}; any other exception results in 500 without a
   * reason. The property {@code spentCookies} becomes {@code Set-Cookie}.
   */
  public ErrorBody refused(@ExchangeException Exception failure, Exchange exchange) {
    HttpError refusal = error(failure);
    decisions.refused(exchange, refusal);
    Message message = exchange.getMessage();
    message.removeHeaders("*", "RateLimit-*");
    message.setHeader(Exchange.HTTP_RESPONSE_CODE, refusal.status());
    message.setHeader("Cache-Control", "no-store");
    if (refusal.retryAfter() > 0) {
      message.setHeader("Retry-After", refusal.retryAfter());
    }
    if (!refusal.challenge().isEmpty()) {
      message.setHeader("WWW-Authenticate", refusal.challenge());
    }
    if (!refusal.location().isEmpty()) {
      message.setHeader("Location", refusal.location());
    }
    String cookie = refusal.cookie();
    List<String> cookies =
        withSpentCookies(exchange, cookie.isEmpty() ? List.of() : List.of(cookie));
    if (!cookies.isEmpty()) {
      message.setHeader("Set-Cookie", cookies);
    }
    return ErrorBody.of(refusal.getMessage(), refusal.status());
  }

  private HttpError error(Exception failure) {
    Throwable cause = failure;
    // an expression that calls a bean wraps what it throws, once per expression around it
    for (int depth = 0; depth < MAX_DEPTH && cause != null; depth++) {
      if (cause instanceof HttpError known) {
        return known;
      } else if (cause instanceof RejectedExecutionException) {
        // the queue of a threads step is full
        return new HttpError(429, "too many requests at once; try again", 1).because("overloaded");
      }
      cause = cause.getCause();
    }
    decisions.unexpected(failure);
    return new HttpError(500, "internal error", 0);
  }
}
