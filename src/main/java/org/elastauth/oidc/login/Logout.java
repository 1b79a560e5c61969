package org.elastauth.oidc.login;

import com.github.benmanes.caffeine.cache.Ticker;
import com.nimbusds.jwt.JWT;
import com.nimbusds.jwt.JWTParser;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.openid.connect.sdk.LogoutRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.text.ParseException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Message;
import org.elastauth.http.GatewayEvent;
import org.elastauth.http.HttpError;
import org.elastauth.http.Responses;
import org.elastauth.oidc.OidcSettings;
import org.elastauth.oidc.login.SessionEvents.Event;
import org.elastauth.oidc.provider.Provider;
import org.elastauth.oidc.provider.ProviderEndpoints;
import org.elastauth.redis.RecentKeys;
import org.elastauth.session.Session;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * After the session has ended here, redirects the browser to the provider's logout (OpenID Connect
 * RP-Initiated Logout), which redirects it back. Without such a logout, a page says so: the home
 * page would log the user in again at once.
 */
@Lazy
@Component("logout")
final class Logout {
  private static final Logger LOG = LoggerFactory.getLogger(Logout.class);

  /** Proxies reject longer headers. An ID token with hundreds of groups has 20 KB. */
  private static final int MAX_HINT = 1536;

  private static final int MAX_NAME = 255;

  /** The query of the page that ends a logout which the provider cannot continue. */
  private static final String ENDED = "ended";

  private final RecentKeys<String> warned;
  private final Provider provider;
  private final SessionEvents events;
  private final URI home;
  private final String login;
  private final String end;
  private final GatewayCookie sessionCookie;
  private final ClientID client;
  private final ApplicationEventPublisher published;

  Logout(
      Provider provider,
      RequestedUrl requestedUrl,
      GatewayCookie sessionCookie,
      OidcSettings settings,
      SessionEvents events,
      Ticker ticker,
      ApplicationEventPublisher published) {
    this.published = published;
    this.warned = new RecentKeys<>(1, Duration.ofHours(1), ticker);
    this.events = events;
    this.provider = provider;
    this.home = URI.create(requestedUrl.home());
    this.login = settings.redirectUrl().replaceFirst("callback$", "login");
    // without a host: a browser at another of our sites stays there, and the request is its own
    this.end =
        URI.create(settings.redirectUrl())
            .getRawPath()
            .replaceFirst("callback$", "logout?" + ENDED);
    this.sessionCookie = sessionCookie;
    this.client = new ClientID(settings.clientId());
  }

  /**
   * Answers a request that another site may have caused.
   *
   * @throws HttpError 403 for a POST; a GET gets a page with a form
   */
  void confirm(@ExchangeProperty("request") HttpServerRequest request, Exchange exchange) {
    if (request.method() == HttpMethod.POST) {
      throw HttpError.forbidden("another site must not log you out; open the logout page itself")
          .because("cross_site");
    }
    // the form goes to the address of the page, whatever prefix a proxy removes from it
    LoginPages.show(
        exchange,
        "Log out?",
        "<form method=\"post\"><button>Log out</button></form>\n"
            + LoginPages.link(home.toString(), "Stay logged in"));
  }

  /** 303, as the request may be a POST. */
  CompletionStage<Void> redirect(
      @ExchangeProperty("session") Session session,
      @ExchangeProperty("request") HttpServerRequest request,
      Exchange exchange) {
    if (session != null) {
      events.count(Event.LOGOUT);
      published.publishEvent(
          GatewayEvent.of(exchange, "user-logout", session.identity().username(), Map.of()));
    }
    return provider
        .endpoints()
        .handle(
            (endpoints, unreachable) -> {
              Message message = exchange.getMessage();
              boolean ends = endpoints == null || endpoints.endSession() == null;
              if (ends && ENDED.equals(request.query())) {
                showEnd(exchange);
              } else {
                String next = ends ? end : next(endpoints, session).toString();
                message.setHeader(Exchange.HTTP_RESPONSE_CODE, 303);
                message.setHeader("Location", next);
                message.setHeader("Cache-Control", "no-store");
                message.setBody("");
              }
              message.setHeader("Set-Cookie", cookies(exchange));
              return null;
            });
  }

  private List<String> cookies(Exchange exchange) {
    List<String> spent = Responses.withSpentCookies(exchange, List.of());
    return spent.isEmpty() ? List.of(sessionCookie.clear()) : spent;
  }

  private void showEnd(Exchange exchange) {
    LoginPages.show(
        exchange,
        "You are logged out here",
        "<p>Your login at the identity provider continues. Until you log out there, too, anyone with"
            + " this browser can log in here again without a password.</p>\n"
            + LoginPages.link(login, "Log in again"));
  }

  /** Without a hint the provider asks the user to confirm the logout. */
  private URI next(ProviderEndpoints endpoints, Session session) {
    JWT token = token(session);
    String user = session == null || token != null ? null : logoutHint(session);
    return new LogoutRequest(endpoints.endSession(), token, user, client, home, null, null).toURI();
  }

  /** Null if there is none, or if it is too long for a URL. */
  private JWT token(Session session) {
    if (session == null || session.idToken().isEmpty()) {
      return null;
    }
    if (session.idToken().length() > MAX_HINT) {
      if (warned.addIfAbsent("hint")) {
        LOG.warn(
            "An ID token is too long for the URL of the provider's logout: the provider receives no"
                + " id_token_hint and may ask the user to confirm the logout");
      }
      return null;
    }
    try {
      return JWTParser.parse(session.idToken());
    } catch (ParseException malformed) {
      return null;
    }
  }

  /** The provider's own name of the session, else the user. */
  private static String logoutHint(Session session) {
    return session.sid().isEmpty() || session.sid().length() > MAX_NAME
        ? session.identity().username()
        : session.sid();
  }
}
