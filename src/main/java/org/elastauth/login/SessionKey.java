package org.elastauth.login;

import io.vertx.core.http.HttpServerRequest;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
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
    String cookie = sessionCookie.read((HttpServerRequest) exchange.getProperty("request"));
    SessionId id = cookie == null ? null : SessionId.of(cookie);
    exchange.setProperty("sessionKey", id == null ? null : id.key());
  }
}
