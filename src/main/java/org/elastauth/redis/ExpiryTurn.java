package org.elastauth.redis;

import org.elastauth.config.Settings;
import org.elastauth.health.Metrics;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Lazy;
import org.springframework.data.redis.core.RedisTemplate;
import org.springframework.stereotype.Component;

/** Whose turn it is to expire users: that of the gateway that first asks in each interval. */
@Lazy
@Component("expiryTurn")
public final class ExpiryTurn {
  private final RedisTemplate<String, String> template;
  private final Settings settings;
  private final Metrics metrics;

  public ExpiryTurn(
      @Qualifier("redisWriteTemplate") RedisTemplate<String, String> template,
      Settings settings,
      Metrics metrics) {
    this.template = template;
    this.settings = settings;
    this.metrics = metrics;
  }

  /** Whether this gateway has the turn; it ends by itself. */
  public boolean take() {
    Boolean taken =
        template
            .opsForValue()
            .setIfAbsent(
                // no key of an entry: base64 comes in fours
                settings.cache().keyPrefix() + "expiry", "taken", settings.expiry().turn());
    metrics.redisOperation("setnx");
    return Boolean.TRUE.equals(taken);
  }
}
