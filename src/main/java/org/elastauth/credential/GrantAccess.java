package org.elastauth.credential;

import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.elastauth.http.Decisions;
import org.elastauth.identity.Identity;
import org.springframework.stereotype.Component;

/** Turns the credential into the response that logs its user in. */
@Component("grantAccess")
public final class GrantAccess implements Processor {
  private final Decisions decisions;
  private final ResponseHeaders headers;

  GrantAccess(Decisions decisions, ResponseHeaders headers) {
    this.decisions = decisions;
    this.headers = headers;
  }

  @Override
  public void process(Exchange exchange) {
    Message message = exchange.getMessage();
    Credential credential = (Credential) message.getBody();
    Identity identity = (Identity) exchange.getProperty("identity");
    if (!identity.username().equals(credential.username())) {
      throw EncryptCredential.foreign(); // from the operator's cache
    }
    decisions.granted(exchange);
    if (message.hasHeaders()) {
      // a route may have asked another server, whose headers would become ours
      message.removeHeaders("*", "RateLimit-*");
    }
    message.setHeader("Authorization", credential.authorization());
    message.setHeader("Cache-Control", "no-store");
    message.setHeader("Content-Type", "application/json");
    headers.set(exchange);
    message.setBody("{\"status\":\"OK\",\"user\":\"" + json(credential.username()) + "\"}");
  }

  /** The only characters of a username that JSON escapes (RFC 8259, 7). */
  private static String json(String username) {
    return username.indexOf('"') < 0 && username.indexOf('\\') < 0
        ? username
        : username.replace("\\", "\\\\").replace("\"", "\\\"");
  }
}
