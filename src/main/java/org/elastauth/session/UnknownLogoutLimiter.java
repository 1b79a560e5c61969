package org.elastauth.session;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import org.apache.camel.ExchangeProperty;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * Limits how many ends of unknown sessions are stored. An unknown session may have begun at another
 * gateway during an outage of Redis, but a client can also invent its key.
 */
@Lazy
@Component("unknownLogoutLimiter")
public final class UnknownLogoutLimiter {
  private static final int AT_ONCE = 500;
  private static final int PER_SECOND = 10;

  private final SessionMemory memory;
  private final Bucket unknown;

  public UnknownLogoutLimiter(SessionMemory memory, TimeMeter time) {
    this.memory = memory;
    this.unknown =
        Bucket.builder()
            .addLimit(
                limit -> limit.capacity(AT_ONCE).refillGreedy(PER_SECOND, Duration.ofSeconds(1)))
            .withCustomTimePrecision(time)
            .build();
  }

  /** Whether the end of the session is stored: always for a known session. */
  public boolean admit(
      @ExchangeProperty("session") Session session, @ExchangeProperty("sessionKey") String key) {
    return session != null || memory.isKnown(key) || unknown.tryConsume(1);
  }
}
