package org.elastauth.redis;

import org.apache.camel.Exchange;
import org.apache.camel.Message;
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
    Message message = exchange.getMessage();
    String found = (String) message.getBody();
    // a range of a key that is not there is empty
    String value = found == null || found.isEmpty() ? null : found;
    message.setBody(value);
    metrics.redisGet(value);
    String key = (String) exchange.getProperty("cacheKey");
    if (value != null) {
      memory.keep(key, value);
    } else if (refusals.isRefused(key)) {
      message.setBody(memory.get(key));
    }
    message.removeHeader(RedisConstants.KEY);
    message.removeHeader(RedisConstants.START);
    message.removeHeader(RedisConstants.END);
  }
}
