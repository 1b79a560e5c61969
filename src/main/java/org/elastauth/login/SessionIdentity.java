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
 * there is no session, or what is known is that old and there is nothing to renew it with: then a
 * new login asks the provider.
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
    if (session == null) {
      return;
    }
    boolean isDue = session.accessExpires() <= clock.millis() / 1000;
    if (isDue && session.refreshToken().isEmpty()) {
      return;
    }
    exchange.setProperty("identity", session.identity());
    if (isDue) {
      exchange.setProperty("renewalDue", Boolean.TRUE);
    }
  }

  /**
   * The same of what the session is by now: somebody may have renewed it meanwhile, or ended it.
   */
  void again(Exchange exchange) {
    exchange.removeProperty("identity");
    exchange.removeProperty("renewalDue");
    process(exchange);
  }
}
