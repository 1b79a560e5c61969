package org.elastauth.session;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.camel.Exchange;
import org.elastauth.replay.MemoryReplayStore;
import org.elastauth.replay.RedisReplayStore;
import org.elastauth.replay.ReplayKind;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * Lets one request of all gateways refresh a session. A refresh token may be valid only once, so no
 * other request may send it before the new one is stored. The lock expires by itself.
 */
@Lazy
@Component
public final class RefreshLock {
  private static final Duration MINIMUM = Duration.ofSeconds(30);

  /** A refresh requests tokens, keys and userinfo. */
  private static final int REQUESTS = 3;

  /** The provider's keys may have to be read again. */
  private static final Duration NEWER_KEYS = Duration.ofSeconds(15);

  private final MemoryReplayStore memory;
  private final ObjectProvider<RedisReplayStore> redis;
  private final boolean shared;
  private final String prefix;
  private final long millis;

  public RefreshLock(
      MemoryReplayStore memory,
      ObjectProvider<RedisReplayStore> redis,
      SessionSettings settings,
      @Value("${elastauth.cache.key_prefix}") String prefix,
      @Value("${elastauth.oidc.connect_timeout}") long connectMillis,
      @Value("${elastauth.oidc.read_timeout}") long readMillis) {
    this.memory = memory;
    this.redis = redis;
    this.shared = settings.inRedis();
    this.prefix = prefix;
    this.millis =
        Math.max(
            MINIMUM.toMillis(), REQUESTS * (connectMillis + readMillis) + NEWER_KEYS.toMillis());
  }

  /** Whether the request is the only one of this gateway that may wait for the lock. */
  public boolean acquireLocally(String sessionKey) {
    return memory.use(prefix + "renewal-" + sessionKey, millis, ReplayKind.LOCK);
  }

  /** Whether the request may refresh the session. While Redis is unreachable, each gateway may. */
  public CompletionStage<Boolean> acquire(String sessionKey, Exchange exchange) {
    String name = prefix + "refresh-" + sessionKey;
    return shared
        ? redis.getObject().use(name, millis, ReplayKind.LOCK, "memory", exchange)
        : CompletableFuture.completedFuture(memory.use(name, millis, ReplayKind.LOCK));
  }
}
