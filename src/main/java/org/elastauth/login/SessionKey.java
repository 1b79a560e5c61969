package org.elastauth.login;

import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.component.platform.http.vertx.HttpMessage;
import org.elastauth.session.SessionId;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * The session that a request's cookie names: the exchange property {@code sessionKey}, which is not
 * there if no cookie is, or none of ours.
 */
@Lazy
@Component("sessionKey")
final class SessionKey implements Processor {
  private final GatewayCookie sessionCookie;

  SessionKey(GatewayCookie sessionCookie) {
    this.sessionCookie = sessionCookie;
  }

  @Override
  public void process(Exchange exchange) {
    HttpMessage message = (HttpMessage) exchange.getMessage();
    String cookie = sessionCookie.read(message.getRequest());
    SessionId id = cookie == null ? null : SessionId.of(cookie);
    exchange.setProperty("sessionKey", id == null ? null : id.key());
  }
}
