package org.elastauth.elasticsearch;

import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import java.time.Duration;
import org.elastauth.config.Settings;
import org.elastauth.http.Refusal;
import org.springframework.stereotype.Component;

/**
 * How many passwords are written at once: hashing one keeps a core of Elasticsearch busy. It stands
 * outside the circuit breaker, which would take waiting here for a failure of Elasticsearch.
 */
@Component("passwordWrites")
public final class PasswordWrites {
  /** Well within the time for which what was read may be written. */
  private static final Duration PATIENCE = Duration.ofMillis(1_500);

  private final Bulkhead slots;

  public PasswordWrites(Settings settings) {
    this.slots =
        Bulkhead.of(
            "password writes",
            BulkheadConfig.custom()
                .maxConcurrentCalls(settings.elasticsearch().maxPasswordWrites())
                .maxWaitDuration(PATIENCE)
                .build());
  }

  /**
   * Waits for a slot, which {@link #leave} must give back.
   *
   * @throws Refusal 429 if none becomes free
   */
  public void enter() {
    if (!slots.tryAcquirePermission()) {
      throw new Refusal(429, "too many logins are being set up; try again", 5);
    }
  }

  public void leave() {
    slots.onComplete();
  }

  /**
   * @throws Refusal 429, always: the last minute saw as many new users as are allowed
   */
  public void refuseNewUser() {
    throw new Refusal(429, "too many new users at the moment; try again", 60);
  }
}
