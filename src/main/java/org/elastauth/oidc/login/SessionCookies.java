package org.elastauth.oidc.login;

import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.elastauth.session.Session;
import org.elastauth.session.SessionId;
import org.elastauth.session.SessionSettings;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * The cookies that carry the id of a session. A login always sets a new id, whatever cookie the
 * browser sent: an attacker may have set that cookie (session fixation).
 */
@Lazy
@Component("sessionCookies")
final class SessionCookies implements Processor {
  private final GatewayCookie sessionCookie;
  private final long maxAge;

  SessionCookies(GatewayCookie sessionCookie, SessionSettings settings) {
    this.sessionCookie = sessionCookie;
    this.maxAge = settings.maxAge().toSeconds();
  }

  /** Sets the exchange property {@code sessionKey}, if the cookie has the form of a session id. */
  @Override
  public void process(Exchange exchange) {
    String cookie = sessionCookie.read((HttpServerRequest) exchange.getProperty("request"));
    SessionId id = cookie == null ? null : SessionId.of(cookie);
    exchange.setProperty("sessionKey", id == null ? null : id.key());
  }

  /** Sets the exchange property {@code sessionKey} and the cookie; the session is the body. */
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

  /** Redirects to the page that the browser requested before the login. */
  void redirect(@ExchangeProperty("login") AuthorizationResponse response, Exchange exchange) {
    Message message = exchange.getMessage();
    message.setHeader(Exchange.HTTP_RESPONSE_CODE, 302);
    message.setHeader("Location", response.login().target());
    message.setHeader("Cache-Control", "no-store");
    message.setBody("");
  }

  /** Sets the exchange property {@code spentCookie}, which deletes the cookie on an error, too. */
  void forget(Exchange exchange) {
    exchange.setProperty("spentCookie", sessionCookie.clear());
  }
}
