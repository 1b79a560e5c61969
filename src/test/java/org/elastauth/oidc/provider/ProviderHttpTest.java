package org.elastauth.oidc.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.util.Map;
import org.elastauth.config.TestSettings;
import org.elastauth.server.FaultyTcpProxy;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is logged of a provider that gives no HTTP response. */
class ProviderHttpTest {
  @ParameterizedTest
  @ValueSource(strings = {"{\"access_token\":\"s3cret\"}\r\n\r\n", "HTTP/1.1 s3cret\r\n\r\n"})
  void theReasonDoesNotQuoteTheResponse(String response) {
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    ProviderHttp http =
        new ProviderHttp(TestSettings.of(Map.of("auth_provider", "oidc")).oidc(), meters);
    try (FaultyTcpProxy provider = FaultyTcpProxy.to("127.0.0.1:1")) {
      provider.answering(response);
      HTTPRequest request =
          new HTTPRequest(HTTPRequest.Method.GET, URI.create(provider.url() + "/token"));
      assertThatThrownBy(() -> http.send(request))
          .isInstanceOfSatisfying(
              IOException.class,
              failure -> assertThat(ProviderHttp.reason(failure)).doesNotContain("s3cret"));
      assertThat(
              meters
                  .get("elastauth.provider.request")
                  .tag("outcome", "unreachable")
                  .timer()
                  .count())
          .isEqualTo(1);
    }
  }
}
