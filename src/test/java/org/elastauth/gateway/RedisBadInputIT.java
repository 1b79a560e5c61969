package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.RedisServer;
import org.elastauth.server.Servers;
import org.elastauth.server.TestGateway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** SPEC 7 and 8: what is wrong with Redis ends in a clear message at start, or memory serves. */
@ExtendWith({Servers.class, OutputCaptureExtension.class})
@Timeout(120)
class RedisBadInputIT {
  private final ElasticsearchServer elasticsearch;
  private RedisServer redis;

  RedisBadInputIT(ElasticsearchServer elasticsearch) {
    this.elasticsearch = elasticsearch;
  }

  @BeforeEach
  void start() {
    redis = RedisServer.start();
  }

  @AfterEach
  void stop() {
    redis.close();
  }

  private static TestGateway.Builder dry() {
    return TestGateway.builder().set("elasticsearch.dry_run", true);
  }

  private static String breaker(TestGateway gateway) {
    return gateway.health().path("cache").path("circuit_breaker").path("state").asText();
  }

  private static void assertMemoryServes(
      TestGateway.Builder builder, CapturedOutput output, String reason) {
    try (TestGateway gateway = builder.start()) {
      String header = gateway.login("bad.redis");
      assertThat(gateway.login("bad.redis")).isEqualTo(header);
      assertThat(gateway.health().path("status").asText()).isEqualTo("degraded");
      assertThat(gateway.get("/elastauth/ready").statusCode()).isEqualTo(200);
    }
    assertThat(output.getOut())
        .containsPattern("WARN +Redis connection failed, falling back to memory reason=.*" + reason)
        .doesNotContain("s3cret");
  }

  @ParameterizedTest
  @CsvSource({
    "redis://:s3cret-wrong@ADDRESS, WRONGPASS.*check redis.username and redis.password",
    "redis://nobody:s3cret@ADDRESS, WRONGPASS.*check redis.username and redis.password",
    "redis://ADDRESS, NOAUTH.*set redis.password"
  })
  void wrongPasswords(String url, String reason, CapturedOutput output) {
    try (RedisServer secured = RedisServer.start("--requirepass", "right")) {
      assertMemoryServes(
          dry().set("redis.url", url.replace("ADDRESS", secured.address())), output, reason);
      assertThat(secured.template().keys("*")).isEmpty();
    }
  }

  @Test
  void aUserWithoutAnyRight(CapturedOutput output) {
    redis.acl("powerless");
    redis.acl("powerless", "-@all", "resetkeys");
    try (TestGateway gateway =
        dry().set("redis.url", "redis://powerless:pw@" + redis.address()).start()) {
      String header = gateway.login("bad.powerless");
      for (int i = 0; i < 10; i++) {
        assertThat(gateway.login("bad.powerless")).isEqualTo(header);
      }
      assertThat(breaker(gateway)).as("nothing works, so it is left alone").isEqualTo("open");
    }
    assertThat(output).contains("missing=\"+del +getrange +set\"");
  }

  @ParameterizedTest
  @CsvSource({
    "3, may not be selected by the Redis user; give it +select",
    "99, may not be selected by the Redis user; give it +select"
  })
  void anotherDatabaseWithoutTheRightIsAStartUpError(
      int db, String message, CapturedOutput output) {
    redis.acl("unselecting");
    assertThatThrownBy(
            () ->
                dry()
                    .set("redis.url", "redis://unselecting:pw@" + redis.address() + "/" + db)
                    .start()
                    .close())
        .isInstanceOf(RuntimeException.class);
    assertThat(output).contains("Configuration: redis.db=" + db + ": " + message);
    assertThat(redis.template().keys("*")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "http://:s3cret@host, is not of the form redis://user:password@host:port/db",
    "redis://:s3cret@host:0, has a port that is not between 1 and 65535",
    "'redis://n1:6379,n2:6379/3', does not exist: a Redis Cluster has only db 0",
    "jdbc:postgresql://db/x?password=s3cret, is a database; with cache.type database it is cache.url"
  })
  void aBrokenUrlIsOneMessageAtTheStart(String url, String message, CapturedOutput output) {
    assertThatThrownBy(() -> dry().set("redis.url", url).start().close())
        .isInstanceOf(RuntimeException.class);
    assertThat(output.getOut().lines().filter(line -> line.contains("Configuration: redis.")))
        .singleElement()
        .asString()
        .contains(message);
    assertThat(output).doesNotContain("s3cret");
  }

  @Test
  void aDatabaseThatIsNotThereIsAStartUpError(CapturedOutput output) {
    assertThatThrownBy(() -> dry().with(redis).set("redis.db", 99).start().close())
        .isInstanceOf(RuntimeException.class);
    assertThat(output).contains("Configuration: redis.db=99: does not exist");
  }

