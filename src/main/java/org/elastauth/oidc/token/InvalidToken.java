package org.elastauth.oidc.token;

import org.apache.camel.Exchange;
import org.apache.camel.Predicate;
import org.elastauth.http.HttpError;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/** Whether the exchange failed because a token is invalid, and not because of an outage. */
@Lazy
@Component("invalidToken")
public final class InvalidToken implements Predicate {
  private static final int NOT_FOUND = 404;

  @Override
  public boolean matches(Exchange exchange) {
    return exchange.getException() instanceof HttpError refusal && refusal.status() < NOT_FOUND;
  }
}
