package org.elastauth.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import java.util.Map;

/** Error responses outside the routes, with the same JSON as in the routes. */
final class ErrorPages {
  private static final Map<Integer, String> MESSAGES =
      Map.of(
          400, "malformed HTTP request",
          404, "no such path",
          405, "this method is not allowed here",
          413, "the body is too large",
          414, "the request line is too long",
          415, "the body is not of the type that is expected here",
          431, "the headers are too large",
          500, "internal error",
          503, "the gateway is stopping; try again");

  private final ObjectMapper json;

  ErrorPages(ObjectMapper json) {
    this.json = json;
  }

  /** Replaces the router's own pages. */
  void install(Router router) {
    for (int status : MESSAGES.keySet()) {
      router.errorHandler(status, context -> answer(context.request(), status));
    }
  }

  /** Does nothing if the response was already sent. */
  void answer(HttpServerRequest request, int status) {
    HttpServerResponse response = request.response();
    if (response.ended()) {
      return;
    }
    response
        .setStatusCode(status)
        .putHeader("Content-Type", "application/json")
        .putHeader("Cache-Control", "no-store");
    if (status == 503) {
      response.putHeader("Retry-After", "1");
    }
    try {
      response.end(json.writeValueAsString(ErrorBody.of(MESSAGES.get(status), status)));
    } catch (JsonProcessingException cannotHappen) {
      throw new IllegalStateException(cannotHappen);
    }
  }
}
