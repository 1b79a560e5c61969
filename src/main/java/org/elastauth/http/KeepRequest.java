package org.elastauth.http;

import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.springframework.stereotype.Component;

/** Does nothing: every request has the exchange property {@code request} from the start. */
@Component("keepRequest")
public final class KeepRequest implements Processor {
  @Override
  public void process(Exchange exchange) {}
}
