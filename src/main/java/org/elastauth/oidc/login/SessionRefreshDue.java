package org.elastauth.oidc.login;

import java.time.Clock;
import org.apache.camel.Exchange;
import org.apache.camel.Predicate;
import org.elastauth.session.Session;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * Whether the access token of the session in the body has expired, so that the provider must be
 * asked again about the user.
 */
@Lazy
@Component("sessionRefreshDue")
final class SessionRefreshDue implements Predicate {
  private final Clock clock;

  SessionRefreshDue(Clock clock) {
    this.clock = clock;
  }

  @Override
  public boolean matches(Exchange exchange) {
    return exchange.getMessage().getBody() instanceof Session session
        && isDue(session)
        && !session.refreshToken().isEmpty();
  }

  boolean isDue(Session session) {
    return session.accessExpires() <= clock.millis() / 1000;
  }
}
