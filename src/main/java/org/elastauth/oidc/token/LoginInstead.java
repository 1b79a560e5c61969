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
 * Lets a login replace a cookie's token if the token is invalid. A browser that opens a page also
 * logs in if the token cannot be verified at the moment. Any host of the domain can set such a
 * cookie, which must not prevent a login.
 */
@Lazy
@Component("loginInstead")
final class LoginInstead implements Predicate, Processor {
  private static final Logger LOG = LoggerFactory.getLogger(LoginInstead.class);

  /** The lowest status of an error that is not about the token. */
  private static final int NOT_FOUND = 404;

  private final boolean logsIn;

  LoginInstead(@Value("${elastauth.oidc.login}") boolean logsIn) {
    this.logsIn = logsIn;
  }

  @Override
  public boolean matches(Exchange exchange) {
    boolean invalid =
        exchange.getException() instanceof HttpError error && error.status() < NOT_FOUND;
    return logsIn
        && (invalid || exchange.getProperty("token") instanceof Token token && token.replaceable());
  }

  /** Sets the exchange property {@code refusal}, for a request that cannot be redirected. */
  @Override
  public void process(Exchange exchange) {
    Exception failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Exception.class);
    if (!(failure instanceof HttpError || failure instanceof RejectedExecutionException)) {
      LOG.error("The token of a cookie could not be verified", failure);
    }
    exchange.setProperty("refusal", failure);
  }
}
