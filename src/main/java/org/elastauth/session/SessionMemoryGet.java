package org.elastauth.session;

import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/** Leaves what memory holds under the property {@code sessionKey} as body; null if nothing. */
@Lazy
@Component("sessionMemoryGet")
public final class SessionMemoryGet implements Processor {
  private final SessionMemory memory;

  public SessionMemoryGet(SessionMemory memory) {
    this.memory = memory;
  }

  @Override
  public void process(Exchange exchange) {
    exchange.getMessage().setBody(memory.get((String) exchange.getProperty("sessionKey")));
  }
}
