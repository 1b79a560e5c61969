package org.elastauth.oidc.login;

import com.nimbusds.jwt.JWT;
import com.nimbusds.jwt.JWTParser;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.openid.connect.sdk.LogoutRequest;
import java.net.URI;
import java.text.ParseException;
import java.util.concurrent.CompletionStage;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Message;
import org.elastauth.oidc.OidcSettings;
import org.elastauth.oidc.provider.Provider;
import org.elastauth.oidc.provider.ProviderEndpoints;
import org.elastauth.session.Session;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * After the session has ended here, redirects the browser to the provider's logout (OpenID Connect
 * RP-Initiated Logout), which redirects it back.
 */
@Lazy
@Component("logout")
final class Logout {
  private final Provider provider;
  private final RequestedUrl requestedUrl;
  private final GatewayCookie sessionCookie;
  private final ClientID client;

  Logout(
      Provider provider,
      RequestedUrl requestedUrl,
      GatewayCookie sessionCookie,
      OidcSettings settings) {
    this.provider = provider;
    this.requestedUrl = requestedUrl;
    this.sessionCookie = sessionCookie;
    this.client = new ClientID(settings.clientId());
  }

  /** 303, as the request may be a POST; to the home page if the provider has no logout. */
  CompletionStage<Void> redirect(@ExchangeProperty("session") Session session, Exchange exchange) {
    return provider
        .endpoints()
        .handle(
            (endpoints, unreachable) -> {
              Message message = exchange.getMessage();
              message.setHeader(Exchange.HTTP_RESPONSE_CODE, 303);
              message.setHeader("Location", next(endpoints, session).toString());
              message.setHeader("Set-Cookie", sessionCookie.clear());
              message.setHeader("Cache-Control", "no-store");
              message.setBody("");
              return null;
            });
  }

  private URI next(ProviderEndpoints endpoints, Session session) {
    URI home = URI.create(requestedUrl.home());
    return endpoints == null || endpoints.endSession() == null
        ? home
        : new LogoutRequest(endpoints.endSession(), hint(session), null, client, home, null, null)
            .toURI();
  }

  /** The ID token; without it the provider asks the user to confirm the logout. */
  private static JWT hint(Session session) {
    try {
      return session == null || session.idToken().isEmpty()
          ? null
          : JWTParser.parse(session.idToken());
    } catch (ParseException malformed) {
      return null;
    }
  }
}
