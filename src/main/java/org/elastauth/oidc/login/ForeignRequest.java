package org.elastauth.oidc.login;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import org.apache.camel.Exchange;
import org.apache.camel.Predicate;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * Whether another site may have caused a request, rather than the user or a page of our own sites
 * (Fetch Metadata; RFC 6454). A request of which the browser tells nothing is the user's: all
 * browsers send {@code Origin} with a POST, and no session cookie with an embedded GET.
 */
@Lazy
@Component("foreignRequest")
final class ForeignRequest implements Predicate {
  private final RequestedUrl requestedUrl;

  ForeignRequest(RequestedUrl requestedUrl) {
    this.requestedUrl = requestedUrl;
  }

  @Override
  public boolean matches(Exchange exchange) {
    return isForeign(((HttpServerRequest) exchange.getProperty("request")).headers());
  }

  boolean isForeign(MultiMap headers) {
    String site = String.join(",", headers.getAll("Sec-Fetch-Site"));
    String origin = String.join(",", headers.getAll(HttpHeaders.ORIGIN));
    String referrer = String.join(",", headers.getAll(HttpHeaders.REFERER));
    if (isSpeculative(headers) || !origin.isEmpty() && !requestedUrl.isOwnOrigin(origin)) {
      return true;
    }
    return switch (site) {
      case "same-origin", "none" -> false;
      case "" -> !referrer.isEmpty() && !requestedUrl.isOwnOrigin(referrer);
      // another of our sites
      case "same-site" -> !requestedUrl.isOwnOrigin(origin.isEmpty() ? referrer : origin);
      default -> true;
    };
  }

  /** Browsers prefetch links, and pages whose address the user begins to type. */
  private static boolean isSpeculative(MultiMap headers) {
    return (headers.get("Sec-Purpose") + headers.get("Purpose") + headers.get("X-Moz"))
        .contains("prefetch");
  }
}
