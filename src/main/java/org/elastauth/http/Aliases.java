package org.elastauth.http;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;

/** Further addresses of routes: the route of the address answers requests to its alias, too. */
final class Aliases {
  /** By alias. */
  static final Map<String, String> ADDRESSES =
      Map.of("/elastauth/health", "/health", "/elastauth/metrics", "/metrics");

  private Aliases() {}

  /** Last, so that they cost other requests nothing and a route with such an address wins. */
  static void install(Router router) {
    ADDRESSES.forEach(
        (alias, address) ->
            router
                .route(alias)
                .order(Integer.MAX_VALUE)
                .handler(request -> reroute(request, address)));
  }

  /** Keeps {@code Connection: close} of {@link RequestScreening}, which Vert.x would remove. */
  private static void reroute(RoutingContext request, String address) {
    HttpServerResponse response = request.response();
    String connection = response.headers().get(HttpHeaders.CONNECTION);
    if (connection != null) {
      response.headersEndHandler(before -> response.putHeader(HttpHeaders.CONNECTION, connection));
    }
    request.reroute(address);
  }
}
