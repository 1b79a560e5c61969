package org.elastauth.login;

import com.nimbusds.jwt.JWT;
import com.nimbusds.jwt.JWTParser;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.openid.connect.sdk.LogoutRequest;
import java.net.URI;
import java.text.ParseException;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Message;
import org.elastauth.config.Settings;
import org.elastauth.oidc.ProviderEndpoints;
import org.elastauth.session.Session;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * Leads a browser, whose session has ended here, on to the provider's logout, which leads it back
 * (OpenID Connect RP-Initiated Logout). Where the provider has none or does not answer, home.
 */
@Lazy
@Component("logout")
final class Logout {
  private final RequestedUrl requestedUrl;
  private final GatewayCookie sessionCookie;
  private final ClientID client;

  Logout(RequestedUrl requestedUrl, GatewayCookie sessionCookie, Settings settings) {
    this.requestedUrl = requestedUrl;
    this.sessionCookie = sessionCookie;
    this.client = new ClientID(settings.oidc().clientId());
  }

  /**
   * Leaves the exchange property {@code spentCookie}, with which a refusal too makes the browser
   * forget the session.
   */
  void forget(Exchange exchange) {
    exchange.setProperty("spentCookie", sessionCookie.clear());
  }

  /** 303, as the logout may have been a POST. */
  void leadOn(
      @ExchangeProperty("endpoints") ProviderEndpoints endpoints,
      @ExchangeProperty("session") Session session,
      Exchange exchange) {
    Message message = exchange.getMessage();
    message.setHeader(Exchange.HTTP_RESPONSE_CODE, 303);
    message.setHeader("Location", next(endpoints, session).toString());
    message.setHeader("Set-Cookie", sessionCookie.clear());
    message.setHeader("Cache-Control", "no-store");
    message.setBody("");
  }

  private URI next(ProviderEndpoints endpoints, Session session) {
    URI home = URI.create(requestedUrl.home());
    return endpoints == null || endpoints.endSession() == null
        ? home
        : new LogoutRequest(endpoints.endSession(), hint(session), null, client, home, null, null)
            .toURI();
  }

  /** Without it the provider asks whether it is meant. */
  private static JWT hint(Session session) {
    try {
      return session == null || session.idToken().isEmpty()
          ? null
          : JWTParser.parse(session.idToken());
    } catch (ParseException none) {
      return null;
    }
  }
}
