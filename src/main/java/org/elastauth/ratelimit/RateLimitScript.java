package org.elastauth.ratelimit;

import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.codec.Base16;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.FastThreadLocal;
import io.netty.util.internal.ThreadExecutorMap;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.elastauth.redis.RedisFailure;
import org.springframework.core.io.ClassPathResource;

/**
 * Counts requests in Redis by one script. The requests of one event loop iteration share a call:
 * measured with 64 clients, that halves what Redis and the gateway spend on a request.
 */
final class RateLimitScript {
  private static final int RADIX = Character.MAX_RADIX;
  private static final byte[] SCRIPT = script();

  /** How EVALSHA names the script. Lettuce would calculate the SHA-1 for each request. */
  private static final String DIGEST = Base16.digest(SCRIPT);

  /** Other clients of Redis wait for a script, so it has a limit. */
  private static final int MOST = 64;

  private final byte[] limit;
  private final byte[] window;

  /** Makes the ids of requests unique among all gateways and restarts. */
  private final String run =
      Long.toString(UUID.randomUUID().getMostSignificantBits() >>> 16, RADIX) + "-";

  private final AtomicLong requests = new AtomicLong();

  /** The call that an event loop will send. */
  private final FastThreadLocal<Call> next = new FastThreadLocal<>();

  /** A server that has all keys may refuse those of several users, as Redis Enterprise does. */
  private volatile boolean apart;

  RateLimitScript(RateLimitSettings settings) {
    this.limit = bytes(Integer.toString(settings.maxRequests()));
    this.window = bytes(Long.toString(settings.window().toMillis()));
  }

  private static byte[] script() {
    try {
      return new ClassPathResource("sliding-window.lua").getContentAsByteArray();
    } catch (IOException missing) {
      throw new UncheckedIOException(missing);
    }
  }

  /**
   * @param together whether a call may have the keys of several requests
   * @return how many more requests are admitted; below 0: minus the milliseconds until one is
   */
  CompletionStage<Long> count(
      RedisClusterAsyncCommands<byte[], byte[]> redis, String key, boolean together) {
    EventExecutor loop = together && !apart ? ThreadExecutorMap.currentExecutor() : null;
    Call call = loop == null ? null : next.get();
    if (call != null && call.redis == redis && call.answers.size() < MOST) {
      return call.add(key);
    }
    call = new Call(redis);
    CompletionStage<Long> answer = call.add(key);
    if (loop == null) {
      call.send();
    } else {
      next.set(call);
      loop.execute(call::send); // when the loop has read what has arrived
    }
    return answer;
  }

  /** The requests of one call. Only one thread uses it until it is sent. */
  private final class Call {
    private final RedisClusterAsyncCommands<byte[], byte[]> redis;
    private final List<byte[]> keys = new ArrayList<>();
    private final List<byte[]> arguments = new ArrayList<>(List.of(limit, window));
    private final List<CompletableFuture<Long>> answers = new ArrayList<>();

    Call(RedisClusterAsyncCommands<byte[], byte[]> redis) {
      this.redis = redis;
    }

    CompletionStage<Long> add(String key) {
      return add(bytes(key), new CompletableFuture<>());
    }

    CompletionStage<Long> add(byte[] key, CompletableFuture<Long> answer) {
      keys.add(key);
      arguments.add(bytes(run + Long.toString(requests.incrementAndGet(), RADIX)));
      answers.add(answer);
      return answer;
    }

    void send() {
      if (next.get() == this) {
        next.remove();
      }
      byte[][] keys = this.keys.toArray(byte[][]::new);
      byte[][] arguments = this.arguments.toArray(byte[][]::new);
      try {
        CompletionStage<List<Long>> counted =
            redis.evalsha(DIGEST, ScriptOutputType.MULTI, keys, arguments);
        counted
            .exceptionallyCompose(
                failure ->
                    failure instanceof RedisNoScriptException || RedisFailure.isUnsupported(failure)
                        ? redis.<List<Long>>eval(SCRIPT, ScriptOutputType.MULTI, keys, arguments)
                        : CompletableFuture.failedFuture(failure))
            .whenComplete(this::answer);
      } catch (RuntimeException notSent) {
        answer(null, notSent);
      }
    }

    private void answer(List<Long> counted, Throwable failure) {
      if (failure == null && counted.size() == answers.size()) {
        for (int i = 0; i < answers.size(); i++) {
          answers.get(i).complete(counted.get(i));
        }
      } else if (failure != null && keys.size() > 1 && isCrossSlot(failure)) {
        apart = true;
        for (int i = 0; i < answers.size(); i++) {
          Call alone = new Call(redis);
          alone.add(keys.get(i), answers.get(i));
          alone.send();
        }
      } else {
        Throwable reason =
            failure == null ? new IllegalStateException("Redis has not counted all") : failure;
        answers.forEach(answer -> answer.completeExceptionally(reason));
      }
    }

    private static boolean isCrossSlot(Throwable failure) {
      return RedisFailure.reply(failure).filter(text -> text.startsWith("CROSSSLOT")).isPresent();
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
