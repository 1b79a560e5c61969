package org.elastauth.oidc.login;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;

/** The pages that a browser shows, whatever headers a proxy adds. */
class LoginPagesTest {
  @Test
  void browsersNameTheOriginOfTheFormOfALogout() {
    Exchange exchange = new DefaultExchange(new DefaultCamelContext());
    LoginPages.show(exchange, "Log out?", LoginPages.link("https://a/?\"><b>", "Stay"));
    assertThat(exchange.getMessage().getBody(String.class))
        .contains("<meta name=\"referrer\" content=\"same-origin\">")
        .doesNotContain("<b>");
  }
}
