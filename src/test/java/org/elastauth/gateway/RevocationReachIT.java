package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.PackagedGateway;
import org.elastauth.server.ReadsOutput;
import org.elastauth.server.RedisCluster;
import org.elastauth.server.RedisSentinel;
import org.elastauth.server.RedisServer;
import org.elastauth.server.Servers;
import org.elastauth.server.SideBySide;
import org.elastauth.server.TestGateway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;

/** DESIGN 6: a revocation on one instance reaches the others, with Redis and without. */
@SideBySide
@ExtendWith(Servers.class)
@Timeout(240)
class RevocationReachIT {
  private static final String CREDENTIAL = "administrators-0123456789-abcdefgh";
  private static final String CHANNEL = "elastauth-revoked";

  private final ElasticsearchServer elasticsearch;
  private final RedisServer redis = RedisServer.start();
  @TempDir Path folder;

  RevocationReachIT(ElasticsearchServer elasticsearch) {
    this.elasticsearch = elasticsearch;
  }

  @AfterEach
  void stop() {
    redis.close();
  }

  /** A process of the packaged jar. */
  private PackagedGateway instance(String name, Map<String, String> more) throws IOException {
    Map<String, String> environment = new HashMap<>();
    environment.put("ELASTAUTH_ELASTICSEARCH_HOSTS", elasticsearch.url());
    environment.put("ELASTAUTH_ELASTICSEARCH_USERNAME", ElasticsearchServer.GATEWAY);
    environment.put("ELASTAUTH_ELASTICSEARCH_PASSWORD", ElasticsearchServer.GATEWAY_PASSWORD);
    environment.put("ELASTAUTH_ADMIN_ENABLED", "true");
    environment.put("ELASTAUTH_ADMIN_CREDENTIAL", CREDENTIAL);
    environment.putAll(more);
    return PackagedGateway.start(Files.createDirectory(folder.resolve(name)), environment);
  }

  private Map<String, String> hybrid() {
    Map<String, String> environment = new HashMap<>();
    environment.put("ELASTAUTH_CACHE_TYPE", "hybrid");
    environment.put("ELASTAUTH_REDIS_HOST", redis.address());
    environment.put("ELASTAUTH_ELASTICSEARCH_REREAD_INTERVAL", "0s");
    return environment;
  }

  private static String login(PackagedGateway gateway, String user) throws Exception {
    HttpResponse<String> response = gateway.get("/elastauth", "Remote-User", user);
    return TestGateway.authorization(response)
        .orElseThrow(() -> new AssertionError(response.statusCode() + " " + response.body()));
  }

