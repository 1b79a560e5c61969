package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.elastauth.server.FaultyTcpProxy;
import org.elastauth.server.RedisServer;
import org.elastauth.server.TestGateway;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** A Redis that cannot be reached at start is named once, however often the gateway tries again. */
@ExtendWith(OutputCaptureExtension.class)
@Timeout(120)
class RedisUnreachableIT {
  private static final int ROUNDS = 6;

  @ParameterizedTest
  @CsvSource({
    "redis://PROXY, true",
    "redis://PROXY, false",
    "rediss://PROXY, true",
    "redis://:s3cret@PROXY/3, true",
    "'redis://PROXY,127.0.0.1:CLOSED', true",
    "'redis-sentinel://PROXY,127.0.0.1:CLOSED/0#mymaster', true"
  })
  void itIsNamedOnceWithoutAStackTrace(String url, boolean checked, CapturedOutput output) {
    try (FaultyTcpProxy proxy = FaultyTcpProxy.to("127.0.0.1:" + RedisServer.freePort());
        TestGateway gateway =
            TestGateway.builder()
                .set("elasticsearch.dry_run", true)
                .set(
                    "redis.url",
                    url.replace("PROXY", proxy.address())
                        .replace("CLOSED", Integer.toString(RedisServer.freePort())))
                .set("redis.health_check.enabled", checked)
                .set("redis.health_check.interval", "1s")
                .set("redis.connect_timeout", "1s")
                .start()) {
      assertThat(gateway.login("unreachable.user")).isNotEmpty();
      proxy.closing();
      Awaitility.await("several rounds")
          .atMost(Duration.ofSeconds(60))
          .until(() -> proxy.entered() >= ROUNDS);
      assertThat(gateway.login("unreachable.user")).isNotEmpty();
    }
    List<String> lines = output.getAll().lines().toList();
    assertThat(lines).noneMatch(line -> line.startsWith("\tat ") || line.contains(" ERROR "));
    assertThat(lines.stream().filter(line -> line.contains("falling back to memory")))
        .as("refused, and later closed or reset")
        .hasSizeBetween(1, 3);
    assertThat(lines.stream().filter(line -> line.contains("onnect")))
        .allMatch(line -> line.contains("falling back to memory"));
    assertThat(output).doesNotContain("s3cret");
  }
}
