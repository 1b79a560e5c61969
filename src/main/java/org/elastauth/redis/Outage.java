package org.elastauth.redis;

import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.elastauth.http.HttpError;

/**
 * The policy of a request while Redis does not answer.
 *
 * @param memory answers instead, or throws the {@link HttpError} of {@code fail_closed}
 * @param memoryAnswers whether memory may answer as soon as Redis is slow; null: never
 * @param failClosed only Redis may answer
 */
public record Outage<T>(Supplier<T> memory, BooleanSupplier memoryAnswers, boolean failClosed) {
  /**
   * @param policy {@code memory}, {@code fail_open} or {@code fail_closed}
   * @param memory answers under the first two
   * @param memoryAnswers whether memory may answer as soon as Redis is slow
   * @param refusal the message of {@code fail_closed}, a 503
   */
  public static <T> Outage<T> of(
      String policy, Supplier<T> memory, BooleanSupplier memoryAnswers, String refusal) {
    if (!policy.equals("fail_closed")) {
      return new Outage<>(memory, memoryAnswers, false);
    }
    return new Outage<>(
        () -> {
          throw HttpError.unavailable(refusal);
        },
        null,
        true);
  }

  /** The answer of memory, or the 503 of {@code fail_closed}. */
  public CompletableFuture<T> answer() {
    CompletableFuture<T> answer = new CompletableFuture<>();
    answerInto(answer);
    return answer;
  }

  void answerInto(CompletableFuture<T> answer) {
    try {
      answer.complete(memory.get());
    } catch (RuntimeException refusal) {
      answer.completeExceptionally(refusal);
    }
  }
}
