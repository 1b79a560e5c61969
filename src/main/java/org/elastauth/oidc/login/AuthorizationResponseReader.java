package org.elastauth.oidc.login;

import io.netty.handler.codec.http.QueryStringDecoder;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Processor;
import org.elastauth.http.HttpError;
import org.elastauth.oidc.OidcSettings;
import org.elastauth.replay.ReplayKey;
import org.elastauth.replay.ReplayKind;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/** Reads and checks the {@link AuthorizationResponse} of a request. */
@Lazy
@Component("authorizationResponseReader")
final class AuthorizationResponseReader implements Processor {
  static final String AGAIN = "; open the page again";

  private final SealedLogins logins;
  private final GatewayCookie browserCookie;
  private final String issuer;

  AuthorizationResponseReader(
      SealedLogins logins, GatewayCookie browserCookie, OidcSettings settings) {
    this.logins = logins;
    this.browserCookie = browserCookie;
    this.issuer = settings.issuer();
  }

  /**
   * Sets the exchange property {@code login}.
   *
   * @throws HttpError 400 if the response belongs to no login that this browser began
   */
  @Override
  public void process(Exchange exchange) {
    HttpServerRequest request = (HttpServerRequest) exchange.getProperty("request");
    Map<String, List<String>> query = query(request.query());
    String state = single(query, "state");
    Login login = state == null ? null : logins.open(state);
    if (login == null) {
      throw HttpError.malformed("this login did not begin at this site, or has expired" + AGAIN);
    }
    String browser = browserCookie.of(login.attempt()).read(request);
    if (browser == null || !isSame(login.browser(), browser)) {
      throw HttpError.malformed("this login began in another browser" + AGAIN);
    }
    String from = single(query, "iss");
    if (from != null && !from.equals(issuer)) {
      throw HttpError.malformed("the response is not from the provider of this login" + AGAIN);
    }
    exchange.setProperty(
        "login",
        new AuthorizationResponse(login, single(query, "code"), single(query, "error"), from));
  }

  ReplayKey replayKey(@ExchangeProperty("login") AuthorizationResponse response) {
    Login login = response.login();
    return new ReplayKey("login|" + login.id(), login.until(), ReplayKind.LOGIN);
  }

  /**
   * Sets the exchange property {@code spentCookie}, which deletes the cookie of this login.
   *
   * @param first whether no other request has used the response
   * @throws HttpError 400 if not
   */
  void use(
      @Body boolean first,
      @ExchangeProperty("login") AuthorizationResponse response,
      Exchange exchange) {
    exchange.setProperty("spentCookie", browserCookie.of(response.login().attempt()).clear());
    if (!first) {
      throw HttpError.malformed("this login was already completed" + AGAIN);
    }
  }

  private static boolean isSame(String expected, String actual) {
    return MessageDigest.isEqual(
        expected.getBytes(StandardCharsets.US_ASCII), actual.getBytes(StandardCharsets.US_ASCII));
  }

  private static Map<String, List<String>> query(String text) {
    try {
      return text == null
          ? Map.of()
          : new QueryStringDecoder(text, StandardCharsets.UTF_8, false).parameters();
    } catch (IllegalArgumentException malformed) {
      throw HttpError.malformed("malformed query: it is not percent-encoded");
    }
  }

  /** A parameter must not occur twice (RFC 6749, 3.1). */
  private static String single(Map<String, List<String>> query, String name) {
    List<String> values = query.getOrDefault(name, List.of());
    if (values.size() > 1) {
      throw HttpError.malformed("malformed query: " + name + " is there more than once");
    }
    return values.isEmpty() ? null : values.get(0);
  }
}
