package org.elastauth.gateway;

import static java.util.function.Function.identity;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.RedisException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.elastauth.doctor.Found;
import org.elastauth.expiry.ExpiryLease;
import org.elastauth.server.FaultyTcpProxy;
import org.elastauth.server.RedisCluster;
import org.elastauth.server.RedisServer;
import org.elastauth.server.TestGateway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** SPEC 7: Redis Cluster, by its URL or found behind redis.host. */
@ExtendWith(OutputCaptureExtension.class)
@Timeout(120)
class RedisClusterIT {
  private static final List<String> USERS =
      IntStream.range(0, 20).mapToObj(i -> "cluster." + i).toList();

  private static RedisCluster cluster;

  @BeforeAll
  static void start() {
    cluster = RedisCluster.start();
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @BeforeEach
  void empty() {
    cluster.nodes().forEach(RedisServer::flush);
  }

  private static TestGateway.Builder gateway(String url) {
    return TestGateway.builder().set("elasticsearch.dry_run", true).set("redis.url", url);
  }

  private static String key(String user) {
    String base64 = Base64.getEncoder().encodeToString(user.getBytes(StandardCharsets.US_ASCII));
    return "elastauth-" + URLEncoder.encode(base64, StandardCharsets.US_ASCII);
  }

  private static long entries() {
    return cluster.nodes().stream().mapToLong(node -> node.admin().dbsize()).sum();
  }

  private static double hits(TestGateway gateway) {
    return Double.parseDouble(
        gateway
            .get("/metrics")
            .body()
            .replaceFirst("(?s).*\nelastauth_redis_cache_hits_total (\\S+)\n.*", "$1"));
  }

  private static void assertEverybodyIsCached(TestGateway gateway) {
    USERS.forEach(gateway::login);
    double before = hits(gateway);
    USERS.forEach(gateway::login);
    assertThat(hits(gateway) - before).isEqualTo(USERS.size());
    assertThat(entries()).isEqualTo(USERS.size());
    assertThat(gateway.health().path("status").asText()).isEqualTo("healthy");
  }

  @ParameterizedTest
  @ValueSource(strings = {"redis", "hybrid"})
  void everyNodeHoldsItsUsersAndASlotThatMovesIsFollowed(String type) {
    try (TestGateway other = gateway(cluster.url()).start();
        TestGateway gateway = gateway(cluster.url()).set("cache.type", type).start()) {
      assertEverybodyIsCached(other);
      assertThat(cluster.nodes()).allMatch(node -> node.admin().dbsize() > 0);
      String key = key(USERS.get(0));
      RedisServer before = cluster.owner(key);
      RedisServer target =
          cluster.nodes().stream().filter(node -> node != before).findFirst().orElseThrow();
      cluster.move(key, target);
      double hits = hits(gateway);
      for (int i = 0; i < 20; i++) {
        gateway.login(USERS.get(0));
      }
      assertThat(hits(gateway) - hits).isEqualTo(type.equals("hybrid") ? 1 : 20);
      assertThat(target.admin().get(key)).isNotNull();
      assertThat(gateway.health().path("cache").path("circuit_breaker").path("failures").asInt())
          .isZero();
    }
  }

  @Test
  void oneOfItsGatewaysTakesTheTurnToExpireUsers() {
    try (TestGateway one = gateway(cluster.url()).start();
        TestGateway other = gateway(cluster.url()).start()) {
      assertThat(one.bean(ExpiryLease.class).acquire()).isTrue();
      assertThat(other.bean(ExpiryLease.class).acquire()).isFalse();
      assertThat(cluster.owner("elastauth-expiry").admin().pttl("elastauth-expiry")).isPositive();
    }
  }

  /** SPEC 8: a third of Redis down is no different from all of it. */
  @Test
  void aNodeThatIsKilledIsNoticedByNobodyAndUsedOnceItIsBack() {
    try (TestGateway gateway =
        gateway(cluster.url())
            .set("redis.read_timeout", "500ms")
            .set("redis.connect_timeout", "1s")
            .set("redis.health_check.interval", "1s")
            .set("redis.circuit_breaker.timeout", "1s")
            .start()) {
      Map<String, String> headers = USERS.stream().collect(toMap(identity(), gateway::login));
      RedisServer node = cluster.owner(key(USERS.get(0)));
      node.kill();
      Awaitility.await("degraded")
          .atMost(Duration.ofSeconds(30))
          .until(() -> gateway.health().path("status").asText().equals("degraded"));
      USERS.forEach(user -> assertThat(gateway.login(user)).isEqualTo(headers.get(user)));
      node.restart();
      Awaitility.await("its users are cached there again")
          .atMost(Duration.ofSeconds(60))
          .ignoreExceptionsInstanceOf(RedisException.class)
          .until(
              () -> {
                USERS.forEach(user -> assertThat(gateway.login(user)).isEqualTo(headers.get(user)));
                gateway.login(USERS.get(0), Long.toString(System.nanoTime()));
                return node.admin().exists(key(USERS.get(0))) == 1
                    && gateway.health().path("status").asText().equals("healthy");
              });
    }
  }

  @Test
  void theDoctorAsksEveryMaster() {
    List<String> found =
        Found.inRedis(Map.of("redis.url", cluster.url(), "secret_key", TestGateway.KEY));
    assertThat(found)
        .filteredOn(line -> line.matches("ok 127\\.0\\.0\\.1:\\d+: Redis \\d.*"))
        .hasSize(cluster.nodes().size());
    assertThat(found)
        .anyMatch(line -> line.contains(": the cluster is ok: 16384 of 16384 slots on "))
        .noneMatch(line -> line.startsWith("fault"));
  }

  @Test
  void aNodeConfiguredAsAServerIsRecognised(CapturedOutput output) {
    try (TestGateway gateway =
        gateway("").set("redis.host", cluster.nodes().get(1).address()).start()) {
      assertEverybodyIsCached(gateway);
    }
    assertThat(output).contains("This Redis is a node of a cluster");
  }

  /** SPEC 8: unreachable at start is the same as lost later. */
  @Test
  void aClusterThatIsThereOnlyLaterIsUsedByItself() {
    try (FaultyTcpProxy tcpProxy = FaultyTcpProxy.to(cluster.nodes().get(0).address());
        TestGateway gateway =
            gateway("redis://" + tcpProxy.address() + ",127.0.0.1:" + RedisServer.freePort())
                .set("redis.health_check.interval", "1s")
                .set("redis.circuit_breaker.timeout", "1s")
                .start()) {
      String header = gateway.login(USERS.get(0));
      assertThat(gateway.health().path("status").asText()).isEqualTo("degraded");
      tcpProxy.open();
      Awaitility.await("the cluster is used")
          .atMost(Duration.ofSeconds(60))
          .until(
              () -> {
                assertThat(gateway.login(USERS.get(0))).isEqualTo(header);
                gateway.login("cluster.later" + System.nanoTime());
                return entries() > 0 && gateway.health().path("status").asText().equals("healthy");
              });
    }
  }

  @Test
  void anotherDatabaseIsAStartUpError(CapturedOutput output) {
    assertThatThrownBy(
            () -> gateway("redis://" + cluster.nodes().get(0).address() + "/3").start().close())
        .isInstanceOf(RuntimeException.class);
    assertThat(output)
        .contains("Configuration: redis.db=3: does not exist: this is a Redis Cluster");
    assertThat(entries()).isZero();
  }

  @Test
  void theRightsItTakes(CapturedOutput output) {
    acl("whole", "+cluster", "+readonly");
    try (TestGateway gateway =
        gateway(cluster.url().replace("redis://", "redis://whole:pw@")).start()) {
      assertEverybodyIsCached(gateway);
    }
    assertThat(output).doesNotContain("lacks a right");
  }

  @Test
  void aRightThatIsMissingIsNamedAndMemoryServes(CapturedOutput output) {
    acl("narrow");
    for (String url :
        List.of(cluster.url(), "redis://" + cluster.nodes().get(0).address() + "/0")) {
      try (TestGateway gateway = gateway(url.replace("redis://", "redis://narrow:pw@")).start()) {
        String header = gateway.login(USERS.get(0));
        assertThat(gateway.login(USERS.get(0))).isEqualTo(header);
        assertThat(gateway.health().path("status").asText()).isEqualTo("degraded");
      }
    }
    assertThat(output.getOut().lines().filter(line -> line.contains("+cluster +readonly")))
        .hasSize(2);
    assertThat(entries()).isZero();
  }

  private static void acl(String user, String... more) {
    cluster.nodes().forEach(node -> node.acl(user, more));
  }
}
