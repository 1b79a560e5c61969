package org.elastauth.oidc;

import org.apache.camel.Exchange;
import org.apache.camel.Predicate;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/** Whether it is not known yet who asks: the property {@code identity} is not set. */
@Lazy
@Component("identityUnknown")
public final class IdentityUnknown implements Predicate {
  @Override
  public boolean matches(Exchange exchange) {
    return exchange.getProperty("identity") == null;
  }
}
