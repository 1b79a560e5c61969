package org.elastauth.credential;

import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.springframework.stereotype.Component;

/**
 * Opens what the first tier of a cache returned. The body becomes the credential, or null where the
 * entry does not fit: another gateway may have left a newer one in the second tier.
 */
@Component("openFirstTier")
public final class OpenFirstTier implements Processor {
  private final OpenCached openCached;

  public OpenFirstTier(OpenCached openCached) {
    this.openCached = openCached;
  }

  @Override
  public void process(Exchange exchange) {
    exchange.getMessage().setBody(openCached.open(exchange));
  }
}
