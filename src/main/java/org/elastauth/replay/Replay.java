package org.elastauth.replay;

import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.camel.Exchange;
import org.elastauth.crypto.Sha256;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * Lets a token or an authorization response be used once: in this gateway, or with {@code
 * replay.store: redis} in all of them. While Redis does not answer, {@code replay.policy} applies:
 * {@code memory} and {@code fail_open} check this gateway's memory only.
 */
@Lazy
@Component("replay")
public final class Replay {
  private static final long LONGEST_SECONDS = Duration.ofDays(366).toSeconds();

  private final MemoryReplayStore memory;
  private final ObjectProvider<RedisReplayStore> redis;
  private final boolean shared;
  private final String policy;
  private final String prefix;
  private final Clock clock;

  public Replay(
      MemoryReplayStore memory,
      ObjectProvider<RedisReplayStore> redis,
      ReplaySettings replay,
      @Value("${elastauth.cache.key_prefix}") String prefix,
      Clock clock) {
    this.memory = memory;
    this.redis = redis;
    this.shared = replay.inRedis();
    this.policy = replay.policy();
    this.prefix = prefix + "replay-";
    this.clock = clock;
  }

  /** Whether this is the first use. */
  public CompletionStage<Boolean> use(ReplayKey key, Exchange exchange) {
    long seconds = Math.max(1, Math.min(key.until() - clock.millis() / 1000, LONGEST_SECONDS));
    return shared
        ? redis.getObject().use(name(key), seconds * 1000, key.kind(), policy, exchange)
        : CompletableFuture.completedFuture(memory.use(name(key), seconds * 1000, key.kind()));
  }

  /** Whether the key was not used before. */
  public CompletionStage<Boolean> isUnused(ReplayKey key, Exchange exchange) {
    return shared
        ? redis.getObject().isUnused(name(key), key.kind(), policy, exchange)
        : CompletableFuture.completedFuture(memory.isUnused(name(key), key.kind()));
  }

  private String name(ReplayKey key) {
    return prefix + Sha256.hex(key.id());
  }
}
