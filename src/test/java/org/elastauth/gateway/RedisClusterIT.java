package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.stream.IntStream;
import org.elastauth.server.RedisCluster;
import org.elastauth.server.RedisServer;
import org.elastauth.server.TestGateway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
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

  @Test
  void everyNodeHoldsItsUsersAndASlotThatMovesIsFollowed() {
    try (TestGateway gateway = gateway(cluster.url()).start()) {
      assertEverybodyIsCached(gateway);
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
      assertThat(hits(gateway) - hits).isEqualTo(20);
      assertThat(target.admin().get(key)).isNotNull();
      assertThat(gateway.health().path("cache").path("circuit_breaker").path("failures").asInt())
          .isZero();
    }
  }

  @Test
  void aNodeConfiguredAsAServerIsRecognised(CapturedOutput output) {
    try (TestGateway gateway =
        gateway("").set("redis.host", cluster.nodes().get(1).address()).start()) {
      assertEverybodyIsCached(gateway);
    }
    assertThat(output).contains("This Redis is a node of a cluster");
  }

  @Test
  void anotherDatabaseIsAStartUpError(CapturedOutput output) {
    assertThatThrownBy(
            () -> gateway("redis://" + cluster.nodes().get(0).address() + "/3").start().close())
        .isInstanceOf(RuntimeException.class);
    assertThat(output).contains("Configuration: redis.db=3: is not there: this is a Redis Cluster");
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
