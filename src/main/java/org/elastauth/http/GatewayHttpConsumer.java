package org.elastauth.http;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.Json;
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
import org.elastauth.metrics.Tier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes requests to a route. Camel's consumer copies request headers, query parameters and form
 * fields to message headers, and these to the response. A client could thus inject a header that
 * the proxy copies upstream. This consumer sets only the exchange property {@code request}, and
 * sends only listed headers.
 *
 * <p>Camel's consumer also blocks a thread until the route ends. Here the route starts on the event
 * loop of the request. Steps that wait are asynchronous, or follow a {@code threads} step.
 */
final class GatewayHttpConsumer extends VertxPlatformHttpConsumer {
  private static final Logger LOG = LoggerFactory.getLogger(GatewayHttpConsumer.class);
  private static final int OK = 200;

  static final CharSequence DECISION = HttpHeaders.createOptimized("Elastauth-Decision");

  private final List<ResponseHeader> headers;
  private final MeterRegistry meters;
  private final InFlight inFlight;
  private final Decisions decisions;
  private final Responses responses;
  private final String path;

  /**
   * @param encoded the name as Vert.x writes it without a conversion
   */
  private record ResponseHeader(String name, CharSequence encoded) {
    static ResponseHeader of(String name) {
      return new ResponseHeader(name, HttpHeaders.createOptimized(name));
    }
  }

  /** The media type of the form that the route reads; null for none. */
  private final String form;

  /** Of the status 200, without a lookup. */
  private final Timer ok;

  private final ConcurrentHashMap<Integer, Timer> timers = new ConcurrentHashMap<>();

  /**
   * @param headers the message headers to send
   */
  GatewayHttpConsumer(
      PlatformHttpEndpoint endpoint,
      Processor processor,
      String router,
      List<String> headers,
      MeterRegistry meters,
      InFlight inFlight,
      Decisions decisions,
      Responses responses) {
    super(endpoint, processor, List.of(), router);
    this.path = endpoint.getPath();
    this.form = endpoint.getConsumes();
    this.headers = headers.stream().map(ResponseHeader::of).toList();
    this.meters = meters;
    this.ok = timer(OK);
    this.inFlight = inFlight;
    this.decisions = decisions;
    this.responses = responses;
  }

  /** Vert.x would accept a media range as media type, and fail on it later. */
  @Override
  protected void doStart() throws Exception {
    getEndpoint().setConsumes(null);
    try {
      super.doStart();
    } finally {
      getEndpoint().setConsumes(form);
    }
  }

  @Override
  protected void handleRequest(RoutingContext routing) {
    if (form == null) {
      begin(routing);
    } else if (isForm(routing.request())) {
      readForm(routing);
    } else {
      routing.fail(415);
    }
  }

  /** Media types are case-insensitive, and may have parameters (RFC 9110, 8.3.1). */
  private boolean isForm(HttpServerRequest request) {
    List<String> types = request.headers().getAll(HttpHeaders.CONTENT_TYPE);
    return types.size() == 1 && types.get(0).split(";", 2)[0].trim().equalsIgnoreCase(form);
  }

  /** A route that {@code consumes} a form starts after its end; Vert.x limits its size. */
  private void readForm(RoutingContext routing) {
    HttpServerRequest request = routing.request();
    request.setExpectMultipart(true);
    if (RequestScreening.expectsContinue(request)) {
      request.response().writeContinue();
    }
    request.exceptionHandler(
        malformed -> {
          if (!request.response().ended()) {
            routing.fail(400);
          }
        });
    request.endHandler(
        read -> {
          if (!request.response().ended()) {
            try {
              begin(routing);
            } catch (RuntimeException unexpected) {
              routing.fail(unexpected);
            }
          }
        });
  }

