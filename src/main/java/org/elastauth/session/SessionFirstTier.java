package org.elastauth.session;

import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/** The body becomes the session in memory if Redis had it within the last 10 s; else null. */
@Lazy
@Component("sessionFirstTier")
public final class SessionFirstTier implements Processor {
  private final SessionMemory memory;

  public SessionFirstTier(SessionMemory memory) {
    this.memory = memory;
  }

  @Override
  public void process(Exchange exchange) {
    exchange.getMessage().setBody(memory.fresh((String) exchange.getProperty("sessionKey")));
  }
}
