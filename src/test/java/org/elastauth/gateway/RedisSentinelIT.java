package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.elastauth.server.RedisSentinel;
import org.elastauth.server.TestGateway;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** SPEC 7: the master is whom the Sentinels name, also after it was lost in one way or another. */
@Timeout(180)
class RedisSentinelIT {
  @ParameterizedTest
  @ValueSource(strings = {"killed", "frozen"})
  void failover(String way) {
    try (RedisSentinel servers = RedisSentinel.start();
        TestGateway gateway =
            TestGateway.builder()
                .set("elasticsearch.dry_run", true)
                .set("redis.url", "redis-sentinel://" + servers.address() + "/0#mymaster")
                .set("redis.read_timeout", "500ms")
                .set("redis.connect_timeout", "2s")
                .set("redis.circuit_breaker.timeout", "1s")
                .set("redis.health_check.interval", "1s")
                .start()) {
      String header = gateway.login("sentinel.user");
      assertThat(servers.first().template().keys("*")).hasSize(1);
      try {
        if (way.equals("killed")) {
          servers.first().kill();
        } else {
          servers.first().freeze();
        }
        assertThat(gateway.login("sentinel.user")).as("during the failover").isEqualTo(header);
        servers.awaitFailover();
        Awaitility.await("the new master is used")
            .atMost(Duration.ofSeconds(60))
            .until(
                () -> {
                  assertThat(gateway.login("sentinel.user")).isEqualTo(header);
                  gateway.login("sentinel.later");
                  return gateway.health().path("redis").path("available").asBoolean()
                      && servers.second().template().keys("*").size() == 2;
                });
      } finally {
        servers.first().resume();
      }
    }
  }
}
