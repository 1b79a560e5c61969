package org.elastauth.oidc.login;

import com.github.benmanes.caffeine.cache.Ticker;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.elastauth.http.GatewayEvent;
import org.elastauth.http.Responses;
import org.elastauth.redis.RecentKeys;
import org.elastauth.session.Session;
import org.elastauth.session.SessionId;
import org.elastauth.session.SessionSettings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * The cookies that carry the id of a session. A login always sets a new id, whatever cookie the
 * browser sent: an attacker may have set that cookie (session fixation).
 */
@Lazy
@Component("sessionCookies")
final class SessionCookies implements Processor {
  private static final Logger LOG = LoggerFactory.getLogger(SessionCookies.class);

  /** Sites about which the gateway warns once an hour. */
  private static final int MAX_WARNED = 100;

  private final RecentKeys<String> warned;
  private final GatewayCookie sessionCookie;
  private final RequestedUrl requestedUrl;
  private final long maxAge;
  private final ApplicationEventPublisher events;

  SessionCookies(
      GatewayCookie sessionCookie,
      RequestedUrl requestedUrl,
      SessionSettings settings,
      Ticker ticker,
      ApplicationEventPublisher events) {
    this.warned = new RecentKeys<>(MAX_WARNED, Duration.ofHours(1), ticker);
    this.sessionCookie = sessionCookie;
    this.requestedUrl = requestedUrl;
    this.events = events;
    this.maxAge = settings.maxAge().toSeconds();
  }

  /**
   * Sets the exchange property {@code sessionKey}, if the cookie has the form of a session id. Of
   * several cookies none counts, and the answer deletes them: otherwise a cookie that another host
   * of the domain has set would keep the user out.
   */
  @Override
  public void process(Exchange exchange) {
    HttpServerRequest request = (HttpServerRequest) exchange.getProperty("request");
    String cookie = sessionCookie.read(request);
    SessionId id = cookie == null ? null : SessionId.of(cookie);
    exchange.setProperty("sessionKey", id == null ? null : id.key());
    if (cookie == null && sessionCookie.isRepeated(request)) {
      String page = requestedUrl.orHome(request);
      warn(page.replaceFirst("(://[^/]*).*", "$1"));
      exchange.setProperty(
          "spentCookies", Responses.withSpentCookies(exchange, sessionCookie.clearAll(page)));
    }
  }

  private void warn(String site) {
    if (warned.addIfAbsent(site)) {
      LOG.atWarn()
          .addKeyValue("site", site)
          .addKeyValue("cookie", sessionCookie.name())
          .log(
              "A browser sent several session cookies, which another host of the domain can set; none"
                  + " counts, and the answer deletes them");
    }
  }

  /** Sets the exchange property {@code sessionKey} and the cookie; the session is the body. */
  void issue(@ExchangeProperty("session") Session session, Exchange exchange) {
    SessionId id = SessionId.random();
    exchange.setProperty("sessionKey", id.key());
    Message message = exchange.getMessage();
    List<String> cookies =
        Responses.withSpentCookies(exchange, List.of(sessionCookie.set(id.cookie(), maxAge)));
    cookies.remove(sessionCookie.clear());
    message.setHeader("Set-Cookie", cookies);
    message.setBody(session);
  }

  /** Redirects to the page that the browser requested before the login. */
  void redirect(
      @ExchangeProperty("login") AuthorizationResponse response,
      @ExchangeProperty("session") Session session,
      Exchange exchange) {
    events.publishEvent(
        GatewayEvent.of(exchange, "user-login", session.identity().username(), Map.of()));
    Message message = exchange.getMessage();
    message.setHeader(Exchange.HTTP_RESPONSE_CODE, 302);
    message.setHeader("Location", response.login().target());
    message.setHeader("Cache-Control", "no-store");
    message.setBody("");
  }

  /** The answer deletes the cookie, an error too. */
  void forget(Exchange exchange) {
    exchange.setProperty(
        "spentCookies", Responses.withSpentCookies(exchange, List.of(sessionCookie.clear())));
  }
}
