package org.elastauth.login;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.concurrent.RejectedExecutionException;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Processor;
import org.elastauth.http.Refusal;
import org.elastauth.oidc.BearerChallenge;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * Tells a browser that opens a page, and can be sent elsewhere to log in, from everybody else: a
 * script that fetches something could do nothing with the provider's login page. Leaves the
 * exchange properties {@code target}, the URL of that page, and {@code attempts}, which logins the
 * browser has begun.
 */
@Lazy
@Component("pageRequest")
final class PageRequest implements Processor {
  private static final Logger LOG = LoggerFactory.getLogger(PageRequest.class);
  private static final int UNAUTHORIZED = 401;

  private final RequestedUrl requestedUrl;
  private final GatewayCookie browserCookie;

  PageRequest(RequestedUrl requestedUrl, GatewayCookie browserCookie) {
    this.requestedUrl = requestedUrl;
    this.browserCookie = browserCookie;
  }

  /**
   * @throws Refusal 401, also for a site that is none of ours; 400
   */
  @Override
  public void process(Exchange exchange) {
    // a step before may have put another message in the place of the first
    HttpServerRequest request = (HttpServerRequest) exchange.getProperty("request");
    if (!opensPage(request)) {
      throw exchange.getProperty("tokenRefusal") instanceof Refusal refusal
              && refusal.status() == UNAUTHORIZED
          ? refusal
          : BearerChallenge.missing();
    }
    exchange.setProperty("target", requestedUrl.of(request));
    exchange.setProperty("attempts", browserCookie.which(request));
  }

  /** Whether it is a browser that opens a page. */
  boolean opensPage(@ExchangeProperty("request") HttpServerRequest request) {
    MultiMap headers = request.headers();
    String method = headers.get("X-Forwarded-Method");
    return isPage(
        method == null ? request.method().name() : method,
        headers.get(HttpHeaders.ACCEPT),
        headers.get("Sec-Fetch-Mode"));
  }

  /** Says that the token of a cookie could not be looked at, where that is nobody's refusal. */
  void passOver(@ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception failure) {
    if (!(failure instanceof Refusal || failure instanceof RejectedExecutionException)) {
      LOG.error("The token of a cookie could not be looked at", failure);
    }
  }

  /**
   * @param method as the browser's own request has it; forms are not sent twice
   * @param fetchMode what newer browsers say of themselves; null or empty: unknown
   */
  static boolean isPage(String method, String accept, String fetchMode) {
    return (method.equals("GET") || method.equals("HEAD"))
        && accept != null
        && accept.contains("text/html")
        && (fetchMode == null || fetchMode.isEmpty() || fetchMode.equals("navigate"));
  }
}
