package org.elastauth.credential;

import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.springframework.stereotype.Component;

/** Turns the credential into the response that logs its user in. */
@Component("grantAccess")
public final class GrantAccess implements Processor {
  @Override
  public void process(Exchange exchange) {
    Message message = exchange.getMessage();
    Credential credential = (Credential) message.getBody();
    message.setHeader("Authorization", credential.authorization());
    message.setHeader("Cache-Control", "no-store");
    message.setHeader("Content-Type", "application/json");
    // IdentityRules admits no character that JSON escapes
    message.setBody("{\"status\":\"OK\",\"user\":\"" + credential.username() + "\"}");
  }
}
