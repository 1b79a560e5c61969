package org.elastauth.oidc.login;

import java.time.Clock;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.elastauth.session.Session;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * Sets the exchange property {@code identity} from the session in the body. A session that is due
 * for a refresh but has no refresh token gives no identity, so that the user logs in again.
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
    if (exchange.getMessage().getBody() instanceof Session session
        && (!session.refreshToken().isEmpty() || !SessionRefresh.isDue(session, clock))) {
      exchange.setProperty("identity", session.identity());
    } else {
      exchange.removeProperty("identity");
    }
  }
}
