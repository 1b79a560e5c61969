package org.elastauth.http;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;

/** Lets requests wait while routes are replaced, so that no request meets half of a set. */
final class RequestHold implements Handler<HttpServerRequest> {
  private final Vertx vertx;
  private final Runnable awaitResponses;
  private final Handler<HttpServerRequest> handler;

  /** Null while nothing waits. */
  private volatile CompletableFuture<Void> end;

  /**
   * @param awaitResponses waits, for a limited time, until no request is pending
   */
  RequestHold(Vertx vertx, Runnable awaitResponses, Handler<HttpServerRequest> handler) {
    this.vertx = vertx;
    this.awaitResponses = awaitResponses;
    this.handler = handler;
  }

  @Override
  public void handle(HttpServerRequest request) {
    CompletableFuture<Void> waits = end;
    if (waits == null) {
      handler.handle(request);
      return;
    }
    request.pause();
    var loop = vertx.getOrCreateContext();
    waits.thenRun(
        () ->
            loop.runOnContext(
                now -> {
                  request.resume();
                  handler.handle(request);
                }));
  }

  /** One change at a time. */
  synchronized void during(Callable<Void> change) throws Exception {
    CompletableFuture<Void> waits = new CompletableFuture<>();
    end = waits;
    try {
      awaitResponses.run();
      change.call();
    } finally {
      end = null;
      waits.complete(null);
    }
  }
}
