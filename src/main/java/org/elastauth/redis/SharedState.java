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
  /** The exchange property after a failure: the request does not wait for Redis again. */
  public static final String BYPASSED = "storeBypassed";

  private final RedisConnections connections;
  private final CircuitBreaker breaker;
  private final RedisErrorReplies errorReplies;
  private final Metrics metrics;
  private final Duration readTimeout;
  private final Duration writeTimeout;

  public SharedState(
      RedisConnections connections,
      @Qualifier("redisBreaker") CircuitBreaker breaker,
      RedisErrorReplies errorReplies,
      Metrics metrics,
      RedisSettings settings) {
    this.connections = connections;
    this.breaker = breaker;
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
    return send(operation, readTimeout, null, commands);
  }

  /** As {@link #ask}, but within {@code redis.write_timeout}. */
  public <T> CompletableFuture<T> write(
      String operation,
      Function<RedisClusterAsyncCommands<byte[], byte[]>, CompletionStage<T>> commands) {
    return send(operation, writeTimeout, null, commands);
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
    if (exchange.getProperty(BYPASSED) != null) {
      return outage.answer();
    }
    return AsyncAnswer.plain(
        send(operation, timeout, outage.memoryAnswers(), commands)
            .exceptionallyCompose(
                failure -> {
                  exchange.setProperty(BYPASSED, Boolean.TRUE);
                  return outage.answer();
                }));
  }

  private <T> CompletableFuture<T> send(
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
          if (failure == null) {
            breaker.onResult(took, breaker.getTimestampUnit(), found);
            metrics.redisOperation(operation);
          } else {
            breaker.onError(took, breaker.getTimestampUnit(), failure);
            errorReplies.report(failure);
          }
        });
  }
}
