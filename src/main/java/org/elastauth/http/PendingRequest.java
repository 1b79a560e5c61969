package org.elastauth.http;

import io.vertx.core.impl.ContextInternal;
import io.vertx.ext.web.RoutingContext;
import org.apache.camel.Exchange;
import org.apache.camel.support.UnitOfWorkHelper;

/** A request whose route waits for a reply. It changes on its event loop only. */
final class PendingRequest {
  final RoutingContext routing;

  /** The path of the route; the client's own may contain anything. */
  final String path;

  final Exchange exchange;

  /** Of the decision; an ended exchange has another one. */
  final String id;

  final ContextInternal loop;

  /** {@link System#nanoTime} at its arrival. */
  final long began = System.nanoTime();

  boolean ended;
  private boolean abandoned;

  PendingRequest(RoutingContext routing, String path, Exchange exchange) {
    this.routing = routing;
    this.path = path;
    this.exchange = exchange;
    this.id = exchange.getExchangeId();
    this.loop = (ContextInternal) routing.vertx().getOrCreateContext();
  }

  void answer(int status) {
    if (!routing.response().ended()) {
      routing.response().putHeader(GatewayHttpConsumer.DECISION, id);
      routing.fail(status);
    }
  }

  /**
   * Answers 500 and takes the exchange out of Camel's inflight repository. The exchange does not
   * return to its factory: its route may still hold it.
   */
  void abandon() {
    abandoned = true;
    answer(500);
    UnitOfWorkHelper.doneUow(exchange.getUnitOfWork(), exchange);
  }

  boolean isAbandoned() {
    return abandoned;
  }
}
