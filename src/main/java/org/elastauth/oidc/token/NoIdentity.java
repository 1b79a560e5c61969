package org.elastauth.oidc.token;

import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.elastauth.http.HttpError;
import org.elastauth.oidc.BearerChallenge;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/** Rejects a request without an identity with 401, which says what is wrong with its cookie. */
@Lazy
@Component("noIdentity")
final class NoIdentity implements Processor {
  private static final int UNAUTHORIZED = 401;

  @Override
  public void process(Exchange exchange) {
    throw exchange.getProperty("refusal") instanceof HttpError refusal
            && refusal.status() == UNAUTHORIZED
        ? refusal
        : BearerChallenge.missing();
  }
}
