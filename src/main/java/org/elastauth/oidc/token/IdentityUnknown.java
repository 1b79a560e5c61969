package org.elastauth.oidc.token;

import org.apache.camel.Exchange;
import org.apache.camel.Predicate;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/** Whether the exchange property {@code identity} is not set. */
@Lazy
@Component("identityUnknown")
final class IdentityUnknown implements Predicate {
  @Override
  public boolean matches(Exchange exchange) {
    return exchange.getProperty("identity") == null;
  }
}
