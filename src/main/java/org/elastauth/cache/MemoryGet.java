package org.elastauth.cache;

import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.springframework.stereotype.Component;

/** Leaves what memory holds under the property {@code cacheKey} as body; null if nothing. */
@Component("memoryGet")
public final class MemoryGet implements Processor {
  private final MemoryCache memory;

  public MemoryGet(MemoryCache memory) {
    this.memory = memory;
  }

  @Override
  public void process(Exchange exchange) {
    exchange.getMessage().setBody(memory.get((String) exchange.getProperty("cacheKey")));
  }
}
