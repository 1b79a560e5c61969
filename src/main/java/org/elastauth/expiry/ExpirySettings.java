package org.elastauth.expiry;

import java.time.Duration;
import org.elastauth.config.Rules.Between;
import org.springframework.boot.context.properties.bind.DefaultValue;

public record ExpirySettings(
    @DefaultValue("true") boolean enabled,
    @DefaultValue("5m") @Between({"10s", "24h"}) Duration interval,
    @DefaultValue("0s")
        @Between(
            value = {"1h", "3650d"},
            orZero = true)
        Duration deleteAfter,
    @DefaultValue("false") boolean dryRun) {

  /**
   * The duration of the lease and of a run. It is less than the interval, so that the lease has
   * expired when the timer fires again.
   */
  public Duration turn() {
    return interval.multipliedBy(9).dividedBy(10);
  }
}
