package org.elastauth.database;

import java.time.Clock;
import org.apache.camel.ExchangeProperty;
import org.springframework.stereotype.Component;

/**
 * The times in the table, in epoch seconds. They are the gateway's, as those inside the entries
 * are.
 */
@Component("entryTime")
public final class EntryTime {
  private final Clock clock;

  public EntryTime(Clock clock) {
    this.clock = clock;
  }

  public long now() {
    return clock.millis() / 1000;
  }

  /**
   * @param ttl seconds
   */
  public long end(@ExchangeProperty("ttl") long ttl) {
    return now() + ttl;
  }
}
