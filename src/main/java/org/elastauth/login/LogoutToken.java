package org.elastauth.login;

import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Processor;
import org.elastauth.config.Settings;
import org.elastauth.http.Refusal;
import org.elastauth.oidc.TokenClaims;
import org.elastauth.oidc.TokenUse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/** The provider's word that a login is over (OpenID Connect Back-Channel Logout, 2.4 to 2.8). */
@Lazy
@Component("logoutToken")
final class LogoutToken implements Processor {
  private static final Logger LOG = LoggerFactory.getLogger(LogoutToken.class);
  private static final int MAX_LENGTH = 8192;

  private final String issuer;

  LogoutToken(Settings settings) {
    this.issuer = settings.oidc().issuer();
  }

  /**
   * Leaves the exchange properties {@code token} and {@code tokenUse}.
   *
   * @throws Refusal 400
   */
  @Override
  public void process(Exchange exchange) {
    HttpServerRequest request = (HttpServerRequest) exchange.getProperty("request");
    List<String> values = request.formAttributes().getAll("logout_token");
    if (values.size() != 1 || values.get(0).length() > MAX_LENGTH) {
      throw Refusal.malformed("malformed form: it takes one logout_token");
    }
    exchange.setProperty("token", values.get(0));
    exchange.setProperty("tokenUse", TokenUse.LOGOUT);
  }

  /**
   * Leaves the exchange properties {@code issuer}, {@code sid} and {@code subject}, and the claims
   * in {@code tokenClaims}.
   *
   * @throws Refusal 400
   */
  void check(@Body TokenClaims claims, Exchange exchange) {
    if (claims.claims().containsKey("nonce")) {
      throw Refusal.malformed("this logout token has a nonce, as only ID tokens have");
    }
    if (claims.text("sub").isEmpty() && claims.text("sid").isEmpty()) {
      throw Refusal.malformed("this logout token names neither a user nor a session");
    }
    exchange.setProperty("tokenClaims", claims);
    exchange.setProperty("issuer", issuer);
    exchange.setProperty("sid", claims.text("sid"));
    exchange.setProperty("subject", claims.text("sub"));
  }

  /**
   * @throws Refusal 400, where others would be told 401 (2.8)
   */
  void refuse(@ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Refusal refusal) {
    LOG.atWarn().addKeyValue("reason", refusal.getMessage()).log("A logout token was refused");
    throw Refusal.malformed(refusal.getMessage());
  }

  /**
   * @param first whether it was seen for the first time
   * @throws Refusal 400 if not
   */
  void refuseReplay(@Body boolean first) {
    if (!first) {
      throw Refusal.malformed("this logout token was used before");
    }
  }

  Map<String, String> done(Exchange exchange) {
    exchange.getMessage().setHeader("Cache-Control", "no-store");
    return Map.of("status", "OK");
  }
}
