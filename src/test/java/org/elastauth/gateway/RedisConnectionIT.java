package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.awaitility.Awaitility;
import org.elastauth.server.FaultyTcpProxy;
import org.elastauth.server.RedisServer;
import org.elastauth.server.Servers;
import org.elastauth.server.TestGateway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.NestedExceptionUtils;

/** SPEC 7: pool, timeouts, keepalive, passwords and rights do what they say. */
@ExtendWith({Servers.class, OutputCaptureExtension.class})
@Timeout(120)
class RedisConnectionIT {
  private final RedisServer redis;

  RedisConnectionIT(RedisServer redis) {
    this.redis = redis;
    redis.flush();
  }

  private static TestGateway.Builder gateway() {
    return TestGateway.builder().set("elasticsearch.dry_run", true);
  }

  private static boolean redisIsUsed(TestGateway gateway) {
    return gateway.health().path("redis").path("available").asBoolean();
  }

  private void awaitConnections(long number) {
    Awaitility.await(number + " connections").until(() -> redis.gatewayConnections() == number);
  }

  @Test
  void tenConnectionsUnlessAnotherNumberIsAskedForAndAllOfThemServe() {
    try (TestGateway gateway = gateway().with(redis).start()) {
      awaitConnections(10);
      // successive commands share a connection
      Awaitility.await("all connections have served")
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofMillis(1))
          .untilAsserted(
              () -> {
                gateway.login("pool.user");
                assertThat(
                        redis
                            .admin()
                            .clientList()
                            .lines()
                            .filter(line -> line.contains(" name=elastauth ")))
                    .hasSize(10)
                    .allMatch(
                        line -> line.contains(" cmd=getrange ") || line.contains(" cmd=set "));
              });
      Awaitility.await()
          .until(
              () ->
                  gateway
                      .get("/metrics")
                      .body()
                      .contains("elastauth_redis_connections_active 10.0"));
    }
    awaitConnections(0);
    try (TestGateway gateway = gateway().with(redis).set("redis.pool_size", 3).start()) {
      awaitConnections(3);
    }
  }

  @Test
  void aConnectionThatIsLostIsMadeAgainAndMissedByNobody() {
    try (TestGateway gateway = gateway().with(redis).set("redis.pool_size", 3).start()) {
      awaitConnections(3);
      String header = gateway.login("pool.lost");
      String address =
          redis
              .admin()
              .clientList()
              .lines()
              .filter(line -> line.contains(" name=elastauth "))
              .findFirst()
              .orElseThrow()
              .replaceFirst(".* addr=(\\S+) .*", "$1");
      redis.admin().clientKill(address);
      for (int i = 0; i < 6; i++) {
        assertThat(gateway.login("pool.lost")).isEqualTo(header);
      }
      awaitConnections(3);
    }
  }

  @Test
  void theRollbackSwitchMeansMemory() {
    try (TestGateway gateway =
        gateway().with(redis).set("cache.type", "redis").set("redis.enabled", false).start()) {
      gateway.login("pool.off");
      assertThat(gateway.health().path("cache").path("mode").asText()).isEqualTo("memory");
      assertThat(redis.gatewayConnections()).isZero();
      assertThat(redis.template().keys("*")).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "direct:cache-redis-get, 777 ms",
    "direct:cache-redis-put, 444 millisecond",
    "direct:cache-redis-expire, 444 ms"
  })
  void readingAndWritingHaveTimeoutsOfTheirOwn(String route, String limit) {
    try (TestGateway gateway =
        gateway()
            .with(redis)
            .set("redis.read_timeout", "777ms")
            .set("redis.write_timeout", "444ms")
            .start()) {
      redis.freeze();
      Exchange exchange =
          gateway
              .bean(CamelContext.class)
              .createProducerTemplate()
              .request(
                  route,
                  message -> {
                    message.setProperty("cacheKey", "elastauth-x");
                    message.setProperty("ttl", 60L);
                    message.getMessage().setBody("value");
                  });
      assertThat(
              NestedExceptionUtils.getMostSpecificCause(
                  exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class)))
          .hasMessageContaining(limit);
    } finally {
      redis.resume();
    }
  }

  @Test
  void theBackgroundLookWaitsForTheReadTimeout(CapturedOutput output) {
    try (TestGateway gateway =
        gateway()
            .with(redis)
            .set("redis.read_timeout", "777ms")
            .set("redis.health_check.interval", "1s")
            .start()) {
      redis.freeze();
      Awaitility.await().until(() -> output.getOut().contains("no answer within 777 ms"));
      redis.resume();
      Awaitility.await().until(() -> redisIsUsed(gateway));
    } finally {
      redis.resume();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  @EnabledOnOs(OS.LINUX)
  void keepaliveIsSetOnTheSockets(boolean on) throws IOException {
    try (TestGateway gateway =
        gateway().with(redis).set("redis.keepalive", on).set("redis.pool_size", 4).start()) {
      awaitConnections(4);
      Awaitility.await("revocations are listened for over one more")
          .until(() -> redis.admin().clientList().contains(" name=elastauth-revocations "));
      List<String> timers = keepaliveTimers();
      if (on) {
        assertThat(timers)
            .as("5 sockets with a timer of at most 30 s")
            .hasSize(5)
            .allMatch(timer -> Long.parseLong(timer, 16) <= 3000);
      } else {
        assertThat(timers).isEmpty();
      }
    }
  }

  /** When the keepalive timers of our sockets to Redis fire, in hundredths of a second. */
  private List<String> keepaliveTimers() throws IOException {
    String remote = ":%04X".formatted(redis.port());
    try (Stream<String> four = Files.lines(Path.of("/proc/self/net/tcp"));
        Stream<String> six = Files.lines(Path.of("/proc/self/net/tcp6"))) {
      return Stream.concat(four, six)
          .map(line -> line.trim().split("\\s+"))
          .filter(fields -> fields[2].endsWith(remote) && fields[5].startsWith("02:"))
          .map(fields -> fields[5].substring(3))
          .toList();
    }
  }

  @Test
  void aPasswordWithoutAUser() {
    try (RedisServer secured = RedisServer.start("--requirepass", "s3cret:/@pw");
        TestGateway byUrl =
            gateway()
                .set("redis.url", "redis://:s3cret%3A%2F%40pw@" + secured.address() + "/0")
                .start();
        TestGateway bySettings =
            gateway().with(secured).set("redis.password", "s3cret:/@pw").start()) {
      assertThat(byUrl.login("password.user")).isEqualTo(bySettings.login("password.user"));
      assertThat(redisIsUsed(byUrl)).isTrue();
      assertThat(redisIsUsed(bySettings)).isTrue();
      assertThat(secured.template().keys("*")).hasSize(1);
    }
  }

  /** SPEC 7: the seed's ACL is enough, and what it forbids is not even tried. */
  @Test
  void theNarrowRightsOfTheSeedCarryTheCredentialCache(CapturedOutput output) {
    redis.acl("narrow");
    redis.admin().aclLogReset();
    try (TestGateway gateway =
        gateway()
            .with(redis)
            .set("redis.username", "narrow")
            .set("redis.password", "pw")
            .set("cache.extend", true)
            .set("cache.max_lifetime", "7d")
            .set("redis.health_check.interval", "1s")
            .start()) {
      String header = gateway.login("acl.narrow");
      assertThat(gateway.login("acl.narrow")).isEqualTo(header);
      assertThat(redis.template().keys("*")).hasSize(1);
      assertThat(redisIsUsed(gateway)).as("a PING refused means alive").isTrue();
      assertThat(gateway.health().path("status").asText()).isEqualTo("healthy");
      assertThat(gateway.get("/metrics").body()).contains("elastauth_redis_cache_hits_total 1.0");
    }
    assertThat(output).doesNotContain("lacks a right").doesNotContain("falling back");
    assertThat(redis.admin().aclLog())
        .extracting(entry -> entry.get("object"))
        .containsOnly("ping", "publish", "subscribe");
  }

  @ParameterizedTest
  @CsvSource({"+getrange, -getrange", "+del +set, -@write", "~elastauth-*, resetkeys ~other-*"})
  void aMissingRightIsNamedAtTheStartAndMemoryServes(
      String missing, String rules, CapturedOutput output) {
    redis.acl("partial", rules.split(" "));
    try (TestGateway gateway =
        gateway()
            .set("redis.url", "redis://partial:pw@" + redis.address())
            .set("redis.circuit_breaker.threshold", 2)
            .start()) {
      assertThat(output.getOut()).contains("missing=\"" + missing + "\"");
      String header = gateway.login("acl.partial");
      for (int i = 0; i < 5; i++) {
        assertThat(gateway.login("acl.partial")).isEqualTo(header);
      }
      assertThat(redis.template().keys("*")).isEmpty();
    }
  }

  /** Each of them is named; what it takes to answer right is there all the same. */
  @ParameterizedTest
  @CsvSource({
    "redis, +del, -del",
    "redis, +set, -set",
    "redis, +pexpire, -pexpire -expire",
    "hybrid, +getrange, -getrange",
    "hybrid, +pttl, -pttl",
    "hybrid, +set, -set",
    "hybrid, +pexpire, -pexpire -expire"
  })
  void oneMissingRightIsNamedAtTheStartAndAnswersStayRight(
      String type, String missing, String rules, CapturedOutput output) {
    redis.acl("lacking", rules.split(" "));
    try (TestGateway whole =
            gateway()
                .with(redis)
                .set("cache.extend", true)
                .set("cache.max_lifetime", "7d")
                .start();
        TestGateway gateway =
            gateway()
                .set("redis.url", "redis://lacking:pw@" + redis.address())
                .set("cache.type", type)
                .set("cache.extend", true)
                .set("cache.max_lifetime", "7d")
                .start()) {
      assertThat(output.getOut()).contains("missing=\"" + missing + "\"");
      String header = whole.login("acl.lacking");
      for (int i = 0; i < 7; i++) {
        assertThat(gateway.login("acl.lacking")).isEqualTo(header);
        assertThat(gateway.login("acl.lacking", "group" + i)).isEqualTo(header);
      }
      assertThat(gateway.get("/elastauth/ready").statusCode()).isEqualTo(200);
    }
  }

  /** As behind an address that leads to whoever is the master. */
  @Test
  void aMasterThatBecameAReplicaIsLeftForWhoeverIsNowAtItsAddress(CapturedOutput output) {
    try (RedisServer later = RedisServer.start();
        RedisServer first = RedisServer.start();
        FaultyTcpProxy tcpProxy = FaultyTcpProxy.to(first.address()).open();
        TestGateway gateway =
            gateway().set("redis.host", tcpProxy.address()).set("redis.pool_size", 3).start()) {
      String header = gateway.login("replica.user");
      first.admin().replicaof("127.0.0.1", later.port());
      tcpProxy.leadTo(later.address());
      Awaitility.await("the new master is written")
          .atMost(Duration.ofSeconds(30))
          .until(
              () -> {
                assertThat(gateway.login("replica.user")).isEqualTo(header);
                gateway.login("replica.later" + System.nanoTime());
                return later.gatewayConnections() == 3 && !later.template().keys("*").isEmpty();
              });
      assertThat(gateway.health().path("cache").path("circuit_breaker").path("state").asText())
          .isEqualTo("closed");
    }
    assertThat(output).contains("Redis refuses a command").contains("READONLY");
  }

  @Test
  void anotherDatabaseIsUsedWhereTheUserMaySelectIt() {
    redis.acl("selecting", "+select");
    try (TestGateway gateway =
        gateway().set("redis.url", "redis://selecting:pw@" + redis.address() + "/3").start()) {
      gateway.login("db.user");
      assertThat(redis.info("keyspace", "db3")).startsWith("keys=1,");
      assertThat(redis.info("keyspace", "db0")).isNull();
    }
  }
}
