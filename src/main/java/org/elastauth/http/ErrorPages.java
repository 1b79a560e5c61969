package org.elastauth.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Error responses outside the routes, with the same JSON as in the routes. */
final class ErrorPages {
  private static final int INTERNAL = 500;
  private static final int NOT_ALLOWED = 405;

  private static final Map<Integer, String> MESSAGES =
      Map.of(
          400,
          "malformed HTTP request",
          404,
          "no such path",
          405,
          "this method is not allowed here",
          413,
          "the body is too large",
          414,
          "the request line is too long",
          415,
          "the body is not of the type that is expected here",
          417,
          "the only expectation that can be met is 100-continue",
          431,
          "the headers are too large",
          INTERNAL,
          "internal error",
          503,
          "the gateway is stopping; try again");

  private final ObjectMapper json;
  private final Decisions decisions;
  private final DecisionIds ids;

  ErrorPages(ObjectMapper json, Decisions decisions, DecisionIds ids) {
    this.json = json;
    this.ids = ids;
    this.decisions = decisions;
  }

  /** Replaces the router's own pages. */
  void install(Router router) {
    for (int status : MESSAGES.keySet()) {
      router.errorHandler(
          status,
          context -> {
            if (status == INTERNAL && context.failure() != null) {
              decisions.unexpected(context.failure());
            } else if (status == NOT_ALLOWED) {
              context.response().putHeader(HttpHeaders.ALLOW, methods(router, context));
            }
            answer(context.request(), status);
          });
    }
  }

  /** The methods of the routes with the path of the request (RFC 9110, 15.5.6). */
  private static String methods(Router router, RoutingContext request) {
    return router.getRoutes().stream()
        .filter(route -> route.methods() != null && route.getPath() != null)
        .filter(route -> request.normalizedPath().matches(pattern(route)))
        .flatMap(route -> route.methods().stream())
        .map(HttpMethod::name)
        .distinct()
        .sorted()
        .collect(Collectors.joining(", "));
  }

  /** Matches as the router does: with parameters, and with or without a slash at the end. */
  private static String pattern(Route route) {
    return Stream.of(route.getPath().split("/"))
            .map(part -> part.startsWith(":") ? "[^/]+" : Pattern.quote(part))
            .collect(Collectors.joining("/"))
        + (route.isExactPath() ? "/?" : ".*");
  }

  /** Ends a request that failed unexpectedly, and its connection. */
  void fail(HttpServerRequest request, Throwable failure) {
    decisions.unexpected(failure);
    if (!request.response().ended() && !request.response().headWritten()) {
      request.response().putHeader("Connection", "close");
      answer(request, INTERNAL);
    }
    LingeringClose.of(request.connection());
  }

  /** Of the route, if the request has reached one. */
  private String decision(HttpServerResponse response) {
    String id = response.headers().get(GatewayHttpConsumer.DECISION);
    if (id == null) {
      id = ids.generateUuid();
      response.putHeader(GatewayHttpConsumer.DECISION, id);
    }
    return id;
  }

  /** Does nothing if the response was already sent. */
  void answer(HttpServerRequest request, int status) {
    HttpServerResponse response = request.response();
    if (response.ended()) {
      return;
    }
    HttpError error = new HttpError(status, MESSAGES.get(status), status == 503 ? 1 : 0);
    if (Decisions.isDecision(status)) {
      decisions.refused(decision(response), request, error);
    }
    response
        .setStatusCode(status)
        .putHeader("Content-Type", "application/json")
        .putHeader("Cache-Control", "no-store");
    if (error.retryAfter() > 0) {
      response.putHeader("Retry-After", Integer.toString(error.retryAfter()));
    }
    try {
      response.end(json.writeValueAsString(ErrorBody.of(error.getMessage(), status)));
    } catch (JsonProcessingException cannotHappen) {
      throw new IllegalStateException(cannotHappen);
    }
  }
}
