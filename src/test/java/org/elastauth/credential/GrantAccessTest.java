package org.elastauth.credential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.elastauth.http.Decisions;
import org.elastauth.http.HttpError;
import org.elastauth.http.ResponseSettings;
import org.elastauth.identity.Identity;
import org.elastauth.identity.RoleMapping;
import org.elastauth.net.TrustedProxies;
import org.junit.jupiter.api.Test;

/** The answer that lets a user in. */
class GrantAccessTest {
  private static Exchange exchange(DefaultCamelContext context, String identity) {
    Exchange exchange = new DefaultExchange(context);
    exchange.setProperty("identity", new Identity(identity, "", "", List.of(), 1, "", null));
    exchange
        .getMessage()
        .setBody(
            new Credential(
                "john.doe", "p", new Window(0, 60), 1, 1, Fingerprint.of("", "", List.of(), "")));
    return exchange;
  }

  private static GrantAccess grant() {
    Decisions decisions =
        new Decisions(new SimpleMeterRegistry(), new TrustedProxies(List.of()), () -> 0);
    RoleMapping none = null; // no header shows roles
    return new GrantAccess(decisions, new ResponseHeaders(new ResponseSettings(Map.of()), none));
  }

  /** A cache of one's own may keep credentials under a wrong key. */
  @Test
  void aCredentialOfAnotherUserIsNotSent() throws Exception {
    try (DefaultCamelContext context = new DefaultCamelContext()) {
      Exchange exchange = exchange(context, "jane.doe");
      GrantAccess grant = grant();
      assertThatThrownBy(() -> grant.process(exchange)).isInstanceOf(HttpError.class);
      assertThat(exchange.getMessage().getHeaders()).isEmpty();
    }
  }

  /** A webhook, or a directory that is asked for the user's department. */
  @Test
  void theHeadersOfAnotherServerAreNotSent() throws Exception {
    try (DefaultCamelContext context = new DefaultCamelContext()) {
      Exchange exchange = exchange(context, "john.doe");
      exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, 500);
      exchange.getMessage().setHeader("Set-Cookie", "a=b");
      exchange.getMessage().setHeader("Retry-After", "9");
      exchange.getMessage().setHeader("RateLimit-Limit", 10);
      grant().process(exchange);
      assertThat(exchange.getMessage().getHeaders())
          .containsOnlyKeys("Authorization", "Cache-Control", "Content-Type", "RateLimit-Limit");
    }
  }
}
