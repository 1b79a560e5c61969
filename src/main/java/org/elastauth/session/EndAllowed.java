package org.elastauth.session;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import org.apache.camel.Exchange;
import org.apache.camel.Predicate;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * Whether the end of the session {@code sessionKey} is to be kept: always if it is known, which is
 * what the property {@code session} says. One that is not may have begun at another gateway while
 * Redis was away; but anybody can make one up, and what is kept of its end is work and room, so it
 * is done for so many and no more.
 */
@Lazy
@Component("endAllowed")
public final class EndAllowed implements Predicate {
  private static final int AT_ONCE = 500;
  private static final int PER_SECOND = 10;

  private final SessionMemory memory;
  private final Bucket strangers;

  public EndAllowed(SessionMemory memory, TimeMeter time) {
    this.memory = memory;
    this.strangers =
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
        || strangers.tryConsume(1);
  }
}
