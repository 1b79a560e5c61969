package org.elastauth.oidc.login;

import java.time.Clock;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.elastauth.identity.Identity;
import org.elastauth.oidc.OidcSettings;
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
  private final OidcSettings settings;
  private final Clock clock;

  SessionIdentity(OidcSettings settings, Clock clock) {
    this.settings = settings;
    this.clock = clock;
  }

  @Override
  public void process(Exchange exchange) {
    Object stored = exchange.getMessage().getBody();
    if (stored instanceof Session old && old.expiresAt() <= clock.millis() / 1000) {
      stored = null; // the operator's store may not have removed it
      exchange.getMessage().setBody(null);
    }
    if (stored instanceof Session session
        && (!session.refreshToken().isEmpty() || !SessionRefresh.isDue(session, clock))) {
      exchange.setProperty("identity", identity(session));
    } else {
      exchange.removeProperty("identity");
    }
  }

  /** A stored session has an identity without its subject, because older gateways read it, too. */
  private Identity identity(Session session) {
    Identity identity = session.identity();
    return identity.subject().isEmpty()
        ? identity.withSubject(settings.subject(session.subject()))
        : identity;
  }
}
