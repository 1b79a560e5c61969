package org.elastauth.ratelimit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.codec.Base16;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.support.AsyncProcessorSupport;
import org.elastauth.config.HeapShare;
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
 * Counts the requests of all gateways in Redis: no window admits more than the limit. A script
 * counts in one round trip, by the clock of Redis. For a client that sends many, it counts the next
 * requests too ({@link Advance}). If Redis fails, {@code rate_limit.policy} applies.
 */
@Lazy
@Component("redisRateLimiter")
public final class RedisRateLimiter extends AsyncProcessorSupport {
  private static final int RADIX = Character.MAX_RADIX;
  private static final int KEYS = 20_000;

  /** A key and its {@link Advance}. */
  private static final int KEY_BYTES = 400;

  private static final byte[] SCRIPT = script();

  /** How EVALSHA names the script. Lettuce would calculate the SHA-1 for each request. */
  private static final String DIGEST = Base16.digest(SCRIPT);

  /** Returned by a Redis that is reachable but does not run the script. */
  private static final Verdict REFUSED = new Verdict(false, 0, 0);

  /** How late a request that was counted in advance may come: this, or 2 % of the window. */
  private static final long ADVANCE_MILLIS = 50;

  private static final int SPANS = 50;

  /** As the script has it: the share of the rest that it counts at most. */
  private static final int SHARE = 64;

  private static final int COUNTED = 0;
  private static final int LEFT = 1;

  private final SharedState redis;
  private final RedisErrorReplies errorReplies;
  private final MemoryRateLimiter memory;
  private final String policy;
  private final byte[] limit;
  private final byte[] window;
  private final byte[] advance;
  private final byte[] kept;
  private final long windowMillis;
  private final long advanceNanos;

  /**
   * How many requests Redis counts at once at most; below {@link Advance#LEAST}, the limit is too
   * small for that.
   */
  private final int most;

  private final long pauseNanos;

  /** Makes the ids of requests unique among all gateways and restarts. */
  private final String run =
      Long.toString(UUID.randomUUID().getMostSignificantBits() >>> 16, RADIX) + "-";

  private final AtomicLong requests = new AtomicLong();
  private final Cache<String, Advance> advances;
  private final Ticker ticker;

  /** When Redis last denied the right to run the script; 0: never. */
  private volatile long forbidden;

  public RedisRateLimiter(
      SharedState redis,
      RedisErrorReplies errorReplies,
      MemoryRateLimiter memory,
      RateLimitSettings rateLimit,
      RedisSettings redisSettings,
      Ticker ticker) {
    this.redis = redis;
    this.errorReplies = errorReplies;
    this.memory = memory;
    this.policy = rateLimit.policy();
    this.limit = bytes(Integer.toString(rateLimit.maxRequests()));
    this.windowMillis = rateLimit.window().toMillis();
    this.window = bytes(Long.toString(windowMillis));
    this.pauseNanos = redisSettings.healthCheck().interval().toNanos();
    this.most = Math.min(SHARE, rateLimit.maxRequests() / SHARE);
    long millis = most < Advance.LEAST ? 0 : Math.min(ADVANCE_MILLIS, windowMillis / SPANS);
    this.advance = bytes(Long.toString(millis));
    this.kept = bytes(Long.toString(windowMillis + millis));
    this.advanceNanos = TimeUnit.MILLISECONDS.toNanos(millis);
    this.ticker = ticker;
    this.advances =
        Caffeine.newBuilder()
            .executor(Runnable::run)
            .ticker(ticker)
            .maximumSize(HeapShare.RATE_ADVANCES.entries(KEYS, KEY_BYTES))
            .expireAfterWrite(rateLimit.window())
            .build();
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
    Advance advance = advances.getIfPresent(key);
    long remaining = advance == null ? Advance.NONE : advance.take(ticker.read(), advanceNanos);
    if (remaining == Advance.NONE) {
      return AsyncAnswer.intoBody(count(exchange, key, advance), exchange, callback);
    }
    exchange.getMessage().setBody(new Verdict(true, remaining, windowMillis));
    callback.done(true);
    return true;
  }

  /**
   * @param last nothing can be taken from it; null: the key has none
   */
  private CompletableFuture<Verdict> count(Exchange exchange, String key, Advance last) {
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
        .write(exchange, "evalsha", outage, commands -> count(commands, key, last))
        .thenCompose(
            verdict ->
                verdict == REFUSED ? outage.answer() : CompletableFuture.completedFuture(verdict));
  }

  private CompletionStage<Verdict> count(
      RedisClusterAsyncCommands<byte[], byte[]> redis, String key, Advance last) {
    String name = run + Long.toString(requests.incrementAndGet(), RADIX);
    long now = ticker.read();
    Advance asked = new Advance(name, 0, 0, now);
    if (most < Advance.LEAST || !replace(key, last, asked)) {
      return count(redis, key, arguments(name, 1, List.of())).handle(this::verdict);
    }
    byte[][] arguments =
        last == null
            ? arguments(name, 1, List.of())
            : arguments(name, Math.min(most, last.expected(now, advanceNanos)), last.close());
    return count(redis, key, arguments)
        .handle(
            (answer, failure) -> {
              if (failure != null || answer.get(COUNTED) == 0) {
                advances.asMap().remove(key, asked);
              } else {
                int counted = answer.get(COUNTED).intValue();
                replace(key, asked, new Advance(name, counted, answer.get(LEFT), now));
              }
              return verdict(answer, failure);
            });
  }

  /** False if another request of the key asks Redis for the next ones. */
  private boolean replace(String key, Advance last, Advance next) {
    if (last == null) {
      return advances.asMap().putIfAbsent(key, next) == null;
    }
    return !(last.isAsked() && next.isAsked()) && advances.asMap().replace(key, last, next);
  }

  private byte[][] arguments(String name, int wanted, List<String> unused) {
    byte[] most = bytes(Integer.toString(wanted));
    byte[][] fixed = {limit, window, bytes(name), most, advance, kept};
    if (unused.isEmpty()) {
      return fixed;
    }
    return Stream.concat(Stream.of(fixed), unused.stream().map(RedisRateLimiter::bytes))
        .toArray(byte[][]::new);
  }

  private static CompletionStage<List<Long>> count(
      RedisClusterAsyncCommands<byte[], byte[]> redis, String key, byte[][] arguments) {
    byte[][] keys = {bytes(key)};
    CompletionStage<List<Long>> answer =
        redis.evalsha(DIGEST, ScriptOutputType.MULTI, keys, arguments);
    return answer.exceptionallyCompose(
        failure ->
            failure instanceof RedisNoScriptException || RedisFailure.isUnsupported(failure)
                ? redis.<List<Long>>eval(SCRIPT, ScriptOutputType.MULTI, keys, arguments)
                : CompletableFuture.failedFuture(failure));
  }

  private Verdict verdict(List<Long> answer, Throwable failure) {
    if (failure != null) {
      return refused(failure);
    }
    long counted = answer.get(COUNTED);
    long left = answer.get(LEFT);
    return counted == 0
        ? new Verdict(false, 0, -left)
        : new Verdict(true, left + counted - 1, windowMillis);
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
