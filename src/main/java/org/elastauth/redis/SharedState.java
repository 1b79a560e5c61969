package org.elastauth.redis;

import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.apache.camel.Exchange;
import org.elastauth.metrics.Metrics;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * The port to the state that gateways share in Redis: sessions, replay detection, rate limits,
 * provider responses. It applies the circuit breaker, the timeout and the fallback to memory. No
 * call blocks a thread.
 */
@Lazy
@Component("sharedState")
public final class SharedState {
  /**
   * The exchange property with the store that failed the request, which does not wait for it again.
   */
  public static final String BYPASSED = "storeBypassed";

  public static final String REDIS = "redis";

  private final RedisConnections connections;
  private final CircuitBreaker breaker;

  /**
   * Counts no slow answer: a pause of Redis must not refuse the requests of {@code fail_closed}.
   */
  private final CircuitBreaker failClosedBreaker;

  private final RedisErrorReplies errorReplies;
  private final Metrics metrics;
  private final Duration readTimeout;
  private final Duration writeTimeout;

  public SharedState(
      RedisConnections connections,
      @Qualifier("redisBreaker") CircuitBreaker breaker,
      @Qualifier("redisFailClosedBreaker") CircuitBreaker failClosedBreaker,
      RedisErrorReplies errorReplies,
      Metrics metrics,
      RedisSettings settings) {
    this.connections = connections;
    this.breaker = breaker;
    this.failClosedBreaker = failClosedBreaker;
    this.errorReplies = errorReplies;
    this.metrics = metrics;
    this.readTimeout = settings.readTimeout();
    this.writeTimeout = settings.writeTimeout();
  }

  /**
   * Reads.
   *
   * @param operation the tag of the metric {@code elastauth_redis_operations_total}
   * @return fails if Redis is unreachable, refuses, takes longer than {@code redis.read_timeout} in
   *     total, or if the breaker is open
   */
  public <T> CompletableFuture<T> ask(
      String operation,
      Function<RedisClusterAsyncCommands<byte[], byte[]>, CompletionStage<T>> commands) {
    return send(breaker, operation, readTimeout, null, commands);
  }

  /** As {@link #ask}, but within {@code redis.write_timeout}. */
  public <T> CompletableFuture<T> write(
      String operation,
      Function<RedisClusterAsyncCommands<byte[], byte[]>, CompletionStage<T>> commands) {
    return send(breaker, operation, writeTimeout, null, commands);
  }

  /** Reads for a request. If Redis fails, the policy of the outage applies. */
  public <T> CompletableFuture<T> ask(
      Exchange exchange,
      String operation,
      Outage<T> outage,
      Function<RedisClusterAsyncCommands<byte[], byte[]>, CompletionStage<T>> commands) {
    return forRequest(exchange, operation, readTimeout, outage, commands);
  }

  /** Writes for a request. If Redis fails, the policy of the outage applies. */
  public <T> CompletableFuture<T> write(
      Exchange exchange,
      String operation,
      Outage<T> outage,
      Function<RedisClusterAsyncCommands<byte[], byte[]>, CompletionStage<T>> commands) {
    return forRequest(exchange, operation, writeTimeout, outage, commands);
  }

  private <T> CompletableFuture<T> forRequest(
      Exchange exchange,
      String operation,
      Duration timeout,
      Outage<T> outage,
      Function<RedisClusterAsyncCommands<byte[], byte[]>, CompletionStage<T>> commands) {
    return REDIS.equals(exchange.getProperty(BYPASSED))
        ? outage.answer()
        : always(exchange, operation, timeout, outage, commands);
  }

  /**
   * As {@link #write}, but also after Redis has failed the request: for what must not stay in this
   * gateway alone.
   */
  public <T> CompletableFuture<T> writeAlways(
      Exchange exchange,
      String operation,
      Outage<T> outage,
      Function<RedisClusterAsyncCommands<byte[], byte[]>, CompletionStage<T>> commands) {
    return always(exchange, operation, writeTimeout, outage, commands);
  }

  private <T> CompletableFuture<T> always(
      Exchange exchange,
      String operation,
      Duration timeout,
      Outage<T> outage,
      Function<RedisClusterAsyncCommands<byte[], byte[]>, CompletionStage<T>> commands) {
    CircuitBreaker guard = outage.failClosed() ? failClosedBreaker : breaker;
    CompletableFuture<T> answer = new CompletableFuture<>();
    send(guard, operation, timeout, outage.memoryAnswers(), commands)
        .whenComplete(
            (found, failure) -> {
              if (failure == null) {
                answer.complete(found);
                return;
              }
              // Redis is slow but there: what else the request needs is still asked
              if (!(AsyncAnswer.cause(failure) instanceof RedisDeadlines.PatienceExhausted)) {
                exchange.setProperty(BYPASSED, REDIS);
              }
              outage.answerInto(answer);
            });
    return answer;
  }

  private <T> CompletableFuture<T> send(
      CircuitBreaker breaker,
      String operation,
      Duration timeout,
      BooleanSupplier memoryAnswers,
      Function<RedisClusterAsyncCommands<byte[], byte[]>, CompletionStage<T>> commands) {
    if (!breaker.tryAcquirePermission()) {
      return CompletableFuture.failedFuture(
          CallNotPermittedException.createCallNotPermittedException(breaker));
    }
    long began = breaker.getCurrentTimestamp();
    CompletableFuture<T> answer = connections.ask(timeout, memoryAnswers, commands);
    return answer.whenComplete(
        (found, failure) -> {
          long took = breaker.getCurrentTimestamp() - began;
          record(breaker, took, found, failure);
          if (breaker != this.breaker) {
            record(this.breaker, took, found, failure);
          }
          if (failure == null) {
            metrics.redisOperation(operation, breaker.getTimestampUnit().toNanos(took));
          } else {
            errorReplies.report(failure);
          }
        });
  }

  private static void record(CircuitBreaker breaker, long took, Object found, Throwable failure) {
    if (failure == null) {
      breaker.onResult(took, breaker.getTimestampUnit(), found);
    } else {
      breaker.onError(took, breaker.getTimestampUnit(), failure);
    }
  }
}
