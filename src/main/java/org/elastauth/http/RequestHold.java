package org.elastauth.http;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.impl.VertxInternal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;

/** Lets requests wait while routes are replaced, so that no request meets half of a set. */
final class RequestHold implements Handler<HttpServerRequest> {
  /** An event loop that is blocked for longer does not delay the change. */
  private static final long LONGEST_STEP_MILLIS = 1_000;

  private final Vertx vertx;
  private final Runnable awaitResponses;
  private final Handler<HttpServerRequest> handler;
  private final BiConsumer<HttpServerRequest, Throwable> failed;

  /** Null while nothing waits. */
  private volatile CompletableFuture<Void> end;

  /**
   * @param awaitResponses waits, for a limited time, until no request is pending
   * @param failed responds to a request that waited and that the handler throws at
   */
  RequestHold(
      Vertx vertx,
      Runnable awaitResponses,
      Handler<HttpServerRequest> handler,
      BiConsumer<HttpServerRequest, Throwable> failed) {
    this.vertx = vertx;
    this.awaitResponses = awaitResponses;
    this.handler = handler;
    this.failed = failed;
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
                  try {
                    request.resume();
                    handler.handle(request);
                  } catch (RuntimeException unexpected) {
                    failed.accept(request, unexpected); // the caller, who would do so, is gone
                  }
                }));
  }

  /** One change at a time. */
  synchronized void during(Callable<Void> change) throws Exception {
    CompletableFuture<Void> waits = new CompletableFuture<>();
    end = waits;
    try {
      awaitEventLoops();
      awaitResponses.run();
      change.call();
    } finally {
      end = null;
      waits.complete(null);
    }
  }

  /** A request that an event loop has begun to handle is not pending before the handler returns. */
  private void awaitEventLoops() throws InterruptedException {
    List<Future<?>> passed = new ArrayList<>();
    for (EventExecutor loop : ((VertxInternal) vertx).getEventLoopGroup()) {
      passed.add(loop.submit(() -> {}));
    }
    for (Future<?> loop : passed) {
      loop.await(LONGEST_STEP_MILLIS);
    }
  }
}
