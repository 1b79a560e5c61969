package org.elastauth.login;

import com.nimbusds.jwt.JWT;
import com.nimbusds.jwt.JWTParser;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.openid.connect.sdk.LogoutRequest;
import java.net.URI;
import java.text.ParseException;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.elastauth.config.Settings;
import org.elastauth.session.Session;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * Leads a browser, whose session has ended here, on to the provider's logout, which leads it back
 * (OpenID Connect RP-Initiated Logout). Where the provider has none or does not answer, home.
 */
@Lazy
@Component("logout")
final class Logout {
  private static final Logger LOG = LoggerFactory.getLogger(Logout.class);

  private final Provider provider;
  private final RequestedUrl requestedUrl;
  private final GatewayCookie sessionCookie;
  private final ClientID client;

  Logout(
      Provider provider,
      RequestedUrl requestedUrl,
      GatewayCookie sessionCookie,
      Settings settings) {
    this.provider = provider;
    this.requestedUrl = requestedUrl;
    this.sessionCookie = sessionCookie;
    this.client = new ClientID(settings.oidc().clientId());
  }

  /** 303, as the logout may have been a POST. */
  void leadOn(Exchange exchange) {
    Session session = exchange.getProperty("session", Session.class);
    Message message = exchange.getMessage();
    message.setHeader(Exchange.HTTP_RESPONSE_CODE, 303);
    message.setHeader("Location", next(session).toString());
    message.setHeader("Set-Cookie", sessionCookie.clear());
    message.setHeader("Cache-Control", "no-store");
    message.setBody("");
  }

  private URI next(Session session) {
    URI home = URI.create(requestedUrl.home());
    try {
      URI endpoint = provider.endSessionEndpoint();
      return endpoint == null
          ? home
          : new LogoutRequest(endpoint, hint(session), null, client, home, null, null).toURI();
    } catch (ProviderAway away) {
      LOG.atWarn()
          .addKeyValue("reason", away.getMessage())
          .log("A session has ended here, but not at the provider, which does not answer");
      return home;
    }
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
