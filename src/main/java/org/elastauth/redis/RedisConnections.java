package org.elastauth.redis;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.netty.util.Timer;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.EventExecutorGroup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.elastauth.config.ConfigurationFaults;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.springframework.data.redis.RedisConnectionFailureException;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.lettuce.LettuceConnection;

/**
 * {@code redis.pool_size} connections that stay open and serve in turn. Each carries the commands
 * of many requests at once, so nobody waits for a free one, as in a pool that lends them out;
 * several spread the work, above all that of TLS, over the cores. They are made in the background,
 * so nobody waits for Redis to be there either.
 */
public final class RedisConnections implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RedisConnections.class);
  private static final Duration RETRY = Duration.ofSeconds(1);

  private final RedisConnector dialer;
  private final Duration connectTimeout;
  private final Duration readTimeout;
  private final Duration writeTimeout;
  private final Duration patience;
  private final Timer timer;
  private final EventExecutorGroup loops;
  private final boolean lookedAt;
  private final AtomicReferenceArray<StatefulConnection<byte[], byte[]>> connections;

  /** Where the last answer over each connection came in; null: not known yet. */
  private final AtomicReferenceArray<Thread> threads;

  private final AtomicInteger turn = new AtomicInteger();
  private final AtomicBoolean looking = new AtomicBoolean();
  private final AtomicBoolean redialling = new AtomicBoolean();
  private final ScheduledExecutorService background =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "redis-connect");
            thread.setDaemon(true);
            return thread;
          });

  private volatile RuntimeException failure = new RedisConnectionException("not connected yet");

  /** Of the background thread alone. */
  private boolean retrying;

  private String complaint = "";

  RedisConnections(
      RedisConnector dialer,
      RedisSettings settings,
      CircuitBreaker breaker,
      Timer timer,
      EventExecutorGroup loops) {
    this.loops = loops;
    this.dialer = dialer;
    this.timer = timer;
    this.patience = settings.patience();
    this.connectTimeout = settings.connectTimeout();
    this.readTimeout = settings.readTimeout();
    this.writeTimeout = settings.writeTimeout();
    this.lookedAt = settings.healthCheck().enabled();
    this.connections = new AtomicReferenceArray<>(settings.poolSize());
    this.threads = new AtomicReferenceArray<>(settings.poolSize());
    // what failed may be one connection of many, which the breaker would not see
    breaker.getEventPublisher().onError(event -> look());
  }

  /**
   * Makes the first connection, and has the others made. A Redis that does not answer is waited for
   * no longer than {@code redis.connect_timeout} twice, and used once it does.
   *
   * @throws ConfigurationFaults if it answers, and must not be used as it is configured
   */
  public void open() {
    CompletableFuture<Void> tried = new CompletableFuture<>();
    background.execute(
        () -> {
          boolean connected = fill(0);
          tried.complete(null);
          if (connected) {
            fillAll();
          }
        });
    tried.completeOnTimeout(null, connectTimeout.toMillis() * 2, TimeUnit.MILLISECONDS).join();
    if (failure instanceof ConfigurationFaults faults) {
      throw faults;
    }
  }

  /**
   * Another connection, for a subscription; null where the Redis user may not subscribe, or no
   * Redis was met yet.
   *
   * @throws RedisException if it cannot be made
   */
  public StatefulRedisPubSubConnection<byte[], byte[]> subscription() {
    return dialer.subscription();
  }

  /** How many are open at this moment. */
  public int active() {
    int active = 0;
    for (int i = 0; i < connections.length(); i++) {
      StatefulConnection<byte[], byte[]> connection = connections.get(i);
      if (connection != null && isOpen(connection)) {
        active++;
      }
    }
    return active;
  }

  /**
   * The next open connection, as Spring wants it.
   *
   * @param timeout of its commands
   * @throws RedisConnectionFailureException if none is open
   */
  RedisConnection next(Duration timeout) {
    int first = turn.getAndIncrement() & Integer.MAX_VALUE;
    for (int i = 0; i < connections.length(); i++) {
      StatefulConnection<byte[], byte[]> connection =
          connections.get((first + i) % connections.length());
      if (connection instanceof StatefulRedisConnection<byte[], byte[]> single
          && connection.isOpen()) {
        return new LettuceConnection(single, dialer, timeout.toMillis(), dialer.db());
      }
      if (connection instanceof StatefulRedisClusterConnection<byte[], byte[]> cluster) {
        return new ClusterConnection(cluster, dialer, timeout);
      }
    }
    throw new RedisConnectionFailureException("Redis is not connected");
  }

  /**
   * Sends commands over the next open connection, preferably one whose answers arrive on this very
   * thread: an event loop then continues without a switch of threads. What follows on the answer
   * must not block.
   *
   * <p>The answer fails after {@code redis.read_timeout}.
   *
   * @param memoryAnswers asked after {@code redis.patience} whether this gateway's memory has an
   *     answer; if so, the wait ends. Null: never
   * @return fails with the plain exception of Lettuce
   */
  public <T> CompletableFuture<T> ask(
      BooleanSupplier memoryAnswers,
      Function<RedisClusterAsyncCommands<byte[], byte[]>, CompletionStage<T>> commands) {
    return ask(readTimeout, memoryAnswers, commands);
  }

  /** Writes: as {@link #ask}, but within {@code redis.write_timeout}. */
  public <T> CompletableFuture<T> write(
      Function<RedisClusterAsyncCommands<byte[], byte[]>, CompletionStage<T>> commands) {
    return ask(writeTimeout, null, commands);
  }

  <T> CompletableFuture<T> ask(
      Duration timeout,
      BooleanSupplier memoryAnswers,
      Function<RedisClusterAsyncCommands<byte[], byte[]>, CompletionStage<T>> commands) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    try {
      int slot = slot();
      commands
          .apply(commands(connections.get(slot)))
          .whenComplete(
              (found, failure) -> {
                if (failure == null) {
                  threads.setPlain(slot, Thread.currentThread());
                  answer.complete(found);
                } else {
                  answer.completeExceptionally(AsyncAnswer.cause(failure));
                }
              });
      if (!answer.isDone()) {
        RedisDeadline.set(timer, answer, patience, timeout, memoryAnswers, () -> eventLoop(slot));
      }
    } catch (RuntimeException notSent) {
      answer.completeExceptionally(notSent);
    }
    return answer;
  }

  /** Where the answers of a connection arrive; any event loop while that is not known yet. */
  private EventExecutor eventLoop(int slot) {
    Thread thread = threads.getPlain(slot);
    for (EventExecutor loop : loops) {
      if (thread != null && loop.inEventLoop(thread)) {
        return loop;
      }
    }
    return loops.next();
  }

  private int slot() {
    Thread here = Thread.currentThread();
    int first = turn.getAndIncrement() & Integer.MAX_VALUE;
    int other = -1;
    for (int i = 0; i < connections.length(); i++) {
      int slot = (first + i) % connections.length();
      StatefulConnection<byte[], byte[]> connection = connections.get(slot);
      if (connection != null && isOpen(connection)) {
        Thread there = threads.getPlain(slot);
        if (there == null || there == here) {
          return slot;
        }
        other = other < 0 ? slot : other;
      }
    }
    if (other < 0) {
      throw new RedisConnectionFailureException("Redis is not connected");
    }
    return other;
  }

  private static RedisClusterAsyncCommands<byte[], byte[]> commands(
      StatefulConnection<byte[], byte[]> connection) {
    if (connection == null) { // replaced at this very moment
      throw new RedisConnectionFailureException("Redis is not connected");
    }
    return connection instanceof StatefulRedisClusterConnection<byte[], byte[]> cluster
        ? cluster.async()
        : ((StatefulRedisConnection<byte[], byte[]>) connection).async();
  }

  /** A cluster's connection mends what leads to its nodes by itself. */
  private static boolean isOpen(StatefulConnection<byte[], byte[]> connection) {
    return connection instanceof StatefulRedisClusterConnection || connection.isOpen();
  }

  private record Ping(
      int slot,
      StatefulConnection<byte[], byte[]> connection,
      List<CompletableFuture<String>> answers) {}

  /**
   * Asks every connection for a sign of life, and replaces those that give none: a server that is
   * frozen or gone without a word keeps its connections open, and a Sentinel or a cluster may know
   * another by now.
   *
   * @return milliseconds until the last answer
   * @throws RedisConnectionFailureException why nobody answers, if nobody does
   */
  public long ping() {
    long began = System.nanoTime();
    List<Ping> pings = new ArrayList<>();
    for (int i = 0; i < connections.length(); i++) {
      StatefulConnection<byte[], byte[]> connection = connections.get(i);
      if (connection != null) {
        pings.add(new Ping(i, connection, ping(connection)));
      }
    }
    long deadline = System.nanoTime() + readTimeout.toNanos();
    Throwable last = pings.isEmpty() ? failure : null;
    boolean alive = false;
    for (Ping ping : pings) {
      Throwable silence = await(ping, deadline);
      alive |= silence == null;
      last = silence == null ? last : silence;
      if (silence instanceof TimeoutException
          && connections.compareAndSet(ping.slot, ping.connection, null)) {
        ping.connection.closeAsync();
        background.execute(this::fillAll);
      }
    }
    if (!alive) {
      throw new RedisConnectionFailureException(
          last instanceof TimeoutException
              ? "no answer within " + readTimeout.toMillis() + " ms"
              : RedisFailure.reason(last));
    }
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
  }

  private static List<CompletableFuture<String>> ping(
      StatefulConnection<byte[], byte[]> connection) {
    if (connection instanceof StatefulRedisClusterConnection<byte[], byte[]> cluster) {
      return Arrays.asList(cluster.async().upstream().commands().ping().futures());
    }
    return List.of(
        ((StatefulRedisConnection<byte[], byte[]>) connection)
            .async()
            .ping()
            .toCompletableFuture());
  }

  /** What went wrong, or null. Whoever may not PING still proves that Redis is alive. */
  private static Throwable await(Ping ping, long deadline) {
    try {
      for (CompletableFuture<String> answer : ping.answers) {
        try {
          answer.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (ExecutionException refused) {
          if (!RedisFailure.isNotPermitted(refused)) {
            return refused;
          }
        }
      }
      return null;
    } catch (TimeoutException | CancellationException silent) {
      return silent;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return e;
    }
  }

  /** Pings soon, in the background, unless that is under way. */
  private void look() {
    if (!background.isShutdown() && looking.compareAndSet(false, true)) {
      background.execute(
          () -> {
            try {
              ping();
            } catch (RuntimeException silent) {
              LOG.debug("Redis does not answer", silent);
            } finally {
              looking.set(false);
            }
          });
    }
  }

  /**
   * Replaces every connection, in the background, one after the other: a server that has become a
   * replica keeps its connections, while its name leads to another master by now. Not twice within
   * a second.
   */
  public void redial() {
    if (!background.isShutdown() && redialling.compareAndSet(false, true)) {
      background.execute(
          () -> {
            try {
              for (int slot = 0; slot < connections.length(); slot++) {
                replace(slot);
              }
            } catch (RuntimeException away) {
              // those that are left are as good as any; whoever uses them finds out
              LOG.debug("Redis takes no new connection", away);
            } finally {
              background.schedule(
                  () -> redialling.set(false), RETRY.toMillis(), TimeUnit.MILLISECONDS);
            }
          });
    }
  }

  private void replace(int slot) {
    StatefulConnection<byte[], byte[]> old = connections.get(slot);
    if (old != null) {
      StatefulConnection<byte[], byte[]> made = dialer.connect();
      if (connections.compareAndSet(slot, old, made)) {
        old.closeAsync();
      } else {
        made.closeAsync(); // it was lost meanwhile, and is made again by whoever noticed
      }
    }
  }

  private void fillAll() {
    int slot = 0;
    while (slot < connections.length() && fill(slot)) {
      slot++;
    }
  }

  /** Whether there is a connection now; if not, it is tried again in a while. */
  private boolean fill(int slot) {
    if (connections.get(slot) != null) {
      return true;
    }
    try {
      connections.set(slot, dialer.connect());
      failure = new RedisConnectionException("the connection was lost");
      complaint = "";
      return true;
    } catch (RuntimeException e) {
      failure = e;
      complain(e);
      if (!retrying && !background.isShutdown()) {
        retrying = true;
        background.schedule(
            () -> {
              retrying = false;
              fillAll();
            },
            RETRY.toMillis(),
            TimeUnit.MILLISECONDS);
      }
      return false;
    }
  }

  /** Once for each reason, and not beside a health check that says the same. */
  private void complain(RuntimeException e) {
    String reason = e instanceof ConfigurationFaults ? e.getMessage() : RedisFailure.reason(e);
    if (!reason.equals(complaint)) {
      complaint = reason;
      LOG.atLevel(lookedAt ? Level.DEBUG : Level.WARN)
          .addKeyValue("reason", reason)
          .log("Redis connection failed, falling back to memory");
    }
  }

  @Override
  public void close() {
    background.shutdownNow();
    dialer.close();
  }
}
