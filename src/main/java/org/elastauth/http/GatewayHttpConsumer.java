package org.elastauth.http;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.component.platform.http.vertx.HttpMessage;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands requests to a route. Camel's own consumer makes message headers of request headers, query
 * parameters and form fields, and response headers of message headers, so that a client could plant
 * one in the answer that a proxy then copies upstream. Here no header comes in: the exchange
 * property {@code request} holds the HTTP request, and only named headers go out.
 *
 * <p>Camel's own also blocks a thread until the route ends. Here a route begins on the event loop
 * that read the request, and a cached decision ends there too. A step that waits is asynchronous,
 * or follows a {@code threads} step.
 */
final class GatewayHttpConsumer extends VertxPlatformHttpConsumer {
  private static final Logger LOG = LoggerFactory.getLogger(GatewayHttpConsumer.class);
  private final List<String> headers;
  private final MeterRegistry meters;
  private final InFlight inFlight;
  private final String path;
  private final boolean form;
  private final ConcurrentHashMap<Integer, Timer> timers = new ConcurrentHashMap<>();

  /**
   * @param headers the message headers that go out
   */
  GatewayHttpConsumer(
      PlatformHttpEndpoint endpoint,
      Processor processor,
      String router,
      List<String> headers,
      MeterRegistry meters,
      InFlight inFlight) {
    super(endpoint, processor, List.of(), router);
    this.path = endpoint.getPath();
    this.form = endpoint.getConsumes() != null;
    this.headers = headers;
    this.meters = meters;
    this.inFlight = inFlight;
  }

  @Override
  protected void handleRequest(RoutingContext routing) {
    if (form) {
      readForm(routing);
    } else {
      begin(routing);
    }
  }

  /** A route that {@code consumes} a form begins after the form; Vert.x limits its size. */
  private void readForm(RoutingContext routing) {
    HttpServerRequest request = routing.request();
    request.setExpectMultipart(true);
    request.exceptionHandler(
        malformed -> {
          if (!request.response().ended()) {
            routing.fail(400);
          }
        });
    request.endHandler(
        read -> {
          if (!request.response().ended()) {
            begin(routing);
          }
        });
  }

  private void begin(RoutingContext routing) {
    Exchange exchange = createExchange(false);
    exchange.setPattern(ExchangePattern.InOnly);
    exchange.setMessage(new HttpMessage(exchange, routing.request(), routing.response()));
    exchange.setProperty("request", routing.request());
    PendingRequest request = new PendingRequest(routing, exchange);
    try {
      createUoW(exchange);
      boolean answered =
          getAsyncProcessor()
              .process(
                  exchange,
                  onLoop -> {
                    if (onLoop) {
                      respond(request);
                    } else {
                      request.loop.runOnContext(back -> respondLate(request));
                    }
                  });
      if (!answered) {
        inFlight.add(request); // before respondLate, which waits for this very event loop
      }
    } catch (Exception unexpected) {
      exchange.setException(unexpected);
      respond(request);
    }
  }

  private void respondLate(PendingRequest request) {
    inFlight.remove(request);
    if (request.isAbandoned()) {
      LOG.atWarn()
          .addKeyValue("path", request.path())
          .log("A route ended after its request was answered with 500");
    } else {
      respond(request);
    }
  }

  private void respond(PendingRequest request) {
    HttpServerResponse response = request.routing.response();
    Exchange exchange = request.exchange;
    try {
      if (response.ended()) {
        LOG.debug("A route is done after its request was answered");
      } else if (exchange.getException() != null) {
        LOG.error("A request failed unexpectedly", exchange.getException());
        request.answer(500);
      } else if (!response.closed()) {
        write(response, exchange.getMessage());
      }
      timers
          .computeIfAbsent(response.getStatusCode(), this::timer)
          .record(System.nanoTime() - request.began, TimeUnit.NANOSECONDS);
    } finally {
      doneUoW(exchange);
      releaseExchange(exchange, false);
    }
  }

  private void write(HttpServerResponse response, Message message) {
    Integer status = message.getHeader(Exchange.HTTP_RESPONSE_CODE, Integer.class);
    if (status != null) {
      response.setStatusCode(status);
    }
    for (int i = 0; i < headers.size(); i++) {
      Object value = message.getHeader(headers.get(i));
      if (value instanceof List<?> several) {
        response.putHeader(headers.get(i), several.stream().map(Object::toString).toList());
      } else if (value != null) {
        response.putHeader(headers.get(i), value.toString());
      }
    }
    if (message.getBody() instanceof byte[] bytes) {
      response.end(Buffer.buffer(bytes));
    } else {
      response.end(message.getBody(String.class));
    }
  }

  private Timer timer(int status) {
    return Timer.builder("elastauth.requests")
        .description("answers by path and HTTP status, with the time they took")
        .tag("path", path)
        .tag("status", Integer.toString(status))
        .register(meters);
  }
}
