package org.elastauth.oidc.token;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import org.apache.camel.Exchange;
import org.apache.camel.Predicate;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/** Whether a browser opens a page. Only such a request is redirected to a login. */
@Lazy
@Component("browserNavigation")
public final class BrowserNavigation implements Predicate {
  @Override
  public boolean matches(Exchange exchange) {
    return isNavigation((HttpServerRequest) exchange.getProperty("request"));
  }

  static boolean isNavigation(HttpServerRequest request) {
    MultiMap headers = request.headers();
    String forwarded = headers.get("X-Forwarded-Method");
    String original = forwarded == null ? headers.get("X-Original-Method") : forwarded;
    String method = original == null ? request.method().name() : original;
    String accept = headers.get(HttpHeaders.ACCEPT);
    String mode = headers.get("Sec-Fetch-Mode");
    // a redirect would lose the form of a POST
    return (method.equals("GET") || method.equals("HEAD"))
        && accept != null
        && accept.contains("text/html")
        && (mode == null || mode.isEmpty() || mode.equals("navigate"));
  }
}
