package org.elastauth.redis;

import io.lettuce.core.RedisCommandTimeoutException;
import io.netty.util.Timeout;
import io.netty.util.TimerTask;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Ends a wait for Redis: after {@code redis.patience} where this gateway's memory has an answer,
 * else after the timeout of the command.
 */
final class RedisDeadline implements TimerTask {
  private final CompletableFuture<?> answer;
  private final long patience;
  private final long timeout;

  /** Null once it was asked, or where memory must not answer. */
  private BooleanSupplier memoryAnswers;

  private RedisDeadline(
      CompletableFuture<?> answer, long patience, long timeout, BooleanSupplier memoryAnswers) {
    this.answer = answer;
    this.patience = patience;
    this.timeout = timeout;
    this.memoryAnswers = memoryAnswers;
  }

  /**
   * @param memoryAnswers null: wait for the timeout in any case
   */
  static void set(
      io.netty.util.Timer timer,
      CompletableFuture<?> answer,
      Duration patience,
      Duration timeout,
      BooleanSupplier memoryAnswers) {
    RedisDeadline deadline =
        new RedisDeadline(answer, patience.toMillis(), timeout.toMillis(), memoryAnswers);
    Timeout set =
        timer.newTimeout(
            deadline,
            memoryAnswers == null ? deadline.timeout : deadline.patience,
            TimeUnit.MILLISECONDS);
    answer.whenComplete((found, failure) -> set.cancel());
  }

  @Override
  public void run(Timeout over) {
    if (answer.isDone()) {
      return;
    }
    if (memoryAnswers == null) {
      end(timeout);
      return;
    }
    boolean memoryHasIt = memoryAnswers.getAsBoolean();
    memoryAnswers = null;
    if (memoryHasIt) {
      end(patience);
    } else {
      Timeout rest =
          over.timer().newTimeout(this, Math.max(1, timeout - patience), TimeUnit.MILLISECONDS);
      answer.whenComplete((found, failure) -> rest.cancel());
    }
  }

  private void end(long millis) {
    answer.completeExceptionally(
        new RedisCommandTimeoutException("no answer within " + millis + " ms"));
  }
}
