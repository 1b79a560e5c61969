package org.elastauth.ratelimit;

import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.support.AsyncProcessorSupport;
import org.elastauth.redis.AsyncAnswer;
import org.elastauth.redis.Outage;
import org.elastauth.redis.RedisErrorReplies;
import org.elastauth.redis.RedisFailure;
import org.elastauth.redis.RedisSettings;
import org.elastauth.redis.SharedState;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * Counts the requests of all gateways in Redis, exactly: no window admits more than the limit. A
 * script counts in one round trip, by the clock of Redis. If Redis fails, {@code rate_limit.policy}
 * applies.
 */
@Lazy
@Component("redisRateLimiter")
public final class RedisRateLimiter extends AsyncProcessorSupport {
  /** Returned by a Redis that is reachable but does not run the script. */
  private static final Verdict REFUSED = new Verdict(false, 0, 0);

  private final SharedState redis;
  private final RedisErrorReplies errorReplies;
  private final MemoryRateLimiter memory;
  private final String policy;
  private final RateLimitScript script;
  private final long windowMillis;
  private final long pauseNanos;

  /** When Redis last denied the right to run the script; 0: never. */
  private volatile long forbidden;

  public RedisRateLimiter(
      SharedState redis,
      RedisErrorReplies errorReplies,
      MemoryRateLimiter memory,
      RateLimitSettings rateLimit,
      RedisSettings redisSettings) {
    this.redis = redis;
    this.errorReplies = errorReplies;
    this.memory = memory;
    this.policy = rateLimit.policy();
    this.script = new RateLimitScript(rateLimit);
    this.windowMillis = rateLimit.window().toMillis();
    this.pauseNanos = redisSettings.healthCheck().interval().toNanos();
  }

  /** Counts the property {@code rateLimitKey}. The body becomes the {@link Verdict}, or null. */
  @Override
  public boolean process(Exchange exchange, AsyncCallback callback) {
    String key = (String) exchange.getProperty("rateLimitKey");
    return AsyncAnswer.intoBody(count(exchange, key), exchange, callback);
  }

  private CompletableFuture<Verdict> count(Exchange exchange, String key) {
    Outage<Verdict> outage =
        Outage.of(
            policy,
            () -> policy.equals("memory") ? memory.count(key) : null,
            policy.equals("memory") ? () -> true : null,
            "requests cannot be counted at the moment");
    long since = forbidden;
    if (since != 0 && System.nanoTime() - since < pauseNanos) {
      return outage.answer();
    }
    return redis
        .write(exchange, "evalsha", outage, commands -> count(commands, key))
        .thenCompose(
            verdict ->
                verdict == REFUSED ? outage.answer() : CompletableFuture.completedFuture(verdict));
  }

  private CompletionStage<Verdict> count(
      RedisClusterAsyncCommands<byte[], byte[]> redis, String key) {
    return script
        .count(redis, key, this.redis.hasAllKeys())
        .handle(
            (number, failure) -> {
              if (failure != null) {
                return refused(failure);
              }
              return number < 0
                  ? new Verdict(false, 0, -number)
                  : new Verdict(true, number, windowMillis);
            });
  }

  private Verdict refused(Throwable failure) {
    if (RedisFailure.scriptRefusal(failure).isEmpty()) {
      throw failure instanceof RuntimeException plain ? plain : new IllegalStateException(failure);
    }
    errorReplies.report(
        failure, "Redis refuses to count requests; rate_limit.policy applies instead");
    if (RedisFailure.isNotPermitted(failure) || RedisFailure.isUnsupported(failure)) {
      forbidden = System.nanoTime() | 1;
    }
    return REFUSED;
  }
}
