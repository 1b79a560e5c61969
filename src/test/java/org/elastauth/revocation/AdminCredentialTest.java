package org.elastauth.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.bucket4j.TimeMeter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import java.lang.reflect.Proxy;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.elastauth.http.HttpError;
import org.elastauth.net.TrustedProxies;
import org.junit.jupiter.api.Test;

/** The limit of wrong credentials for clients of the proxy 10.0.0.1. */
class AdminCredentialTest {
  private static final String RIGHT = "0123456789abcdef0123456789abcdef";

  private final AdminCredential credential =
      new AdminCredential(
          new AdminSettings(true, RIGHT),
          new SimpleMeterRegistry(),
          new TrustedProxies(List.of("10.0.0.0/8")),
          () -> 0,
          TimeMeter.SYSTEM_NANOTIME);

  private int status(String client, String sent) {
    MultiMap headers =
        MultiMap.caseInsensitiveMultiMap()
            .add("X-Forwarded-For", client)
            .add("Authorization", "Bearer " + sent);
    Exchange exchange = new DefaultExchange(new DefaultCamelContext());
    exchange.setProperty(
        "request",
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {HttpServerRequest.class},
            (proxy, method, arguments) ->
                method.getName().equals("headers")
                    ? headers
                    : SocketAddress.inetSocketAddress(1, "10.0.0.1")));
    try {
      credential.process(exchange);
      return 200;
    } catch (HttpError refusal) {
      return refusal.status();
    }
  }

  private void guess(String client) {
    for (int i = 0; i < AdminCredential.MAX_WRONG; i++) {
      assertThat(status(client, "wrong")).isEqualTo(401);
    }
    assertThat(status(client, "wrong")).isEqualTo(429);
  }

  @Test
  void anAddressOfItsOwnIsLimitedEvenWithTheRightOne() {
    guess("203.0.113.5");
    assertThat(status("203.0.113.5", RIGHT)).isEqualTo(429);
    assertThat(status("203.0.113.6", RIGHT)).isEqualTo(200);
  }

  /** The default of trusted_proxies contains whole private networks. */
  @Test
  void aClientInATrustedNetworkDoesNotLockOutTheAdministrator() {
    guess("10.9.9.9");
    assertThat(status("10.1.1.1", RIGHT)).isEqualTo(200);
    assertThat(status("10.1.1.1", "wrong")).isEqualTo(429);
  }
}
