package org.elastauth.oidc.token;

import java.util.concurrent.RejectedExecutionException;
import org.apache.camel.Exchange;
import org.apache.camel.Predicate;
import org.apache.camel.Processor;
import org.elastauth.http.HttpError;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * Lets a login replace the token of a cookie: an invalid token of any request, and of a browser
 * that opens a page also a token that cannot be verified at the moment. Any host of the domain may
 * set such a cookie, which must not keep the user from logging in.
 */
@Lazy
@Component("loginInstead")
final class LoginInstead implements Predicate, Processor {
  private static final Logger LOG = LoggerFactory.getLogger(LoginInstead.class);

  private final boolean logsIn;
  private final InvalidToken invalidToken;

  LoginInstead(@Value("${elastauth.oidc.login}") boolean logsIn, InvalidToken invalidToken) {
    this.logsIn = logsIn;
    this.invalidToken = invalidToken;
  }

  @Override
  public boolean matches(Exchange exchange) {
    return logsIn
        && (invalidToken.matches(exchange)
            || exchange.getProperty("token") instanceof Token token && token.replaceable());
  }

  /** Leaves the exchange property {@code refusal}, for a request that cannot be redirected. */
  @Override
  public void process(Exchange exchange) {
    Exception failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
    if (!(failure instanceof HttpError || failure instanceof RejectedExecutionException)) {
      LOG.error("The token of a cookie could not be verified", failure);
    }
    exchange.setProperty("refusal", failure);
  }
}
