package org.elastauth.oidc.login;

import org.apache.camel.Exchange;
import org.apache.camel.Predicate;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/** Whether the request has a session cookie: the exchange property {@code sessionKey} is set. */
@Lazy
@Component("hasSessionCookie")
final class HasSessionCookie implements Predicate {
  @Override
  public boolean matches(Exchange exchange) {
    return exchange.getProperty("sessionKey") != null;
  }
}
