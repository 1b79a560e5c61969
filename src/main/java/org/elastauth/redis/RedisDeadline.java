package org.elastauth.redis;

import io.lettuce.core.RedisCommandTimeoutException;
import io.netty.util.Timeout;
import io.netty.util.Timer;
import io.netty.util.TimerTask;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Ends a wait for Redis: after {@code redis.patience} if this gateway's memory has an answer, else
 * after the timeout of the command.
 *
 * <p>A pause of this gateway (garbage collection, no CPU) must not count as a delay of Redis. So
 * the wait ends on the event loop of the connection, after the loop has read the replies that
 * arrived.
 */
final class RedisDeadline implements TimerTask {
  private final CompletableFuture<?> answer;
  private final long patience;
  private final long timeout;
  private final Supplier<EventExecutor> eventLoop;

  /** Null after it was called, or if memory must not answer. */
  private BooleanSupplier memoryAnswers;

  private RedisDeadline(
      CompletableFuture<?> answer,
      long patience,
      long timeout,
      BooleanSupplier memoryAnswers,
      Supplier<EventExecutor> eventLoop) {
    this.answer = answer;
    this.patience = patience;
    this.timeout = timeout;
    this.memoryAnswers = memoryAnswers;
    this.eventLoop = eventLoop;
  }

  /**
   * @param memoryAnswers null: always wait for the timeout
   * @param eventLoop of the connection
   */
  static void set(
      Timer timer,
      CompletableFuture<?> answer,
      Duration patience,
      Duration timeout,
      BooleanSupplier memoryAnswers,
      Supplier<EventExecutor> eventLoop) {
    boolean patient = memoryAnswers == null || patience.compareTo(timeout) >= 0;
    RedisDeadline deadline =
        new RedisDeadline(
            answer,
            patience.toMillis(),
            timeout.toMillis(),
            patient ? null : memoryAnswers,
            eventLoop);
    deadline.start(timer, patient ? deadline.timeout : deadline.patience);
  }

  private void start(Timer timer, long millis) {
    Timeout started = timer.newTimeout(this, millis, TimeUnit.MILLISECONDS);
    answer.whenComplete((found, failure) -> started.cancel());
  }

  @Override
  public void run(Timeout over) {
    if (!answer.isDone()) {
      // an event loop reads the replies that have arrived before it runs a scheduled task
      try {
        eventLoop.get().schedule(() -> expire(over.timer()), 1, TimeUnit.MILLISECONDS);
      } catch (RejectedExecutionException stopping) {
        end(timeout);
      }
    }
  }

  private void expire(Timer timer) {
    if (answer.isDone()) {
      return;
    }
    if (memoryAnswers == null) {
      end(timeout);
      return;
    }
    if (memoryHasIt()) {
      answer.completeExceptionally(new PatienceExhausted(patience));
    } else {
      start(timer, Math.max(1, timeout - patience));
    }
  }

  private boolean memoryHasIt() {
    BooleanSupplier memory = memoryAnswers;
    memoryAnswers = null;
    try {
      return memory.getAsBoolean();
    } catch (RuntimeException unknown) {
      return false;
    }
  }

  /** Redis is slow, and memory answers instead. */
  static final class PatienceExhausted extends RedisCommandTimeoutException {
    private PatienceExhausted(long millis) {
      super("no answer within " + millis + " ms");
    }
  }

  private void end(long millis) {
    answer.completeExceptionally(
        new RedisCommandTimeoutException("no answer within " + millis + " ms"));
  }
}
