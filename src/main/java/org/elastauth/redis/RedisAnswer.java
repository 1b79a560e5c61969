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

  public RedisAnswer(Metrics metrics, MemoryCache memory) {
    this.metrics = metrics;
    this.memory = memory;
  }

  @Override
  public void process(Exchange exchange) {
    String value = (String) exchange.getMessage().getBody();
    metrics.redisGet(value);
    memory.keep((String) exchange.getProperty("cacheKey"), value);
    exchange.getMessage().removeHeader(RedisConstants.KEY);
  }
}
