package org.elastauth.redis;

import org.apache.camel.Exchange;
import org.apache.camel.Predicate;
import org.elastauth.config.Settings;
import org.springframework.stereotype.Component;

/**
 * Whether a request shall do without Redis: it has waited for it once (property {@code
 * sharedCacheAway}), or for a thread for a tenth of {@code redis.read_timeout}, as those who hold
 * the threads then do. Else it would wait its own timeout after theirs.
 */
@Component("waitedInVain")
public final class WaitedInVain implements Predicate {
  private final long patience;
  private final boolean caches;

  public WaitedInVain(Settings settings) {
    this.patience = Math.max(1, settings.redis().readTimeout().toMillis() / 10);
    this.caches = settings.cache().inRedis();
  }

  @Override
  public boolean matches(Exchange exchange) {
    if (exchange.getProperty("sharedCacheAway") != null) {
      return true;
    }
    if (exchange.getClock().elapsed() < patience) {
      return false;
    }
    if (caches) {
      exchange.setProperty("sharedCacheAway", "true");
    }
    return true;
  }
}
