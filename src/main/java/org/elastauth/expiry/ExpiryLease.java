package org.elastauth.expiry;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lettuce.core.SetArgs;
import org.elastauth.cache.CacheSettings;
import org.elastauth.redis.SharedState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/** The lease that lets one gateway an interval expire users. It ends by itself. */
@Lazy
@Component("expiryLease")
public final class ExpiryLease {
  private static final Logger LOG = LoggerFactory.getLogger(ExpiryLease.class);

  private final SharedState shared;
  private final byte[] key;
  private final SetArgs args;

  public ExpiryLease(SharedState shared, CacheSettings cache, ExpirySettings expiry) {
    this.shared = shared;
    // no key of a credential: base64 comes in fours
    this.key = (cache.keyPrefix() + "expiry").getBytes(UTF_8);
    this.args = SetArgs.Builder.nx().px(expiry.turn().toMillis());
  }

  /**
   * Whether this gateway holds the lease. Without Redis each gateway does, which costs only work.
   * Waits for Redis, on the timer's own thread: an event loop must not run what follows.
   */
  public boolean acquire() {
    return shared
        .write("setnx", redis -> redis.set(key, "taken".getBytes(UTF_8), args))
        .thenApply("OK"::equals)
        .exceptionally(
            unreachable -> {
              LOG.debug("No lease to expire users could be taken", unreachable);
              return true;
            })
        .join();
  }
}
