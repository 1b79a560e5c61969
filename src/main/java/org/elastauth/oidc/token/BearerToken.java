package org.elastauth.oidc.token;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.elastauth.http.Cookies;
import org.elastauth.http.HttpError;
import org.elastauth.identity.Identity;
import org.elastauth.oidc.BearerChallenge;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * The token of a request: {@code Authorization: Bearer}, else, after the session, the cookie {@code
 * access_token} or {@code id_token}. Sets the exchange property {@code identity} if the token was
 * verified within the last minute, else {@code token}.
 */
@Lazy
@Component("bearerToken")
public final class BearerToken implements Processor {
  private static final String SCHEME = "Bearer ";
  private static final int LONGEST = 16 * 1024;
  private static final int UNAUTHORIZED = 401;

  private final VerifiedTokenCache verified;
  private final ClaimMapping mapping;
  private final boolean logsIn;

  BearerToken(
      VerifiedTokenCache verified,
      ClaimMapping mapping,
      @Value("${elastauth.oidc.login}") boolean logsIn) {
    this.verified = verified;
    this.mapping = mapping;
    this.logsIn = logsIn;
  }

  /**
   * The token of the header.
   *
   * @throws HttpError 400 if there are several, 401 if it is too long or has other characters
   */
  @Override
  public void process(Exchange exchange) {
    HttpServerRequest request = (HttpServerRequest) exchange.getProperty("request");
    String token = header(request);
    if (token != null) {
      find(exchange, token, TokenUse.ACCESS, false);
    }
  }

  /**
   * The token of a cookie. Any host of the domain can set a cookie of this name, so the session
   * cookie has precedence.
   */
  public void cookie(Exchange exchange) {
    HttpServerRequest request = (HttpServerRequest) exchange.getProperty("request");
    boolean replaceable = logsIn && BrowserNavigation.isNavigation(request);
    String token = Cookies.value(request, "access_token");
    if (token != null) {
      find(exchange, token, TokenUse.ACCESS, replaceable);
      return;
    }
    token = Cookies.value(request, "id_token");
    if (token != null) {
      find(exchange, token, TokenUse.ID, replaceable);
    }
  }

  /** Sets the exchange property {@code identity} from the verified {@code token}. */
  void identify(Exchange exchange) {
    Token token = (Token) exchange.getProperty("token");
    Identity identity = mapping.identity(token.claims());
    verified.put(token, identity);
    exchange.setProperty("identity", identity);
  }

  /** Throws 401, always: it names what is wrong with the cookie's token, if there is one. */
  void refuseMissing(Exchange exchange) {
    throw exchange.getProperty("refusal") instanceof HttpError refusal
            && refusal.status() == UNAUTHORIZED
        ? refusal
        : BearerChallenge.missing();
  }

  /** Sets the exchange property {@code identity} or {@code token}. */
  void find(Exchange exchange, String token, TokenUse use, boolean replaceable) {
    if (token.length() > LONGEST) {
      throw BearerChallenge.invalid("the token is longer than 16384 characters");
    }
    Identity identity = verified.get(token, use);
    if (identity != null) {
      exchange.setProperty("identity", identity);
      return;
    }
    if (!isToken(token)) {
      throw BearerChallenge.invalid("the token has characters that are not allowed in a token");
    }
    exchange.setProperty("token", Token.of(token, use, replaceable));
  }

  /** RFC 6750, section 2.1. */
  private static boolean isToken(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9')
          && "-._~+/=".indexOf(c) < 0) {
        return false;
      }
    }
    return true;
  }

  private static String header(HttpServerRequest request) {
    List<String> values = request.headers().getAll(HttpHeaders.AUTHORIZATION);
    if (values.isEmpty()) {
      return null;
    }
    if (values.size() > 1) {
      throw HttpError.malformed(
          "malformed identity: the header Authorization is there more than once");
    }
    String value = values.get(0);
    if (!value.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return null;
    }
    String token = value.substring(SCHEME.length()).trim();
    if (token.isEmpty()) {
      throw HttpError.malformed("malformed identity: the header Authorization has no token");
    }
    return token;
  }
}
