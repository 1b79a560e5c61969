package org.elastauth.login;

import org.apache.camel.Exchange;
import org.apache.camel.Predicate;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/** Whether a cookie names a session: the property {@code sessionKey} is set. */
@Lazy
@Component("sessionShown")
final class SessionShown implements Predicate {
  @Override
  public boolean matches(Exchange exchange) {
    return exchange.getProperty("sessionKey") != null;
  }
}