  private static void revoke(int port, String user) throws Exception {
    HttpResponse<String> response =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + port + "/elastauth/users/" + user))
                    .header("Authorization", "Bearer " + CREDENTIAL)
                    .DELETE()
                    .build(),
                HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
  }

  private int authenticate(String authorization) {
    return elasticsearch
        .request("GET", "/_security/_authenticate", authorization, null)
        .statusCode();
  }

  private static void awaitListeners(RedisServer server, int number) {
    Awaitility.await(number + " gateways listen")
        .atMost(Duration.ofSeconds(60))
        .ignoreExceptions()
        .until(() -> server.admin().pubsubNumsub(CHANNEL).get(CHANNEL) == number);
  }

  @Test
  void theNextRequestToTheOtherInstanceGetsAnotherPassword() throws Exception {
    String user = "reach.pubsub";
    try (PackagedGateway one = instance("one", hybrid());
        PackagedGateway other = instance("other", hybrid())) {
      awaitListeners(redis, 2);
      String before = login(one, user);
      assertThat(login(other, user)).isEqualTo(before);
      revoke(one.port(), user);
      String after = login(other, user);
      assertThat(after).isNotEqualTo(before);
      assertThat(authenticate(before)).isEqualTo(401);
      assertThat(authenticate(after)).isEqualTo(200);
      assertThat(login(one, user)).isEqualTo(after);
      assertThat(other.get("/metrics").body())
          .contains("elastauth_invalidations_total{source=\"message\"}");
      assertThat(one.log() + other.log()).doesNotContain(CREDENTIAL);
    }
  }

  private TestGateway.Builder gateway() {
    return TestGateway.builder()
        .on(elasticsearch)
        .set("admin.enabled", true)
        .set("admin.credential", CREDENTIAL);
  }

  private TestGateway.Builder as(String user) {
    return gateway()
        .with(redis)
        .set("cache.type", "hybrid")
        .set("redis.username", user)
        .set("redis.password", "pw");
  }

  private void assertRereadReaches(TestGateway one, TestGateway other, String user)
      throws Exception {
    String before = one.login(user);
    assertThat(other.login(user)).isEqualTo(before);
    revoke(one.port(), user);
    Awaitility.await("the reread")
        .atMost(Duration.ofSeconds(30))
        .until(() -> !other.login(user).equals(before));
    assertThat(authenticate(other.login(user))).isEqualTo(200);
    assertThat(one.login(user)).isEqualTo(other.login(user));
  }

  @ParameterizedTest
  @CsvSource({
    "'', '+publish +subscribe'",
    "+publish +subscribe, '&elastauth-*'",
    "+publish &elastauth-*, +subscribe",
    "+subscribe &elastauth-*, +publish"
  })
  @ReadsOutput
  void withoutTheRightItIsNamedAndTheRereadBringsIt(
      String rights, String missing, CapturedOutput output) throws Exception {
    redis.acl(
        "quiet",
        ("reset on >pw ~elastauth-* +@read +@write resetchannels " + rights).trim().split(" "));
    TestGateway.Builder narrow = as("quiet").set("elasticsearch.reread_interval", "1s");
    try (TestGateway one = narrow.start();
        TestGateway other = narrow.start()) {
      assertThat(output).contains("missing=\"" + missing + "\"");
      assertRereadReaches(one, other, "reach.rights");
    }
  }

  @Test
  @ReadsOutput
  void withTheRightsNothingIsMissing(CapturedOutput output) {
    redis.acl(
        "loud",
        "reset on >pw ~elastauth-* +@read +@write resetchannels +publish +subscribe &elastauth-*"
            .split(" "));
    try (TestGateway gateway = as("loud").start()) {
      awaitListeners(redis, 1);
      assertThat(output).doesNotContain("missing=");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"memory", "file"})
  @ReadsOutput
  void gatewaysThatShareNothingFindOut(String cache, CapturedOutput output) throws Exception {
    TestGateway.Builder apart =
        gateway().set("cache.type", cache).set("elasticsearch.reread_interval", "1s");
    try (TestGateway one = apart.set("cache.path", own("one")).start();
        TestGateway other = apart.set("cache.path", own("other")).start()) {
      assertRereadReaches(one, other, "reach." + cache);
    }
    assertThat(output).contains("A cached login no longer matches Elasticsearch");
  }

  private String own(String name) throws IOException {
    return Files.createDirectory(folder.resolve(name)).toString();
  }

  private TestGateway.Builder hybridOn(String url) {
    return gateway()
        .set("cache.type", "hybrid")
        .set("redis.url", url)
        .set("redis.read_timeout", "1s")
        .set("redis.circuit_breaker.timeout", "1s")
        .set("redis.health_check.interval", "1s")
        .set("elasticsearch.reread_interval", 0);
  }

  private void assertReaches(TestGateway one, TestGateway other, String user) throws Exception {
    String before = one.login(user);
    assertThat(other.login(user)).isEqualTo(before);
    revoke(one.port(), user);
    String after = other.login(user);
    assertThat(after).isNotEqualTo(before);
    assertThat(authenticate(after)).isEqualTo(200);
  }

  @Test
  void inAClusterWhicheverNodeTheyListenTo() throws Exception {
    try (RedisCluster cluster = RedisCluster.start();
        TestGateway one = hybridOn(cluster.url()).start();
        TestGateway other = hybridOn(cluster.url()).start()) {
      Awaitility.await("both listen")
          .atMost(Duration.ofSeconds(30))
          .until(
              () ->
                  cluster.nodes().stream()
                          .mapToLong(node -> node.admin().pubsubNumsub(CHANNEL).get(CHANNEL))
                          .sum()
                      == 2);
      for (String user : List.of("reach.cluster-a", "reach.cluster-b", "reach.cluster-c")) {
        assertReaches(one, other, user);
      }
    }
  }

  @Test
  void behindSentinelAlsoAfterAFailover() throws Exception {
    try (RedisSentinel sentinel = RedisSentinel.start();
        TestGateway one = hybridOn(url(sentinel)).start();
        TestGateway other = hybridOn(url(sentinel)).start()) {
      awaitListeners(sentinel.first(), 2);
      assertReaches(one, other, "reach.sentinel");
      sentinel.first().kill();
      sentinel.awaitMaster(sentinel.second());
      awaitListeners(sentinel.second(), 2);
      awaitRedis(one);
      awaitRedis(other);
      assertReaches(one, other, "reach.failover");
    }
  }

  private static String url(RedisSentinel sentinel) {
    return "redis-sentinel://" + sentinel.address() + "/0#mymaster";
  }

  private static void awaitRedis(TestGateway gateway) {
    Awaitility.await("Redis is used")
        .atMost(Duration.ofSeconds(30))
        .until(() -> gateway.health().path("redis").path("available").asBoolean());
  }

  @Test
  void aRedisThatWasAwayIsListenedToAgain() throws Exception {
    try (RedisServer own = RedisServer.start();
        TestGateway one = hybridOn("redis://" + own.address()).start();
        TestGateway other = hybridOn("redis://" + own.address()).start()) {
      awaitListeners(own, 2);
      own.kill();
      own.restart();
      awaitListeners(own, 2);
      awaitRedis(one);
      awaitRedis(other);
      assertReaches(one, other, "reach.restarted");
    }
  }

  /** Whoever may publish can bring about a question to Elasticsearch, and no more. */
  @Test
  void aForgedMessageIsAMissAtMost() throws Exception {
    String user = "reach.forged"; // 12 characters: their base64 has no padding
    String key = "elastauth-cmVhY2guZm9yZ2Vk";
    try (TestGateway gateway = hybridOn("redis://" + redis.address()).start()) {
      awaitListeners(redis, 1);
      String header = gateway.login(user);
      double asked = asked(gateway);
      List<String> garbage =
          List.of(
              "",
              " ",
              "a b c",
              key,
              key + " 1",
              key + " x y",
              key + " 1 2 3",
              "other-" + key + " 1 2",
              key + " 99999999999999999999 1",
              "A".repeat(100_000),
              "\u0000\u0001 1 2");
      garbage.forEach(message -> redis.admin().publish(CHANNEL, message));
      redis.admin().publish(CHANNEL, key + " 1 1");
      awaitHeard(gateway, 1);
      assertThat(gateway.login(user)).isEqualTo(header);
      assertThat(asked(gateway)).as("Redis has it").isEqualTo(asked);

      redis.admin().publish(CHANNEL, key + " " + Long.MAX_VALUE + " " + Long.MAX_VALUE);
      awaitHeard(gateway, 2);
      assertThat(gateway.login(user)).isEqualTo(header);
      assertThat(asked(gateway)).isEqualTo(asked + 1);
      assertThat(gateway.login(user)).isEqualTo(header);
      assertThat(asked(gateway)).as("once").isEqualTo(asked + 1);

      redis.admin().publish(CHANNEL, key + " " + Long.MAX_VALUE + " " + Long.MAX_VALUE);
      awaitHeard(gateway, 3);
      revoke(gateway.port(), user);
      assertThat(
              elasticsearch
                  .user(user)
                  .path("metadata")
                  .path("elastauth")
                  .path("generation")
                  .asLong())
          .isEqualTo(2);
    }
  }

  private static void awaitHeard(TestGateway gateway, int messages) {
    Awaitility.await()
        .until(
            () -> metric(gateway, "elastauth_invalidations_total{source=\"message\"}") == messages);
  }

  private static double asked(TestGateway gateway) {
    return metric(gateway, "elastauth_elasticsearch_requests_total{operation=\"user_get\"}");
  }

  private static double metric(TestGateway gateway, String name) {
    return gateway
        .get("/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith(name))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
        .sum();
  }

  @Test
  void aTableThatInstancesShareIsCleared() throws Exception {
    String url = "jdbc:h2:" + folder.resolve("shared") + ";AUTO_SERVER=TRUE";
    Map<String, String> environment =
        Map.of(
            "ELASTAUTH_CACHE_TYPE", "database",
            "ELASTAUTH_CACHE_URL", url,
            "ELASTAUTH_ELASTICSEARCH_REREAD_INTERVAL", "0s");
    TestGateway.createCacheTable(url);
    try (PackagedGateway one = instance("one", environment);
        PackagedGateway other = instance("other", environment)) {
      String before = login(one, "reach.table");
      assertThat(login(other, "reach.table")).isEqualTo(before);
      revoke(one.port(), "reach.table");
      String after = login(other, "reach.table");
      assertThat(after).isNotEqualTo(before);
      assertThat(authenticate(after)).isEqualTo(200);
      assertThat(one.log() + other.log()).doesNotContain(CREDENTIAL);
    }
  }
}
