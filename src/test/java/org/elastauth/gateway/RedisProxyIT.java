package org.elastauth.gateway;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.elastauth.identity.Identity;
import org.elastauth.server.FaultyTcpProxy;
import org.elastauth.server.RedisCluster;
import org.elastauth.server.RedisSentinel;
import org.elastauth.server.RedisServer;
import org.elastauth.server.SessionPort;
import org.elastauth.server.TestGateway;
import org.elastauth.session.Session;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/**
 * Old servers, and proxies such as Envoy and twemproxy, refuse commands that the gateway spares.
 */
@ExtendWith(OutputCaptureExtension.class)
@Timeout(120)
class RedisProxyIT {
  private static TestGateway.Builder gateway() {
    return TestGateway.builder()
        .set("elasticsearch.dry_run", true)
        .set("redis.health_check.interval", "1s")
        .set("redis.connect_timeout", "2s");
  }

  private static Map<String, String> each(String commands, String reply) {
    return Arrays.stream(commands.split(" ")).collect(toMap(name -> name, name -> reply));
  }

  private static void assertShared(TestGateway gateway, RedisServer redis, CapturedOutput output) {
    String header = gateway.login("proxy.user");
    assertThat(gateway.login("proxy.user")).isEqualTo(header);
    assertThat(redis.template().keys("elastauth-*")).hasSize(1);
    assertThat(gateway.get("/metrics").body()).contains("elastauth_redis_cache_hits_total 1.0");
    assertThat(gateway.health().path("status").asText()).isEqualTo("healthy");
    assertThat(output).doesNotContain("falling back").doesNotContain("Redis refuses a command");
  }

  /** As Redis 5, older and newer Envoy, and twemproxy. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "HELLO | -ERR unknown command 'HELLO'",
        "HELLO CLIENT | -ERR unknown command 'HELLO'",
        "HELLO | -unsupported command 'hello'",
        "HELLO CLIENT INFO CONFIG SELECT SUBSCRIBE PUBLISH | -unsupported command 'it'",
        "HELLO CLIENT INFO SELECT | -ERR invalid request",
        "HELLO CLIENT SELECT | -NOPERM this user has no permissions to run the 'hello' command",
        "CLIENT SELECT INFO CONFIG | -ERR unknown command 'it'",
        "HELLO | ''",
        "HELLO CLIENT INFO SUBSCRIBE PUBLISH SELECT | ''",
      })
  void commandsThatAProxyRefuses(String commands, String reply, CapturedOutput output) {
    try (RedisServer redis = RedisServer.start();
        FaultyTcpProxy proxy = FaultyTcpProxy.to(redis.address()).refusing(each(commands, reply));
        TestGateway gateway = gateway().set("redis.host", proxy.address()).start()) {
      Awaitility.await("connected")
          .atMost(Duration.ofSeconds(30))
          .until(() -> gateway.health().path("status").asText().equals("healthy"));
      assertShared(gateway, redis, output);
    }
  }

  /** An old Redis knows AUTH with a password only. */
  @ParameterizedTest
  @ValueSource(strings = {"-ERR unknown command 'HELLO'", "-unsupported command 'hello'", ""})
  void aPasswordWithoutHello(String reply, CapturedOutput output) {
    try (RedisServer redis = RedisServer.start("--requirepass", "s3cret-pw");
        FaultyTcpProxy proxy =
            FaultyTcpProxy.to(redis.address()).refusing(each("HELLO CLIENT", reply))) {
      try (TestGateway gateway =
          gateway().set("redis.url", "redis://:s3cret-pw@" + proxy.address()).start()) {
        assertShared(gateway, redis, output);
      }
      try (TestGateway gateway =
          gateway().set("redis.url", "redis://:wrong@" + proxy.address()).start()) {
        assertThat(gateway.health().path("cache").path("redis").path("reason").asText())
            .isEqualTo("WRONGPASS");
      }
    }
    assertThat(output).contains("WRONGPASS").doesNotContain("s3cret-pw");
  }