  /** Nobody answers its connections; nothing refuses them either. */
  @Test
  void aServerThatTakesNoConnectionIsGivenUpAfterTheConnectTimeout(CapturedOutput output)
      throws IOException {
    List<SocketChannel> crowd = new ArrayList<>();
    try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      for (int i = 0; i < 8; i++) {
        SocketChannel one = SocketChannel.open();
        one.configureBlocking(false);
        one.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), full.getLocalPort()));
        crowd.add(one);
      }
      assertMemoryServes(
          dry()
              .set("redis.host", "127.0.0.1:" + full.getLocalPort())
              .set("redis.connect_timeout", "321ms"),
          output,
          "321 ?ms");
    } finally {
      for (SocketChannel one : crowd) {
        one.close();
      }
    }
  }

  private TestGateway.Builder breakable(String type) {
    return TestGateway.builder()
        .on(elasticsearch)
        .with(redis)
        .set("cache.type", type)
        .set("redis.circuit_breaker.threshold", 2);
  }

  /** Another program's list stands where a user's entry should. */
  @ParameterizedTest
  @ValueSource(strings = {"redis", "hybrid"})
  void aValueOfAForeignTypeIsThatUsersMissAndNobodyElses(String type) {
    try (TestGateway gateway = breakable(type).start();
        TestGateway fresh = breakable(type).start()) {
      String foreign = gateway.login("bad.foreign");
      String key = redis.template().keys("*").iterator().next();
      String other = gateway.login("bad.other");
      for (int i = 0; i < 5; i++) {
        redis.template().delete(key);
        redis.template().opsForList().leftPush(key, "not an entry");
        // other groups, so that memory in front of Redis has nothing that fits
        assertThat(gateway.login("bad.foreign", "group" + i)).isEqualTo(foreign);
        assertThat(breaker(gateway)).isEqualTo("closed");
      }
      assertThat(gateway.login("bad.foreign")).isEqualTo(foreign);
      assertThat(gateway.login("bad.foreign")).isEqualTo(foreign);
      assertThat(gateway.login("bad.other")).isEqualTo(other);
      assertThat(fresh.login("bad.foreign")).isEqualTo(foreign);
      assertThat(redis.template().opsForValue().get(key)).isNotNull();
    }
  }

  /** SPEC 4: over 64 KiB is a miss, and does not even come into this process's memory. */
  @ParameterizedTest
  @ValueSource(strings = {"redis", "hybrid"})
  void aHugeValueIsAMissAndIsNotFetched(String type) {
    int size = 32 << 20;
    try (TestGateway gateway = breakable(type).start();
        TestGateway fresh = breakable(type).start()) {
      String header = gateway.login("bad.huge");
      String key = redis.template().keys("*").iterator().next();
      redis.admin().setrange(key, size, "x");
      long sent = Long.parseLong(redis.info("stats", "total_net_output_bytes"));
      assertThat(fresh.login("bad.huge")).isEqualTo(header);
      assertThat(Long.parseLong(redis.info("stats", "total_net_output_bytes")) - sent)
          .isLessThan(1 << 20);
      assertThat(redis.admin().strlen(key)).as("replaced").isLessThan(1_000);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"redis", "hybrid"})
  void aFullRedisIsStillReadAndWhomItDoesNotTakeMemoryServes(String type, CapturedOutput output) {
    try (TestGateway gateway = breakable(type).start()) {
      String before = gateway.login("bad.before");
      redis.admin().configSet("maxmemory-policy", "noeviction");
      redis.admin().configSet("maxmemory", "1");
      String during = gateway.login("bad.during");
      double reads = elasticsearchReads(gateway);
      for (int i = 0; i < 10; i++) {
        assertThat(gateway.login("bad.during")).isEqualTo(during);
        assertThat(gateway.login("bad.before")).isEqualTo(before);
      }
      assertThat(elasticsearchReads(gateway)).isEqualTo(reads);
      assertThat(breaker(gateway)).isEqualTo("closed");
      assertThat(output).contains("Redis refuses a command").contains("OOM");
      redis.admin().configSet("maxmemory", "0");
    }
    try (TestGateway later = breakable(type).start()) {
      later.login("bad.during");
      assertThat(redis.template().keys("*")).hasSize(2);
    }
  }

  private static double elasticsearchReads(TestGateway gateway) {
    return Double.parseDouble(
        gateway
            .get("/metrics")
            .body()
            .replaceFirst(
                "(?s).*\nelastauth_elasticsearch_requests_total\\{operation=\"user_get\"} (\\S+)\n.*",
                "$1"));
  }
}
