package org.elastauth.redis;

import java.time.Duration;
import org.apache.camel.ExchangeProperty;
import org.elastauth.health.Metrics;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Lazy;
import org.springframework.data.redis.core.RedisTemplate;
import org.springframework.stereotype.Component;

/** What only the first of all gateways may have. */
@Lazy
@Component("redisClaims")
public final class RedisClaims {
  private final RedisTemplate<String, String> template;
  private final Metrics metrics;

  public RedisClaims(
      @Qualifier("redisWriteTemplate") RedisTemplate<String, String> template, Metrics metrics) {
    this.template = template;
    this.metrics = metrics;
  }

  /** Whether nobody has claimed it; nor is it claimed by this. */
  public boolean isFree(@ExchangeProperty("claim") String name) {
    Boolean taken = template.hasKey(name);
    metrics.redisOperation("exists");
    return !Boolean.TRUE.equals(taken);
  }

  /** Whether nobody had claimed it; the claim ends by itself. */
  public boolean take(
      @ExchangeProperty("claim") String name, @ExchangeProperty("claimMillis") long millis) {
    // SET NX PX: to ask first and set then would let two have it
    Boolean taken = template.opsForValue().setIfAbsent(name, "taken", Duration.ofMillis(millis));
    metrics.redisOperation("setnx");
    return Boolean.TRUE.equals(taken);
  }
}
