package org.elastauth.login;

import com.nimbusds.openid.connect.sdk.claims.LogoutTokenClaimsSet;
import java.util.List;
import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.component.platform.http.vertx.HttpMessage;
import org.elastauth.config.Settings;
import org.elastauth.http.Refusal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * The provider's word that a login is over (OpenID Connect Back-Channel Logout, 2.6). Leaves the
 * exchange properties {@code sid} or {@code subject}, and {@code replayId} and {@code replayUntil},
 * with which it is good only once.
 */
@Lazy
@Component("logoutToken")
final class LogoutToken implements Processor {
  private static final Logger LOG = LoggerFactory.getLogger(LogoutToken.class);

  /** For how long a token that does not say when it ends is taken. */
  private static final long LIFE_SECONDS = 600;

  private static final int MAX_LENGTH = 8192;

  private final Provider provider;
  private final String issuer;

  LogoutToken(Provider provider, Settings settings) {
    this.provider = provider;
    this.issuer = settings.oidc().issuer();
  }

  /**
   * @throws Refusal 400 if it is none for us; 503 if the provider's keys are not known
   */
  @Override
  public void process(Exchange exchange) {
    HttpMessage message = (HttpMessage) exchange.getMessage();
    List<String> values = message.getRequest().formAttributes().getAll("logout_token");
    if (values.size() != 1 || values.get(0).length() > MAX_LENGTH) {
      throw Refusal.malformed("malformed form: it takes one logout_token");
    }
    try {
      LogoutTokenClaimsSet claims = provider.validateLogout(values.get(0));
      String id = claims.getJWTID() == null ? values.get(0) : claims.getJWTID().getValue();
      exchange.setProperty(
          "sid", claims.getSessionID() == null ? "" : claims.getSessionID().getValue());
      exchange.setProperty(
          "subject", claims.getSubject() == null ? "" : claims.getSubject().getValue());
      exchange.setProperty("issuer", issuer);
      exchange.setProperty("replayId", issuer + "|" + id);
      exchange.setProperty("replayUntil", claims.getIssueTime().getTime() / 1000 + LIFE_SECONDS);
    } catch (ProviderRefusal bad) {
      LOG.atWarn().addKeyValue("reason", bad.getMessage()).log("A logout token was refused");
      throw Refusal.malformed("this logout token is not valid here");
    } catch (ProviderAway away) {
      throw Refusal.unavailable("the provider's keys are not known; try again");
    }
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
