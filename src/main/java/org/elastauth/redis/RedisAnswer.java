package org.elastauth.redis;

import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.component.redis.RedisConstants;
import org.elastauth.cache.MemoryCache;
import org.elastauth.health.Metrics;
import org.springframework.stereotype.Component;

/** Counts what Redis returned, and keeps it in memory for when Redis is away. */
@Component("redisAnswer")
public final class RedisAnswer implements Processor {
  private final Metrics metrics;
  private final MemoryCache memory;
  private final RedisRefusal refusals;

  public RedisAnswer(Metrics metrics, MemoryCache memory, RedisRefusal refusals) {
    this.metrics = metrics;
    this.memory = memory;
    this.refusals = refusals;
  }

  @Override
  public void process(Exchange exchange) {
    String value = (String) exchange.getMessage().getBody();
    metrics.redisGet(value);
    String key = (String) exchange.getProperty("cacheKey");
    if (value != null) {
      memory.keep(key, value);
    } else if (refusals.isRefused(key)) {
      exchange.getMessage().setBody(memory.get(key));
    }
    exchange.getMessage().removeHeader(RedisConstants.KEY);
  }
}
