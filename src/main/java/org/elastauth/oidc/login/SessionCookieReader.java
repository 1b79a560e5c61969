package org.elastauth.oidc.login;

import io.vertx.core.http.HttpServerRequest;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.elastauth.session.SessionId;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * Leaves the exchange property {@code sessionKey}, if the request has a session cookie that the
 * gateway may have made.
 */
@Lazy
@Component("sessionCookieReader")
final class SessionCookieReader implements Processor {
  private final GatewayCookie sessionCookie;

  SessionCookieReader(GatewayCookie sessionCookie) {
    this.sessionCookie = sessionCookie;
  }

  @Override
  public void process(Exchange exchange) {
    String cookie = sessionCookie.read((HttpServerRequest) exchange.getProperty("request"));
    SessionId id = cookie == null ? null : SessionId.of(cookie);
    exchange.setProperty("sessionKey", id == null ? null : id.key());
  }
}
