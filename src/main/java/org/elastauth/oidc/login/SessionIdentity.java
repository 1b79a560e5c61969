package org.elastauth.oidc.login;

import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.elastauth.session.Session;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * Takes the exchange property {@code identity} from the session in the body. There is none where
 * there is no session, or where a refresh is due and the provider gave no refresh token: a new
 * login asks the provider then.
 */
@Lazy
@Component("sessionIdentity")
final class SessionIdentity implements Processor {
  private final SessionRefreshDue due;

  SessionIdentity(SessionRefreshDue due) {
    this.due = due;
  }

  @Override
  public void process(Exchange exchange) {
    if (exchange.getMessage().getBody() instanceof Session session
        && (!session.refreshToken().isEmpty() || !due.isDue(session))) {
      exchange.setProperty("identity", session.identity());
    } else {
      exchange.removeProperty("identity");
    }
  }
}
