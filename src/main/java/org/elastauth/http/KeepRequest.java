package org.elastauth.http;

import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.component.platform.http.vertx.HttpMessage;
import org.springframework.stereotype.Component;

/**
 * Leaves the HTTP request in the exchange property {@code request}: a step in between may put
 * another message in the place of the first.
 */
@Component("keepRequest")
public final class KeepRequest implements Processor {
  @Override
  public void process(Exchange exchange) {
    exchange.setProperty("request", ((HttpMessage) exchange.getMessage()).getRequest());
  }
}
