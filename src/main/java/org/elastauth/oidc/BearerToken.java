package org.elastauth.oidc;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.elastauth.http.Cookies;
import org.elastauth.http.Refusal;
import org.elastauth.identity.Identity;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * The token of a request: {@code Authorization: Bearer}, else, where no session answers first, the
 * cookie {@code access_token}, else {@code id_token}. If it was seen a moment ago, leaves whose it
 * is in the property {@code identity}; else itself in {@code token}, what it must be good for in
 * {@code tokenUse}, and its hash in {@code tokenHash}.
 */
@Lazy
@Component("bearerToken")
public final class BearerToken implements Processor {
  private static final String SCHEME = "Bearer ";
  private static final int LONGEST = 16 * 1024;

  private final SeenTokens seen;

  public BearerToken(SeenTokens seen) {
    this.seen = seen;
  }

  /**
   * That of the header.
   *
   * @throws Refusal 400 if it is not clear which token is meant, 401 if it cannot be one
   */
  @Override
  public void process(Exchange exchange) {
    HttpServerRequest request = (HttpServerRequest) exchange.getProperty("request");
    String token = header(request);
    if (token != null) {
      show(exchange, token, TokenUse.ACCESS);
    }
  }

  /**
   * That of a cookie. Any host of the domain may set cookies of these names, so the session's own
   * comes before them, and whoever shows one that is not good may still log in.
   *
   * @throws Refusal as for the header
   */
  public void cookie(Exchange exchange) {
    // a step before may have looked at a token
    HttpServerRequest request = (HttpServerRequest) exchange.getProperty("request");
    exchange.removeProperty("token");
    TokenUse use = TokenUse.ACCESS;
    String token = Cookies.value(request, "access_token");
    if (token == null) {
      token = Cookies.value(request, "id_token");
      use = TokenUse.ID;
    }
    if (token != null) {
      show(exchange, token, use);
    }
  }

  private void show(Exchange exchange, String token, TokenUse use) {
    if (token.length() > LONGEST) {
      throw BearerChallenge.invalid("the token is longer than 16384 characters");
    }
    TokenHash hash = TokenHash.of(token);
    Identity identity = seen.get(hash, use);
    if (identity != null) {
      exchange.setProperty("identity", identity);
      return;
    }
    if (!isToken(token)) {
      throw BearerChallenge.invalid("the token has characters that no token has");
    }
    exchange.setProperty("token", token);
    exchange.setProperty("tokenUse", use);
    exchange.setProperty("tokenHash", hash);
  }

  /** As RFC 6750, section 2.1, has them. */
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
      throw Refusal.malformed(
          "malformed identity: the header Authorization is there more than once");
    }
    String value = values.get(0);
    if (!value.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return null;
    }
    String token = value.substring(SCHEME.length()).trim();
    if (token.isEmpty()) {
      throw Refusal.malformed("malformed identity: Authorization carries no token");
    }
    return token;
  }
}
