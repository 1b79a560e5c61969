package org.elastauth.login;

import io.netty.handler.codec.http.QueryStringDecoder;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Processor;
import org.elastauth.config.Settings;
import org.elastauth.http.Refusal;
import org.elastauth.oidc.ProviderEndpoints;
import org.elastauth.replay.ReplayKind;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * The provider's answer, as the browser brings it back (OpenID Connect Core, 3.1.2.5; RFC 9207).
 * Leaves the exchange properties {@code login}, {@code code}, and {@code replayId}, {@code
 * replayUntil} and {@code replayKind}, with which it is good only once.
 */
@Lazy
@Component("callback")
final class Callback implements Processor {
  private static final int MAX_CODE = 4096;
  private static final Pattern ERROR = Pattern.compile("[a-z_]{1,64}");
  private static final String AGAIN = "; open the page again";

  private final SealedLogins logins;
  private final GatewayCookie browserCookie;
  private final String issuer;

  Callback(SealedLogins logins, GatewayCookie browserCookie, Settings settings) {
    this.logins = logins;
    this.browserCookie = browserCookie;
    this.issuer = settings.oidc().issuer();
  }

  /**
   * @throws Refusal 400 if it does not answer a login that this browser began
   */
  @Override
  public void process(Exchange exchange) {
    HttpServerRequest request = (HttpServerRequest) exchange.getProperty("request");
    Map<String, List<String>> query = query(request.query());
    String state = one(query, "state");
    Login login = state == null ? null : logins.open(state);
    if (login == null) {
      throw Refusal.malformed("this login was not begun here, or took too long" + AGAIN);
    }
    String browser = browserCookie.of(login.attempt()).read(request);
    if (browser == null || !isSame(login.browser(), browser)) {
      throw Refusal.malformed("this login was begun in another browser" + AGAIN);
    }
    String from = one(query, "iss");
    if (from != null && !from.equals(issuer)) {
      throw Refusal.malformed("another provider answers than was asked" + AGAIN);
    }
    exchange.setProperty("login", login);
    exchange.setProperty("answeredBy", from);
    exchange.setProperty("code", one(query, "code"));
    exchange.setProperty("error", one(query, "error"));
    exchange.setProperty("replayId", "login|" + login.id());
    exchange.setProperty("replayUntil", login.until());
    exchange.setProperty("replayKind", ReplayKind.LOGIN);
  }

  /**
   * Leaves the exchange property {@code spentCookie}, with which the browser forgets this login.
   *
   * @param first whether this login's answer was seen for the first time
   * @throws Refusal 400 if not, and whatever the provider says in place of a code
   */
  void refuse(
      @Body boolean first,
      @ExchangeProperty("endpoints") ProviderEndpoints endpoints,
      @ExchangeProperty("answeredBy") String answeredBy,
      @ExchangeProperty("error") String error,
      @ExchangeProperty("code") String code,
      @ExchangeProperty("login") Login login,
      Exchange exchange) {
    exchange.setProperty("spentCookie", browserCookie.of(login.attempt()).clear());
    if (!first) {
      throw Refusal.malformed("this login was completed before" + AGAIN);
    }
    if (answeredBy == null && endpoints.namesIssuer()) {
      throw Refusal.malformed("the answer does not say which provider gives it" + AGAIN);
    }
    if (error != null) {
      boolean passing = error.equals("temporarily_unavailable") || error.equals("server_error");
      String reason = ERROR.matcher(error).matches() ? error : "error";
      String message = "the provider did not log the user in: " + reason;
      throw passing ? Refusal.unavailable(message) : Refusal.forbidden(message);
    }
    if (code == null || code.isEmpty() || code.length() > MAX_CODE) {
      throw Refusal.malformed("the provider's answer has no code" + AGAIN);
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
      throw Refusal.malformed("malformed query: it is not percent-encoded");
    }
  }

  /** Nothing may be there twice (RFC 6749, 3.1). */
  private static String one(Map<String, List<String>> query, String name) {
    List<String> values = query.getOrDefault(name, List.of());
    if (values.size() > 1) {
      throw Refusal.malformed("malformed query: " + name + " is there more than once");
    }
    return values.isEmpty() ? null : values.get(0);
  }
}
