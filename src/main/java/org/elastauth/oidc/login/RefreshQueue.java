package org.elastauth.oidc.login;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import org.apache.camel.CamelContext;
import org.elastauth.redis.AsyncAnswer;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * Runs at most ten refreshes at a time. A refresh occupies a thread only while the token request
 * blocks.
 */
@Lazy
@Component
final class RefreshQueue {
  private static final int MAX_RUNNING = 10;
  private static final int MAX_WAITING = 1_000;

  private final Executor workers;
  private final Queue<Runnable> waiting = new ArrayDeque<>();
  private int running;

  RefreshQueue(CamelContext context) {
    this.workers =
        context.getExecutorServiceManager().newFixedThreadPool(this, "oidc-renew", MAX_RUNNING);
  }

  /** The threads for token requests: one for each running refresh. */
  Executor workers() {
    return workers;
  }

  <T> CompletableFuture<T> run(Supplier<CompletionStage<T>> refresh) {
    CompletableFuture<T> result = new CompletableFuture<>();
    // on a worker, as the thread that ends one refresh starts the next
    Runnable start = () -> workers.execute(() -> start(refresh, result));
    synchronized (waiting) {
      if (running == MAX_RUNNING) {
        if (waiting.size() == MAX_WAITING) {
          throw new RejectedExecutionException("too many session refreshes are waiting");
        }
        waiting.add(start);
        return result;
      }
      running++;
    }
    start.run();
    return result;
  }

  private <T> void start(Supplier<CompletionStage<T>> refresh, CompletableFuture<T> result) {
    CompletableFuture.completedFuture(refresh)
        .thenCompose(Supplier::get)
        .whenComplete(
            (value, failure) -> {
              end();
              if (failure == null) {
                result.complete(value);
              } else {
                result.completeExceptionally(AsyncAnswer.cause(failure));
              }
            });
  }

  private void end() {
    Runnable next;
    synchronized (waiting) {
      next = waiting.poll();
      if (next == null) {
        running--;
      }
    }
    if (next != null) {
      next.run();
    }
  }
}
