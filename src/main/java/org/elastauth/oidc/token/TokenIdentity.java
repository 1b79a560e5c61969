package org.elastauth.oidc.token;

import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.elastauth.http.HttpError;
import org.elastauth.identity.Identity;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/** Takes the exchange property {@code identity} from a verified {@code token}. */
@Lazy
@Component("tokenIdentity")
final class TokenIdentity implements Processor {
  private final ClaimMapping mapping;
  private final VerifiedTokenCache verified;

  TokenIdentity(ClaimMapping mapping, VerifiedTokenCache verified) {
    this.mapping = mapping;
    this.verified = verified;
  }

  /**
   * @throws HttpError 401 or 400 if the claims name no valid user
   */
  @Override
  public void process(Exchange exchange) {
    Token token = (Token) exchange.getProperty("token");
    Identity identity = mapping.identity(token.claims());
    verified.put(token, identity);
    exchange.setProperty("identity", identity);
  }
}
