package org.elastauth.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import java.lang.reflect.Proxy;
import java.util.List;
import org.elastauth.config.FailedStep;
import org.elastauth.net.TrustedProxies;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class DecisionsTest {
  private final Decisions decisions =
      new Decisions(new SimpleMeterRegistry(), new TrustedProxies(List.of()), () -> 0);

  private static HttpServerRequest from(String address) {
    return (HttpServerRequest)
        Proxy.newProxyInstance(
            DecisionsTest.class.getClassLoader(),
            new Class<?>[] {HttpServerRequest.class},
            (proxy, method, arguments) ->
                method.getName().equals("headers")
                    ? MultiMap.caseInsensitiveMultiMap()
                    : SocketAddress.inetSocketAddress(1, address));
  }

  @Test
  void aFloodOfRefusalsDoesNotHideAFailure(CapturedOutput output) {
    for (int i = 0; i <= LogLimit.LINES; i++) {
      decisions.refused("d", from("192.0.2." + i), HttpError.forbidden("not allowed"));
    }
    assertThat(output).contains("192.0.2.99").doesNotContain("192.0.2.100");
    decisions.unexpected(new IllegalStateException());
    assertThat(output).contains("A request failed unexpectedly");
  }

  /** The operator mends it, so it is neither ours nor worth 90 lines. */
  @Test
  void aFailureInAnOperatorsRouteIsOneLine(CapturedOutput output) {
    Exception failure = new IllegalStateException("a-secret");
    failure.addSuppressed(new FailedStep("mine", "mine-set", "routes/mine.camel.yaml"));
    decisions.unexpected(new IllegalArgumentException(failure));
    decisions.unexpected(failure);
    assertThat(output.getOut().lines().filter(line -> line.contains("ERROR")))
        .singleElement()
        .asString()
        .contains(
            "mine-set",
            "routes/mine.camel.yaml",
            "IllegalStateException",
            "A step of your own route failed");
    assertThat(output).doesNotContain("please report", "a-secret", "\tat ");
  }
}
