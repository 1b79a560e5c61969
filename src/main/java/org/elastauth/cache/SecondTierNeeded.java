package org.elastauth.cache;

import org.apache.camel.Exchange;
import org.apache.camel.Predicate;
import org.springframework.stereotype.Component;

/**
 * Whether a request has to go on to the second tier: the first one had nothing for it, or the
 * second one still holds what is to be deleted there.
 */
@Component("secondTierNeeded")
public final class SecondTierNeeded implements Predicate {
  private final StaleKeys staleKeys;

  public SecondTierNeeded(StaleKeys staleKeys) {
    this.staleKeys = staleKeys;
  }

  @Override
  public boolean matches(Exchange exchange) {
    return exchange.getMessage().getBody() == null || staleKeys.matches(exchange);
  }
}
