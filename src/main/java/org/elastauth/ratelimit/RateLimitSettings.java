package org.elastauth.ratelimit;

import java.time.Duration;
import java.util.Set;
import org.elastauth.config.Alias;
import org.elastauth.config.Rules.Between;
import org.elastauth.config.Rules.Name;
import org.elastauth.config.Rules.OneOf;
import org.springframework.boot.context.properties.bind.DefaultValue;

public record RateLimitSettings(
    @DefaultValue("false") @Alias("AUTHLY_REDIS_RATE_LIMIT") boolean enabled,
    @DefaultValue("1000") @Between({"1", "100000"}) int maxRequests,
    @DefaultValue("1m") @Between({"1s", "24h"}) Duration window,
    @DefaultValue("memory") @Name String store,
    @DefaultValue("memory") @OneOf({"memory", "fail_open", "fail_closed"}) String policy) {

  /** Another name is that of the operator's route file. */
  public static final Set<String> SHIPPED = Set.of("memory", "redis");

  /** Whether requests are counted in Redis. */
  public boolean inRedis() {
    return enabled && store.equals("redis");
  }
}