  /**
   * The channel between gateways needs no RESP3, and its connection is not taken for a silent one.
   */
  @Test
  void gatewaysTellEachOtherWithoutHello() {
    try (RedisServer redis = RedisServer.start("--rename-command", "HELLO", "");
        FaultyTcpProxy proxy =
            FaultyTcpProxy.to(redis.address()).refusing(each("HELLO", "-unsupported command"));
        TestGateway one = sessions(redis.address());
        TestGateway other = sessions(proxy.address())) {
      long now = Instant.now().getEpochSecond();
      Awaitility.await("both listen")
          .until(
              () ->
                  redis.admin().pubsubChannels().stream()
                      .anyMatch(name -> redis.admin().pubsubNumsub(name).containsValue(2L)));
      Session session =
          new Session(
              new Identity("john.doe", "", "", List.of(), now),
              "subject",
              UUID.randomUUID().toString(),
              "",
              "",
              "",
              now + 300,
              now,
              now + 3_600);
      SessionPort here = new SessionPort(one);
      SessionPort there = new SessionPort(other);
      long pings = redis.calls("ping");
      Awaitility.await("both have looked at Redis")
          .until(() -> redis.calls("ping") > pings + 4 * 10);
      long subscriptions = redis.calls("subscribe");
      String key = here.put(session);
      assertThat(there.get(key)).isEqualTo(session);
      here.delete(key);
      Awaitility.await("told").until(() -> there.get(key) == null);
      assertThat(redis.calls("subscribe")).as("no subscription anew").isEqualTo(subscriptions);
    }
  }

  private static TestGateway sessions(String address) {
    return gateway()
        .set("redis.host", address)
        .set("session.enabled", true)
        .set("session.store", "hybrid")
        .start();
  }

  /** Where EVALSHA is refused, EVAL may be known; else memory counts. */
  @ParameterizedTest
  @CsvSource({"EVALSHA, 8", "EVAL EVALSHA SCRIPT, 9"})
  void scripts(String commands, int remaining) {
    try (RedisServer redis = RedisServer.start();
        FaultyTcpProxy proxy =
            FaultyTcpProxy.to(redis.address())
                .refusing(each(commands, "-ERR unknown command 'it'"));
        TestGateway one = limited(proxy);
        TestGateway other = limited(proxy)) {
      one.login("proxy.limited");
      assertThat(other.decide("proxy.limited").headers().firstValue("RateLimit-Remaining"))
          .hasValue(Integer.toString(remaining));
      for (int i = 0; i < 8; i++) {
        one.login("proxy.limited" + i);
      }
      assertThat(one.health().path("cache").path("circuit_breaker").path("state").asText())
          .isEqualTo("closed");
    }
  }

  private static TestGateway limited(FaultyTcpProxy proxy) {
    return gateway()
        .set("redis.host", proxy.address())
        .set("rate_limit.enabled", true)
        .set("rate_limit.max_requests", 10)
        .start();
  }

  /** Without a command that it needs, a feature uses memory, and says so. */
  @ParameterizedTest
  @ValueSource(strings = {"GETRANGE", "SET", "PTTL"})
  void aCommandThatIsNeededIsNamed(String command, CapturedOutput output) {
    try (RedisServer redis = RedisServer.start();
        FaultyTcpProxy proxy =
            FaultyTcpProxy.to(redis.address())
                .refusing(each(command, "-ERR unknown command '" + command + "'"));
        TestGateway gateway =
            gateway().set("redis.host", proxy.address()).set("cache.type", "hybrid").start()) {
      String header = gateway.login("proxy.lacking");
      assertThat(gateway.login("proxy.lacking", "another.group")).isEqualTo(header);
      Awaitility.await("degraded")
          .until(() -> gateway.health().path("status").asText().equals("degraded"));
    }
    assertThat(output)
        .contains("lacks a right")
        .containsIgnoringCase("missing=\"+" + command + "\"");
  }

  @Test
  void aClusterWithoutHello(CapturedOutput output) {
    try (RedisCluster cluster = RedisCluster.start("--rename-command", "HELLO", "");
        TestGateway byUrl = gateway().set("redis.url", cluster.url()).start();
        TestGateway byNode =
            gateway().set("redis.host", cluster.nodes().get(0).address()).start()) {
      for (int i = 0; i < 10; i++) {
        assertThat(byUrl.login("proxy.cluster" + i)).isEqualTo(byNode.login("proxy.cluster" + i));
      }
      assertThat(cluster.nodes().stream().mapToLong(node -> node.admin().dbsize()).sum())
          .isEqualTo(10);
    }
    assertThat(output).doesNotContain("falling back");
  }

  /** Sentinels, too. */
  @Test
  void aSentinelWithoutHello(CapturedOutput output) {
    try (RedisSentinel servers = RedisSentinel.start();
        FaultyTcpProxy proxy =
            FaultyTcpProxy.to(servers.address())
                .refusing(each("HELLO CLIENT", "-unsupported command 'it'"));
        TestGateway gateway =
            gateway()
                .set("redis.url", "redis-sentinel://" + proxy.address() + "/0#mymaster")
                .start()) {
      assertShared(gateway, servers.first(), output);
    }
  }
}
