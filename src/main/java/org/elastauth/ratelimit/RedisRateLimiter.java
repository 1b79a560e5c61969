package org.elastauth.ratelimit;

import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.codec.Base16;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
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
import org.springframework.core.io.ClassPathResource;
import org.springframework.stereotype.Component;

/**
 * Counts the requests of all gateways in Redis, exactly: no window admits more than the limit. A
 * script counts in one round trip, by the clock of Redis. If Redis fails, {@code rate_limit.policy}
 * applies.
 */
@Lazy
@Component("redisRateLimiter")
public final class RedisRateLimiter extends AsyncProcessorSupport {
  private static final int RADIX = Character.MAX_RADIX;
  private static final byte[] SCRIPT = script();

  /** How EVALSHA names the script. Lettuce would calculate the SHA-1 for each request. */
  private static final String DIGEST = Base16.digest(SCRIPT);

  /** Returned by a Redis that is reachable but does not run the script. */
  private static final Verdict REFUSED = new Verdict(false, 0, 0);

  private final SharedState redis;
  private final RedisErrorReplies errorReplies;
  private final MemoryRateLimiter memory;
  private final String policy;
  private final byte[] limit;
  private final byte[] window;
  private final long windowMillis;
  private final long pauseNanos;

  /** Makes the ids of requests unique among all gateways and restarts. */
  private final String run =
      Long.toString(UUID.randomUUID().getMostSignificantBits() >>> 16, RADIX) + "-";

  private final AtomicLong requests = new AtomicLong();

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
    this.limit = bytes(Integer.toString(rateLimit.maxRequests()));
    this.windowMillis = rateLimit.window().toMillis();
    this.window = bytes(Long.toString(windowMillis));
    this.pauseNanos = redisSettings.healthCheck().interval().toNanos();
  }

  private static byte[] script() {
    try {
      return new ClassPathResource("sliding-window.lua").getContentAsByteArray();
    } catch (IOException missing) {
      throw new UncheckedIOException(missing);
    }
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
    byte[][] keys = {bytes(key)};
    byte[][] arguments = {
      limit, window, bytes(run + Long.toString(requests.incrementAndGet(), RADIX))
    };
    CompletionStage<Long> left = redis.evalsha(DIGEST, ScriptOutputType.INTEGER, keys, arguments);
    return left.exceptionallyCompose(
            failure ->
                failure instanceof RedisNoScriptException || RedisFailure.isUnsupported(failure)
                    ? redis.<Long>eval(SCRIPT, ScriptOutputType.INTEGER, keys, arguments)
                    : CompletableFuture.failedFuture(failure))
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

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
