package org.elastauth.login;

import org.apache.camel.Exchange;
import org.apache.camel.Predicate;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/** Whether what a session knows of its user is as old as it may be ({@link SessionIdentity}). */
@Lazy
@Component("renewalDue")
final class RenewalDue implements Predicate {
  @Override
  public boolean matches(Exchange exchange) {
    return exchange.getProperty("renewalDue") != null;
  }
}
