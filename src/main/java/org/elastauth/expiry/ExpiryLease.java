package org.elastauth.expiry;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lettuce.core.SetArgs;
import org.elastauth.cache.CacheSettings;
import org.elastauth.redis.SharedState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/** A lease in Redis that lets one gateway per interval expire users. It expires by itself. */
@Lazy
@Component("expiryLease")
public final class ExpiryLease {
  private static final Logger LOG = LoggerFactory.getLogger(ExpiryLease.class);

  private final SharedState shared;
  private final byte[] key;
  private final SetArgs args;

  public ExpiryLease(SharedState shared, CacheSettings cache, ExpirySettings expiry) {
    this.shared = shared;
    // never the key of a credential: the length of base64 is a multiple of four
    this.key = (cache.keyPrefix() + "expiry").getBytes(UTF_8);
    this.args = SetArgs.Builder.nx().px(expiry.turn().toMillis());
  }

  /**
   * Whether this gateway has the lease; always while Redis is unreachable. Blocks the timer's
   * thread, so that the next step does not run on an event loop.
   */
  public boolean acquire() {
    return shared
        .write("setnx", redis -> redis.set(key, "taken".getBytes(UTF_8), args))
        .thenApply("OK"::equals)
        .exceptionally(
            unreachable -> {
              LOG.debug("The lease to expire users could not be acquired", unreachable);
              return true;
            })
        .join();
  }
}