  private void begin(RoutingContext routing) {
    Exchange exchange = createExchange(false);
    exchange.setPattern(ExchangePattern.InOnly);
    exchange.setMessage(new HttpMessage(exchange, routing.request(), routing.response()));
    exchange.setProperty("request", routing.request());
    PendingRequest request = new PendingRequest(routing, path, exchange);
    DecisionLog.set(request.id);
    try {
      createUoW(exchange);
      boolean answered =
          getAsyncProcessor()
              .process(
                  exchange,
                  onLoop -> {
                    request.ended = request.loop.inThread();
                    if (onLoop) {
                      respond(request);
                    } else if (RequestScreening.hasBody(routing.request())) {
                      // at once: a malformed body may close the connection
                      request.loop.emit(request, this::respondLate);
                    } else {
                      request.loop.runOnContext(later -> respondLate(request));
                    }
                  });
      if (!answered && !request.ended) {
        inFlight.add(request);
      }
    } catch (Exception unexpected) {
      exchange.setException(unexpected);
      respond(request);
    } finally {
      DecisionLog.set(null);
    }
  }

  /**
   * On the event loop of the request, after it has read the other requests that arrived. Measured:
   * a response between two reads wakes the proxy each time, which costs 2.5 µs of 18 in the kernel.
   */
  private void respondLate(PendingRequest request) {
    inFlight.remove(request);
    DecisionLog.set(request.id);
    try {
      if (request.isAbandoned()) {
        LOG.atWarn()
            .addKeyValue("path", path)
            .log("A route ended after its request had received 500");
      } else {
        respond(request);
      }
    } finally {
      DecisionLog.set(null);
    }
  }

  private void respond(PendingRequest request) {
    HttpServerResponse response = request.routing.response();
    Exchange exchange = request.exchange;
    try {
      if (response.ended()) {
        LOG.debug("A route ended after its response was sent");
      } else if (!response.closed()) {
        if (exchange.getException() != null) {
          refuse(exchange);
        }
        write(request, exchange.getMessage());
      }
      count(response.getStatusCode(), exchange, System.nanoTime() - request.began);
    } finally {
      doneUoW(exchange);
      releaseExchange(exchange, false);
    }
  }

  private void count(int status, Exchange exchange, long nanos) {
    if (status != OK) {
      timers.computeIfAbsent(status, this::timer).record(nanos, TimeUnit.NANOSECONDS);
      return;
    }
    ok.record(nanos, TimeUnit.NANOSECONDS);
    if (exchange.getProperty("tier") instanceof Tier tier) {
      tier.answered(nanos);
    }
  }

  /** After an error handler of an editor's route, with which Camel skips that of the front door. */
  private void refuse(Exchange exchange) {
    ErrorBody body = responses.refused(exchange.getException(), exchange);
    exchange.getMessage().setHeader(Exchange.CONTENT_TYPE, "application/json");
    exchange.getMessage().setBody(Json.encode(body));
  }

  private void write(PendingRequest request, Message message) {
    HttpServerResponse response = request.routing.response();
    try {
      write(response, request.id, message);
    } catch (RuntimeException unexpected) { // a header that HTTP does not allow
      decisions.unexpected(unexpected);
      headers.forEach(header -> response.headers().remove(header.encoded));
      request.answer(500);
    }
  }

  private void write(HttpServerResponse response, String id, Message message) {
    Integer status = message.getHeader(Exchange.HTTP_RESPONSE_CODE, Integer.class);
    if (status != null) {
      response.setStatusCode(status);
    }
    response.putHeader(DECISION, id);
    for (int i = 0; i < headers.size(); i++) {
      ResponseHeader header = headers.get(i);
      Object value = message.getHeader(header.name);
      if (value instanceof List<?> several) {
        response.putHeader(
            header.encoded, several.stream().<CharSequence>map(Object::toString).toList());
      } else if (value != null) {
        response.putHeader(header.encoded, value.toString());
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
        .description("Duration of requests by path and HTTP status")
        .tag("path", path)
        .tag("status", Integer.toString(status))
        .register(meters);
  }
}
