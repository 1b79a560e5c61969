package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.elastauth.doctor.Found;
import org.elastauth.server.FaultyTcpProxy;
import org.elastauth.server.RedisSentinel;
import org.elastauth.server.SideBySide;
import org.elastauth.server.TestGateway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** SPEC 7: the master is whom the Sentinels name, also after it was lost in one way or another. */
@SideBySide
@Timeout(180)
class RedisSentinelIT {
  private static TestGateway.Builder gateway(String sentinel) {
    return TestGateway.builder()
        .set("elasticsearch.dry_run", true)
        .set("redis.url", "redis-sentinel://" + sentinel + "/0#mymaster")
        .set("redis.read_timeout", "500ms")
        .set("redis.connect_timeout", "2s")
        .set("redis.circuit_breaker.timeout", "1s")
        .set("redis.health_check.interval", "1s");
  }

  @ParameterizedTest
  @ValueSource(strings = {"killed", "frozen"})
  void failover(String way) {
    try (RedisSentinel servers = RedisSentinel.start();
        TestGateway gateway = gateway(servers.address()).start()) {
      String header = gateway.login("sentinel.user");
      assertThat(servers.first().template().keys("*")).hasSize(1);
      try {
        if (way.equals("killed")) {
          servers.first().kill();
        } else {
          servers.first().freeze();
        }
        assertThat(gateway.login("sentinel.user")).as("during the failover").isEqualTo(header);
        servers.awaitMaster(servers.second());
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

  /** SPEC 8: unreachable at start is the same as lost later. */
  @Test
  void sentinelsThatAreThereOnlyLaterAreAskedByThen() {
    try (RedisSentinel servers = RedisSentinel.start();
        FaultyTcpProxy tcpProxy = FaultyTcpProxy.to(servers.address());
        TestGateway gateway = gateway(tcpProxy.address()).start()) {
      String header = gateway.login("sentinel.early");
      assertThat(gateway.health().path("status").asText()).isEqualTo("degraded");
      tcpProxy.open();
      Awaitility.await("the master is used")
          .atMost(Duration.ofSeconds(60))
          .until(
              () -> {
                assertThat(gateway.login("sentinel.early")).isEqualTo(header);
                gateway.login("sentinel.later" + System.nanoTime());
                return gateway.health().path("status").asText().equals("healthy")
                    && !servers.first().template().keys("*").isEmpty();
              });
    }
  }

  /** A failover that is asked for leaves the old master alive, and its connections with it. */
  @Test
  void failoverOnRequest() {
    try (RedisSentinel servers = RedisSentinel.start();
        TestGateway gateway = gateway(servers.address()).set("cache.type", "hybrid").start()) {
      String header = gateway.login("sentinel.asked");
      assertThat(
              Found.inRedis(
                  Map.of(
                      "redis.url",
                      "redis-sentinel://" + servers.address(),
                      "secret_key",
                      TestGateway.KEY)))
          .as("doctor")
          .anyMatch(line -> line.startsWith("ok master mymaster: Redis "))
          .anyMatch(line -> line.matches("ok 127.*: this Sentinel sees 127.* as master, with .*"));
      servers.failover();
      servers.awaitMaster(servers.second());
      servers.awaitReplica(servers.first());
      long before = servers.second().template().keys("*").size();
      Awaitility.await("the new master is written")
          .atMost(Duration.ofSeconds(60))
          .until(
              () -> {
                assertThat(gateway.login("sentinel.asked")).isEqualTo(header);
                gateway.login("sentinel.after" + System.nanoTime());
                return servers.second().template().keys("*").size() > before;
              });
    }
  }

  /** Sentinels know nothing of the users of their master. */
  @Test
  void passwordsOfTheMasterAndOfTheSentinels() {
    try (RedisSentinel servers = RedisSentinel.startWithPasswords("of-master", "of-sentinel");
        TestGateway gateway =
            gateway(":of-master@" + servers.address())
                .set("redis.sentinel_password", "of-sentinel")
                .start();
        TestGateway wrong =
            gateway(":of-master@" + servers.address())
                .set("redis.sentinel_password", "wrong")
                .start()) {
      String header = gateway.login("sentinel.password");
      assertThat(servers.first().template().keys("*")).hasSize(1);
      assertThat(gateway.health().path("status").asText()).isEqualTo("healthy");
      assertThat(wrong.login("sentinel.password")).isEqualTo(header);
      assertThat(wrong.health().path("status").asText()).isEqualTo("degraded");
    }
  }
}
