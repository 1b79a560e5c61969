package org.elastauth.redis;

import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.component.redis.RedisConstants;
import org.springframework.stereotype.Component;

/**
 * Makes the message ask Redis for the property {@code cacheKey}. A missing key would leave the body
 * as it was.
 */
@Component("redisAsk")
public final class RedisAsk implements Processor {
  @Override
  public void process(Exchange exchange) {
    Message message = exchange.getMessage();
    message.setBody(null);
    message.setHeader(RedisConstants.KEY, exchange.getProperty("cacheKey"));
  }
}
