package org.elastauth.oidc.login;

import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Message;
import org.elastauth.session.Session;
import org.elastauth.session.SessionId;
import org.elastauth.session.SessionSettings;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * Gives a browser the cookie of its session. The id is always new, whatever cookie the browser
 * sent: an attacker may have set that one (session fixation).
 */
@Lazy
@Component("sessionCookieIssuer")
final class SessionCookieIssuer {
  private final GatewayCookie sessionCookie;
  private final long maxAge;

  SessionCookieIssuer(GatewayCookie sessionCookie, SessionSettings settings) {
    this.sessionCookie = sessionCookie;
    this.maxAge = settings.maxAge().toSeconds();
  }

  /** Leaves the exchange property {@code sessionKey}, the cookie as a header, and the session. */
  void issue(
      @ExchangeProperty("session") Session session,
      @ExchangeProperty("spentCookie") String loginCookie,
      Exchange exchange) {
    SessionId id = SessionId.random();
    exchange.setProperty("sessionKey", id.key());
    Message message = exchange.getMessage();
    message.setHeader("Set-Cookie", List.of(sessionCookie.set(id.cookie(), maxAge), loginCookie));
    message.setBody(session);
  }

  /** Redirects to the page that the browser wanted. */
  void redirect(@ExchangeProperty("login") AuthorizationResponse response, Exchange exchange) {
    Message message = exchange.getMessage();
    message.setHeader(Exchange.HTTP_RESPONSE_CODE, 302);
    message.setHeader("Location", response.login().target());
    message.setHeader("Cache-Control", "no-store");
    message.setBody("");
  }
}
