package org.elastauth.redis;

import io.lettuce.core.RedisCommandTimeoutException;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.EventExecutorGroup;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;

/**
 * Ends waits for Redis: after {@code redis.patience} if this gateway's memory has an answer, else
 * after the timeout of the command. Waits of the same length end in the order of their start, so a
 * queue and a scan replace a timer for each command, which costs more than the command's own work.
 *
 * <p>A pause of this gateway (garbage collection, no CPU) must not count as a delay of Redis. So a
 * wait ends on the event loop of its connection, after the loop has read the replies that arrived.
 */
final class RedisDeadlines implements AutoCloseable {
  /** How late a wait may end, in milliseconds. */
  private static final long SCAN_MILLIS = 20;

  /** How long Lettuce may take to connect again before memory answers, in milliseconds. */
  private static final long RECONNECT_MILLIS = 20;

  private final Map<Long, Queue<Deadline>> waits = new ConcurrentHashMap<>();
  private final Duration patience;
  private final IntFunction<EventExecutor> eventLoop;
  private final Future<?> scans;

  /**
   * @param eventLoop of a connection
   */
  RedisDeadlines(
      Duration patience, EventExecutorGroup loops, IntFunction<EventExecutor> eventLoop) {
    this.patience = patience;
    this.eventLoop = eventLoop;
    this.scans =
        loops.scheduleAtFixedRate(this::scan, SCAN_MILLIS, SCAN_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** Redis is slow, and memory answers instead. */
  static final class PatienceExhausted extends RedisCommandTimeoutException {
    private PatienceExhausted(long millis) {
      super("no answer within " + millis + " ms");
    }
  }

  private record Deadline(
      CompletableFuture<?> answer,
      long nanos,
      long timeoutMillis,
      BooleanSupplier memoryAnswers,
      int connection) {}

  /**
   * @param memoryAnswers null: always wait for the timeout
   */
  void set(
      CompletableFuture<?> answer,
      Duration timeout,
      BooleanSupplier memoryAnswers,
      int connection) {
    boolean impatient = memoryAnswers != null && patience.compareTo(timeout) < 0;
    long timeoutMillis = timeout.toMillis();
    long wait = impatient ? patience.toMillis() : timeoutMillis;
    add(answer, wait, timeoutMillis, impatient ? memoryAnswers : null, connection);
  }

  private void add(
      CompletableFuture<?> answer,
      long wait,
      long timeoutMillis,
      BooleanSupplier memoryAnswers,
      int connection) {
    waits
        .computeIfAbsent(wait, first -> new ConcurrentLinkedQueue<>())
        .add(
            new Deadline(
                answer,
                System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(wait),
                timeoutMillis,
                memoryAnswers,
                connection));
  }

  /**
   * Ends the waits that memory can answer, because Lettuce keeps the commands of a lost connection.
   */
  void lost(int connection) {
    for (Queue<Deadline> wait : waits.values()) {
      for (Deadline deadline : wait) {
        if (deadline.connection == connection && deadline.memoryAnswers != null) {
          expireLater(deadline, RECONNECT_MILLIS);
        }
      }
    }
  }

  private void scan() {
    long now = System.nanoTime();
    for (Queue<Deadline> wait : waits.values()) {
      Deadline first = wait.peek();
      while (first != null && (first.answer.isDone() || first.nanos - now <= 0)) {
        wait.remove();
        if (!first.answer.isDone()) {
          // an event loop reads the replies that have arrived before it runs a scheduled task
          expireLater(first, 1);
        }
        first = wait.peek();
      }
    }
  }

  private void expireLater(Deadline deadline, long millis) {
    try {
      eventLoop
          .apply(deadline.connection)
          .schedule(() -> expire(deadline), millis, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException stopping) {
      expire(deadline);
    }
  }

  private void expire(Deadline deadline) {
    CompletableFuture<?> answer = deadline.answer;
    if (answer.isDone()) {
      return;
    }
    if (deadline.memoryAnswers == null) {
      answer.completeExceptionally(
          new RedisCommandTimeoutException("no answer within " + deadline.timeoutMillis + " ms"));
    } else if (memoryAnswers(deadline)) {
      answer.completeExceptionally(new PatienceExhausted(patience.toMillis()));
    } else {
      long rest = Math.max(1, deadline.timeoutMillis - patience.toMillis());
      add(answer, rest, deadline.timeoutMillis, null, deadline.connection);
    }
  }

  private static boolean memoryAnswers(Deadline deadline) {
    try {
      return deadline.memoryAnswers.getAsBoolean();
    } catch (RuntimeException unknown) {
      return false;
    }
  }

  @Override
  public void close() {
    scans.cancel(false);
  }
}
