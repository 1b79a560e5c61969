package org.elastauth.redis;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.RedisException;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.EventExecutorGroup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.elastauth.config.ConfigurationFaults;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.springframework.data.redis.RedisConnectionFailureException;

/**
 * {@code redis.pool_size} connections that all requests share (pipelining), so no request waits for
 * a free connection. Several connections spread the work, above all that of TLS, over the cores. A
 * background thread opens them, so no request waits for that either.
 */
public final class RedisConnections implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RedisConnections.class);
  private static final long RETRY_MILLIS = 1_000;
  private static final int LOGGED_REASONS = 10;
  private static final int SUCCESSIVE = 64;

  private final RedisConnector connector;
  private final Duration connectTimeout;
  private final Duration readTimeout;
  private final Duration writeTimeout;
  private final RedisDeadlines deadlines;
  private final EventExecutorGroup loops;
  private final boolean healthChecked;
  private final AtomicReferenceArray<StatefulConnection<byte[], byte[]>> connections;

  /** On which thread the last answer of each connection arrived; null: not known yet. */
  private final AtomicReferenceArray<Thread> threads;

  private final AtomicInteger turn = new AtomicInteger();
  private final AtomicBoolean pinging = new AtomicBoolean();
  private final AtomicBoolean reconnecting = new AtomicBoolean();
  private final AtomicBoolean refreshing = new AtomicBoolean();
  private final ScheduledExecutorService background =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "redis-connect");
            thread.setDaemon(true);
            return thread;
          });

  private volatile RuntimeException failure = new RedisConnectionException("not connected yet");

  /** Used by the background thread only. */
  private boolean retryScheduled;

  /** Used by the background thread only. */
  private final Set<String> loggedReasons = new HashSet<>();

  RedisConnections(
      RedisConnector connector,
      RedisSettings settings,
      CircuitBreaker breaker,
      EventExecutorGroup loops) {
    this.loops = loops;
    this.connector = connector;
    this.deadlines = new RedisDeadlines(settings.patience(), loops, this::eventLoop);
    this.connectTimeout = settings.connectTimeout();
    this.readTimeout = settings.readTimeout();
    this.writeTimeout = settings.writeTimeout();
    this.healthChecked = settings.healthCheck().enabled();
    this.connections = new AtomicReferenceArray<>(settings.poolSize());
    this.threads = new AtomicReferenceArray<>(settings.poolSize());
    // if one connection of many fails, too few calls fail to open the breaker
    breaker.getEventPublisher().onError(event -> inBackground(pinging, this::ping, 0));
  }

  /**
   * Opens the first connection, then the others in the background. Waits for Redis no longer than
   * twice {@code redis.connect_timeout}; a Redis that answers later is used from then on.
   *
   * @throws ConfigurationFaults if Redis answers but {@code redis.db} cannot be used
   */
  public void open() {
    CompletableFuture<Boolean> first = CompletableFuture.supplyAsync(() -> connect(0), background);
    first.thenAcceptAsync(
        connected -> {
          if (connected) {
            connectAll();
          }
        },
        background);
    first
        .copy()
        .completeOnTimeout(false, connectTimeout.toMillis() * 2, TimeUnit.MILLISECONDS)
        .join();
    if (failure instanceof ConfigurationFaults faults) {
      throw faults;
    }
  }

  /**
   * Opens another connection, for a subscription.
   *
   * @return null if the Redis user may not subscribe, or Redis was not reached yet
   * @throws RedisException if the connection fails
   */
  public StatefulRedisPubSubConnection<byte[], byte[]> subscription() {
    return connector.subscription();
  }

  /** The number of open connections. */
  public int active() {
    return (int) slots().filter(slot -> isOpen(connections.get(slot))).count();
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

  /** As {@link #ask}, but within {@code redis.write_timeout}. */
  public <T> CompletableFuture<T> write(
      Function<RedisClusterAsyncCommands<byte[], byte[]>, CompletionStage<T>> commands) {
    return ask(writeTimeout, null, commands);
  }

  <T> CompletableFuture<T> ask(
      Duration timeout,
      BooleanSupplier memoryAnswers,
      Function<RedisClusterAsyncCommands<byte[], byte[]>, CompletionStage<T>> commands) {
    try {
      int slot = slot();
      RedisDeadlines.Wait<T> answer = deadlines.begin(slot, timeout, memoryAnswers);
      commands
          .apply(commands(open(slot)))
          .whenComplete(
              (found, failure) -> {
                if (failure == null) {
                  threads.setPlain(slot, Thread.currentThread());
                }
                answer.end(found, failure);
              });
      deadlines.add(answer);
      return answer;
    } catch (RuntimeException notSent) {
      return CompletableFuture.failedFuture(notSent);
    }
  }

  /** The event loop where the answers of a connection arrive; any, as long as that is unknown. */
  private EventExecutor eventLoop(int slot) {
    Thread thread = threads.getPlain(slot);
    for (EventExecutor loop : loops) {
      if (thread != null && loop.inEventLoop(thread)) {
        return loop;
      }
    }
    return loops.next();
  }

  /**
   * The next open connection.
   *
   * @throws RedisConnectionFailureException if none is open
   */
  StatefulConnection<byte[], byte[]> next() {
    return open(slot());
  }

  /**
   * Successive commands use the same connection, so that the commands of one event loop iteration
   * share a write, and their replies a read. Measured with 64 clients: Redis spends half the CPU
   * time on a command.
   */
  private int slot() {
    Thread here = Thread.currentThread();
    int first = (turn.getAndIncrement() & Integer.MAX_VALUE) / SUCCESSIVE;
    int other = -1;
    for (int i = 0; i < connections.length(); i++) {
      int slot = (first + i) % connections.length();
      if (isOpen(connections.get(slot))) {
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

  private StatefulConnection<byte[], byte[]> open(int slot) {
    StatefulConnection<byte[], byte[]> connection = connections.get(slot);
    if (connection == null) { // closed at this very moment
      throw new RedisConnectionFailureException("Redis is not connected");
    }
    return connection;
  }

  private static RedisClusterAsyncCommands<byte[], byte[]> commands(
      StatefulConnection<byte[], byte[]> connection) {
    return connection instanceof StatefulRedisClusterConnection<byte[], byte[]> cluster
        ? cluster.async()
        : ((StatefulRedisConnection<byte[], byte[]>) connection).async();
  }

  /** Lettuce itself reconnects to the nodes of a cluster. */
  private static boolean isOpen(StatefulConnection<byte[], byte[]> connection) {
    return connection != null
        && (connection instanceof StatefulRedisClusterConnection || connection.isOpen());
  }

  private IntStream slots() {
    return IntStream.range(0, connections.length());
  }

  /**
   * Pings every connection, and replaces those that time out: a frozen server keeps its connections
   * open, and Sentinels or a cluster may name another server by now.
   *
   * @return milliseconds until the last answer
   * @throws RedisConnectionFailureException if no connection answers
   */
  public long ping() {
    long began = System.nanoTime();
    List<CompletableFuture<Void>> pings = new ArrayList<>();
    for (int slot = 0; slot < connections.length(); slot++) {
      StatefulConnection<byte[], byte[]> connection = connections.get(slot);
      if (connection != null) {
        pings.add(ping(slot, connection));
      }
    }
    Throwable last = failure;
    boolean answered = false;
    for (CompletableFuture<Void> ping : pings) {
      try {
        ping.join();
        answered = true;
      } catch (CompletionException | CancellationException silent) {
        last = silent;
      }
    }
    if (!answered && RedisFailure.isDisconnected(last)) {
      try {
        replace(0); // Lettuce does not say why it cannot reconnect
      } catch (RuntimeException reason) {
        last = reason;
      }
      answered = connections.get(0) instanceof StatefulRedisConnection<?, ?> now && now.isOpen();
    }
    if (!answered) {
      throw new RedisConnectionFailureException(
          AsyncAnswer.cause(last) instanceof TimeoutException
              ? "no answer within " + readTimeout.toMillis() + " ms"
              : RedisFailure.reason(last));
    }
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
  }

  private CompletableFuture<Void> ping(int slot, StatefulConnection<byte[], byte[]> connection) {
    return CompletableFuture.allOf(
            ping(connection).map(this::answered).toArray(CompletableFuture[]::new))
        .whenComplete(
            (answered, silence) -> {
              if (AsyncAnswer.cause(silence) instanceof TimeoutException
                  && connections.compareAndSet(slot, connection, null)) {
                connection.closeAsync();
                inBackground(refreshing, connector::refreshNodes, RETRY_MILLIS);
                inBackground(this::connectAll);
              }
            });
  }

  /** One ping a node. */
  private static Stream<CompletableFuture<String>> ping(
      StatefulConnection<byte[], byte[]> connection) {
    return connection instanceof StatefulRedisClusterConnection<byte[], byte[]> cluster
        ? Stream.of(cluster.async().upstream().commands().ping().futures())
        : Stream.of(commands(connection).ping().toCompletableFuture());
  }

  /** A refused PING is an answer, too: without the right to it, or after a failed snapshot. */
  private CompletableFuture<String> answered(CompletableFuture<String> pong) {
    return pong.copy()
        .orTimeout(readTimeout.toMillis(), TimeUnit.MILLISECONDS)
        .exceptionallyCompose(
            refused ->
                RedisFailure.refusal(refused).isPresent()
                    ? CompletableFuture.completedFuture("")
                    : CompletableFuture.failedFuture(refused));
  }

  /**
   * Replaces every connection in the background, at most once a second: a server that has become a
   * replica keeps its connections, while its name leads to another master by now. If Redis accepts
   * no new connection, the others stay, and requests detect whether they work.
   */
  public void reconnect() {
    inBackground(reconnecting, () -> slots().forEach(this::replace), RETRY_MILLIS);
  }

  /** Runs a task unless it is running, or ended less than a pause ago. */
  private void inBackground(AtomicBoolean underWay, Runnable task, long pauseMillis) {
    if (underWay.compareAndSet(false, true)) {
      inBackground(
          () -> {
            try {
              task.run();
            } catch (RuntimeException unreachable) {
              LOG.debug("Redis does not answer: {}", RedisFailure.reason(unreachable));
            } finally {
              later(() -> underWay.set(false), pauseMillis);
            }
          });
    }
  }

  private void replace(int slot) {
    StatefulConnection<byte[], byte[]> old = connections.get(slot);
    if (old != null) {
      StatefulConnection<byte[], byte[]> replacement = connected(slot);
      if (connections.compareAndSet(slot, old, replacement)) {
        old.closeAsync();
      } else {
        replacement.closeAsync(); // a ping has removed the old one meanwhile, and replaces it
      }
    }
  }

  private StatefulConnection<byte[], byte[]> connected(int slot) {
    StatefulConnection<byte[], byte[]> connection = connector.connect();
    connection.addListener(
        new RedisConnectionStateListener() {
          @Override
          public void onRedisDisconnected(RedisChannelHandler<?, ?> lost) {
            deadlines.lost(slot);
          }
        });
    return connection;
  }

  private void connectAll() {
    slots().allMatch(this::connect);
  }

  /** Whether the slot has a connection now; if not, another attempt follows. */
  private boolean connect(int slot) {
    if (connections.get(slot) != null) {
      return true;
    }
    try {
      connections.set(slot, connected(slot));
      failure = new RedisConnectionException("the connection was lost");
      loggedReasons.clear();
      return true;
    } catch (RuntimeException e) {
      failure = e;
      log(e);
      inBackground(refreshing, connector::refreshNodes, RETRY_MILLIS);
      if (!retryScheduled) {
        retryScheduled = true;
        later(
            () -> {
              retryScheduled = false;
              connectAll();
            },
            RETRY_MILLIS);
      }
      return false;
    }
  }

  /** Each reason once, of a few at most. The health check logs the same at a higher level. */
  private void log(RuntimeException e) {
    String reason = e instanceof ConfigurationFaults ? e.getMessage() : RedisFailure.reason(e);
    if (loggedReasons.size() < LOGGED_REASONS && loggedReasons.add(reason)) {
      LOG.atLevel(healthChecked ? Level.DEBUG : Level.WARN)
          .addKeyValue("reason", reason)
          .log("Redis connection failed, falling back to memory");
    }
  }

  private void inBackground(Runnable task) {
    if (!background.isShutdown()) {
      background.execute(task);
    }
  }

  private void later(Runnable task, long millis) {
    if (!background.isShutdown()) {
      background.schedule(task, millis, TimeUnit.MILLISECONDS);
    }
  }

  @Override
  public void close() {
    deadlines.close();
    background.shutdownNow();
    connector.close();
  }
}
