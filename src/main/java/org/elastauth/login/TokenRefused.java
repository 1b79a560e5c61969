package org.elastauth.login;

import org.apache.camel.Exchange;
import org.apache.camel.Predicate;
import org.elastauth.http.Refusal;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * Whether what just failed did so because a token is not good, and not because somebody could not
 * say.
 */
@Lazy
@Component("tokenRefused")
final class TokenRefused implements Predicate {
  private static final int NOT_FOUND = 404;

  @Override
  public boolean matches(Exchange exchange) {
    return exchange.getException() instanceof Refusal refusal && refusal.status() < NOT_FOUND;
  }
}
