package org.elastauth.redis;

import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.component.redis.RedisConstants;
import org.springframework.stereotype.Component;

/**
 * Makes the message ask Redis for the property {@code cacheKey}: no more of it than one byte beyond
 * what an entry may have, as whatever another program left there is read into this process's
 * memory.
 */
@Component("redisAsk")
public final class RedisAsk implements Processor {
  static final Long FIRST = 0L;

  /** An entry has at most 64 KiB; what is cut off here is longer, and therefore a miss. */
  static final Long LAST = 64L * 1024;

  @Override
  public void process(Exchange exchange) {
    Message message = exchange.getMessage();
    // an answer of nothing would leave what is there
    message.setBody(null);
    message.setHeader(RedisConstants.KEY, exchange.getProperty("cacheKey"));
    message.setHeader(RedisConstants.START, FIRST);
    message.setHeader(RedisConstants.END, LAST);
  }
}
