package org.elastauth.redis;

import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.apache.camel.Predicate;
import org.elastauth.config.Settings;
import org.springframework.stereotype.Component;

/**
 * Whether a request shall do without Redis: it has waited for it once (property {@code
 * sharedCacheAway}), or so long for a thread that those who hold the threads must be waiting for
 * it. Else it would wait its own timeout after theirs.
 */
@Component("waitedInVain")
public final class WaitedInVain implements Predicate {
  private static final long PATIENCE_MILLIS = 500;

  private final boolean caches;

  public WaitedInVain(Settings settings) {
    this.caches = settings.cache().inRedis();
  }

  /** For the property {@code identifiedAt}: the wait for the provider is none for Redis. */
  public long now() {
    return System.nanoTime();
  }

  private static long waited(Exchange exchange) {
    Long identifiedAt = exchange.getProperty("identifiedAt", Long.class);
    return identifiedAt == null
        ? exchange.getClock().elapsed()
        : TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - identifiedAt);
  }

  @Override
  public boolean matches(Exchange exchange) {
    if (exchange.getProperty("sharedCacheAway") != null) {
      return true;
    }
    if (waited(exchange) < PATIENCE_MILLIS) {
      return false;
    }
    if (caches) {
      exchange.setProperty("sharedCacheAway", "true");
    }
    return true;
  }
}
