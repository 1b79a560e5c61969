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

  private final Map<Long, Queue<Wait<?>>> waits = new ConcurrentHashMap<>();
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

  /**
   * The answer to a command, and when the wait for it ends. Its queue holds it until the next scan,
   * so it drops at its end what it knows of the request. Measured before: young collections copied
   * that, and the 99th percentile was 50 ms instead of 5.
   */
  static final class Wait<T> extends CompletableFuture<T> {
    private final int connection;
    private final long timeoutMillis;
    private long nanos;

    /** Null: no answer in memory, or the wait has ended. */
    private volatile BooleanSupplier memoryAnswers;

    private Wait(int connection, long timeoutMillis, BooleanSupplier memoryAnswers) {
      this.connection = connection;
      this.timeoutMillis = timeoutMillis;
      this.memoryAnswers = memoryAnswers;
    }

    void end(T found, Throwable failure) {
      memoryAnswers = null;
      if (failure == null) {
        complete(found);
      } else {
        completeExceptionally(AsyncAnswer.cause(failure));
      }
    }
  }

  /**
   * @param memoryAnswers null: always wait for the timeout
   */
  <T> Wait<T> begin(int connection, Duration timeout, BooleanSupplier memoryAnswers) {
    boolean impatient = memoryAnswers != null && patience.compareTo(timeout) < 0;
    return new Wait<>(connection, timeout.toMillis(), impatient ? memoryAnswers : null);
  }

  void add(Wait<?> wait) {
    add(wait, wait.memoryAnswers == null ? wait.timeoutMillis : patience.toMillis());
  }

  private void add(Wait<?> wait, long millis) {
    if (!wait.isDone()) {
      wait.nanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
      waits.computeIfAbsent(millis, first -> new ConcurrentLinkedQueue<>()).add(wait);
    }
  }

  /**
   * Ends the waits that memory can answer, because Lettuce keeps the commands of a lost connection.
   */
  void lost(int connection) {
    for (Queue<Wait<?>> queue : waits.values()) {
      for (Wait<?> wait : queue) {
        if (wait.connection == connection && wait.memoryAnswers != null) {
          expireLater(wait, RECONNECT_MILLIS);
        }
      }
    }
  }

  private void scan() {
    long now = System.nanoTime();
    for (Queue<Wait<?>> queue : waits.values()) {
      Wait<?> first = queue.peek();
      while (first != null && (first.isDone() || first.nanos - now <= 0)) {
        queue.remove();
        if (!first.isDone()) {
          // an event loop reads the replies that have arrived before it runs a scheduled task
          expireLater(first, 1);
        }
        first = queue.peek();
      }
    }
  }

  private void expireLater(Wait<?> wait, long millis) {
    try {
      eventLoop.apply(wait.connection).schedule(() -> expire(wait), millis, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException stopping) {
      expire(wait);
    }
  }

  private void expire(Wait<?> wait) {
    BooleanSupplier memoryAnswers = wait.memoryAnswers;
    if (wait.isDone()) {
      return;
    }
    if (memoryAnswers == null) {
      wait.end(
          null, new RedisCommandTimeoutException("no answer within " + wait.timeoutMillis + " ms"));
    } else if (answers(memoryAnswers)) {
      wait.end(null, new PatienceExhausted(patience.toMillis()));
    } else {
      wait.memoryAnswers = null;
      add(wait, Math.max(1, wait.timeoutMillis - patience.toMillis()));
    }
  }

  private static boolean answers(BooleanSupplier memory) {
    try {
      return memory.getAsBoolean();
    } catch (RuntimeException unknown) {
      return false;
    }
  }

  @Override
  public void close() {
    scans.cancel(false);
  }
}
