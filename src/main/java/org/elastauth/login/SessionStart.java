package org.elastauth.login;

import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.elastauth.config.Settings;
import org.elastauth.session.SessionId;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * Gives a browser its session. Its id is always a new one, whatever cookie the browser came with:
 * somebody else may have put that there (session fixation).
 */
@Lazy
@Component("sessionStart")
final class SessionStart {
  private final GatewayCookie sessionCookie;
  private final long maxAge;

  SessionStart(GatewayCookie sessionCookie, Settings settings) {
    this.sessionCookie = sessionCookie;
    this.maxAge = settings.session().maxAge().toSeconds();
  }

  /** Leaves the exchange properties {@code sessionKey} and {@code sessionId}, and the session. */
  void enter(Exchange exchange) {
    SessionId id = SessionId.random();
    exchange.setProperty("sessionId", id);
    exchange.setProperty("sessionKey", id.key());
    exchange.getMessage().setBody(exchange.getProperty("session"));
  }

  /** To the page that the browser wanted to see. */
  void sendBack(Exchange exchange) {
    SessionId id = exchange.getProperty("sessionId", SessionId.class);
    Login login = exchange.getProperty("login", Login.class);
    Message message = exchange.getMessage();
    message.setHeader(Exchange.HTTP_RESPONSE_CODE, 302);
    message.setHeader("Location", login.target());
    message.setHeader(
        "Set-Cookie",
        List.of(
            sessionCookie.set(id.cookie(), maxAge),
            exchange.getProperty("spentCookie", String.class)));
    message.setHeader("Cache-Control", "no-store");
    message.setBody("");
  }
}
