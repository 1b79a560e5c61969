package org.elastauth.session;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import org.apache.camel.Exchange;
import org.apache.camel.Predicate;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * Whether the end of the session {@code sessionKey} is stored. It is for a known session. An
 * unknown session may have begun at another gateway during an outage of Redis; but clients can send
 * made-up keys, so a rate limit applies.
 */
@Lazy
@Component("unknownLogoutLimiter")
public final class UnknownLogoutLimiter implements Predicate {
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

  @Override
  public boolean matches(Exchange exchange) {
    return exchange.getProperty("session") != null
        || memory.isKnown((String) exchange.getProperty("sessionKey"))
        || unknown.tryConsume(1);
  }
}
