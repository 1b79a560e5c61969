package org.elastauth.oidc.login;

import io.netty.handler.codec.http.QueryStringDecoder;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Processor;
import org.elastauth.http.HttpError;
import org.elastauth.http.Responses;
import org.elastauth.identity.Identity;
import org.elastauth.oidc.OidcSettings;
import org.elastauth.oidc.provider.ProviderEndpoints;
import org.elastauth.replay.ReplayKey;
import org.elastauth.replay.ReplayKind;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/** Reads and checks the {@link AuthorizationResponse} of a request. */
@Lazy
@Component("authorizationResponseReader")
final class AuthorizationResponseReader implements Processor {
  private static final String AGAIN = "; open the page again";
  private static final int MAX_CODE = 4096;
  private static final Pattern ERROR = Pattern.compile("[a-z_]{1,64}");

  private final SealedLogins logins;
  private final GatewayCookie browserCookie;
  private final RequestedUrl requestedUrl;
  private final String issuer;
  private final Clock clock;

  AuthorizationResponseReader(
      SealedLogins logins,
      GatewayCookie browserCookie,
      RequestedUrl requestedUrl,
      OidcSettings settings,
      Clock clock) {
    this.logins = logins;
    this.browserCookie = browserCookie;
    this.requestedUrl = requestedUrl;
    this.issuer = settings.issuer();
    this.clock = clock;
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
    String from = single(query, "iss");
    exchange.setProperty(
        "login",
        new AuthorizationResponse(login, single(query, "code"), single(query, "error"), from));
    if (login == null || login.until() <= clock.millis() / 1000) {
      throw HttpError.malformed("this login did not begin at this site, or has expired" + AGAIN);
    }
    GatewayCookie cookie = browserCookie.of(login.attempt());
    String browser = cookie.read(request);
    if (browser == null && cookie.isRepeated(request)) {
      exchange.setProperty(
          "spentCookies",
          Responses.withSpentCookies(exchange, cookie.clearAll(requestedUrl.orHome(request))));
      throw HttpError.malformed(
          "the cookie of this login is there more than once, as another host has set one" + AGAIN);
    }
    if (browser == null || !isSame(login.browser(), browser)) {
      throw HttpError.malformed("this login began in another browser" + AGAIN);
    }
    if (from != null && !from.equals(issuer)) {
      throw HttpError.malformed("the response is not from the provider of this login" + AGAIN);
    }
  }

  /**
   * @throws HttpError 400 if the response lacks the parameter {@code iss}
   */
  ReplayKey replayKey(
      @Body ProviderEndpoints endpoints,
      @ExchangeProperty("login") AuthorizationResponse response) {
    if (response.issuer() == null && endpoints.namesIssuer()) {
      throw HttpError.malformed("the provider's response has no parameter iss" + AGAIN);
    }
    Login login = response.login();
    return new ReplayKey("login|" + login.id(), login.until(), ReplayKind.LOGIN);
  }

  /**
   * The answer deletes the cookie of this login.
   *
   * @param first whether no other request has used the response
   * @throws HttpError 400 if not, or if there is no code; 403 or 503 if the provider refuses
   */
  void use(
      @Body boolean first,
      @ExchangeProperty("login") AuthorizationResponse response,
      Exchange exchange) {
    exchange.setProperty(
        "spentCookies",
        Responses.withSpentCookies(
            exchange, List.of(browserCookie.of(response.login().attempt()).clear())));
    if (!first) {
      throw HttpError.malformed("this login was already completed" + AGAIN);
    }
    String error = response.error();
    if (error != null) {
      boolean temporary = error.equals("temporarily_unavailable") || error.equals("server_error");
      String reason = ERROR.matcher(error).matches() ? error : "error";
      String message = "the provider did not log the user in: " + reason;
      throw temporary ? HttpError.unavailable(message) : HttpError.forbidden(message);
    }
    String code = response.code();
    if (code == null || code.isEmpty() || code.length() > MAX_CODE) {
      throw HttpError.malformed("the provider's response has no valid code" + AGAIN);
    }
  }

  /**
   * Answers a response that starts no session. A browser that has a session opened the callback
   * again, by reload, the back button, a bookmark or another tab: it goes to its page.
   *
   * @throws HttpError 302 with a session, else the refusal
   */
  void goBack(
      @ExchangeProperty("identity") Identity identity,
      @ExchangeProperty("refusal") HttpError refusal,
      @ExchangeProperty("login") AuthorizationResponse response) {
    if (identity == null) {
      throw refusal;
    }
    String page = response == null || response.login() == null ? "" : response.login().target();
    throw HttpError.redirect(
            "this browser is logged in",
            requestedUrl.isOwnOrigin(page) ? page : requestedUrl.home(),
            "")
        .because("logged_in");
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
