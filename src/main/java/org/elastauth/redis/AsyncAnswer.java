package org.elastauth.redis;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.elastauth.http.DecisionLog;

/** Passes a CompletionStage to a route. */
public final class AsyncAnswer {
  private AsyncAnswer() {}

  /** The same stage, but failing without a CompletionException, because routes catch by class. */
  public static <T> CompletableFuture<T> plain(CompletionStage<T> stage) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    String decision = DecisionLog.current();
    stage.whenComplete(
        (found, failure) ->
            DecisionLog.run(
                decision,
                () -> {
                  if (failure == null) {
                    answer.complete(found);
                  } else {
                    answer.completeExceptionally(cause(failure));
                  }
                }));
    return answer;
  }

  /**
   * The result becomes the body, a failure becomes the exception of the exchange.
   *
   * @return false, as an asynchronous processor does
   */
  public static boolean intoBody(
      CompletionStage<?> stage, Exchange exchange, AsyncCallback callback) {
    String decision = DecisionLog.current();
    stage.whenComplete(
        (found, failure) -> {
          if (failure == null) {
            exchange.getMessage().setBody(found);
          } else {
            exchange.setException(cause(failure));
          }
          DecisionLog.run(decision, () -> callback.done(false));
        });
    return false;
  }

  /** The exception without the CompletionException around it. */
  public static Throwable cause(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }
}
