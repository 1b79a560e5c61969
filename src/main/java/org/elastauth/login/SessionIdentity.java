package org.elastauth.login;

import java.time.Clock;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.elastauth.session.Session;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * Takes the user from the session in the body: leaves the exchange property {@code identity}, and
 * in {@code renewalDue} whether what is known of the user is as old as it may be. Neither where
 * there is no session.
 */
@Lazy
@Component("sessionIdentity")
final class SessionIdentity implements Processor {
  private final Clock clock;

  SessionIdentity(Clock clock) {
    this.clock = clock;
  }

  @Override
  public void process(Exchange exchange) {
    Session session = (Session) exchange.getMessage().getBody();
    if (session != null) {
      exchange.setProperty("identity", session.identity());
      if (!session.refreshToken().isEmpty() && session.accessExpires() <= clock.millis() / 1000) {
        exchange.setProperty("renewalDue", Boolean.TRUE);
      }
    }
  }
}
