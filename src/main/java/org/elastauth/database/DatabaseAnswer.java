package org.elastauth.database;

import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.elastauth.cache.MemoryCache;
import org.springframework.stereotype.Component;

/**
 * Keeps in memory what the database returned, for when it is away. The body stays the entry, or
 * null where there is none, or a column that is no text.
 */
@Component("databaseAnswer")
public final class DatabaseAnswer implements Processor {
  private final MemoryCache memory;

  public DatabaseAnswer(MemoryCache memory) {
    this.memory = memory;
  }

  @Override
  public void process(Exchange exchange) {
    Message message = exchange.getMessage();
    String value = message.getBody() instanceof String text ? text : null;
    memory.keep((String) exchange.getProperty("cacheKey"), value);
    message.setBody(value);
    message.removeHeaders("CamelSql*");
  }
}
