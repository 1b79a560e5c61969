package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.elastauth.identity.Identity;
import org.elastauth.server.RedisServer;
import org.elastauth.server.SessionPort;
import org.elastauth.server.TestGateway;
import org.elastauth.session.Session;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Another client of Redis has stored something huge: it is not fetched, or not kept. */
@ExtendWith(OutputCaptureExtension.class)
@Timeout(120)
class RedisPlantedIT {
  private static final int HUGE = 20 << 20;
  private static final int SMALL = 1 << 20;

  private RedisServer redis;

  @BeforeEach
  void start() {
    redis = RedisServer.start();
  }

  @AfterEach
  void stop() {
    redis.close();
  }

  private TestGateway gateway(String store) {
    return TestGateway.builder()
        .set("elasticsearch.dry_run", true)
        .with(redis)
        .set("session.enabled", true)
        .set("session.store", store)
        .set("replay.enabled", true)
        .start();
  }

  private static Session session(String sid) {
    long now = Instant.now().getEpochSecond();
    Identity identity = new Identity("john.doe", "", "", List.of(), now);
    return new Session(identity, "planted", sid, "", "", "", now + 300, now, now + 3_600);
  }

  private static Session session() {
    return session(UUID.randomUUID().toString());
  }

  private String key(String pattern) {
    return redis.admin().keys(pattern).get(0);
  }

  private long sent() {
    return Long.parseLong(redis.info("stats", "total_net_output_bytes"));
  }

  private static void assertWorks(TestGateway gateway) {
    SessionPort sessions = new SessionPort(gateway);
    assertThat(sessions.get(sessions.put(session()))).isNotNull();
    assertThat(gateway.health().path("cache").path("circuit_breaker").path("state").asText())
        .isEqualTo("closed");
  }

  @ParameterizedTest
  @ValueSource(strings = {"identity", "tokens", "ended"})
  void aFieldOfASessionIsMeasuredBeforeItIsFetched(String field) {
    try (TestGateway writer = gateway("redis");
        TestGateway reader = gateway("redis")) {
      String key = new SessionPort(writer).put(session());
      redis.admin().hset(key("elastauth-session-*" + key), field, "x".repeat(HUGE));
      long before = sent();
      assertThat(new SessionPort(reader).get(key)).isNull();
      new SessionPort(reader).delete(key);
      assertThat(sent() - before).isLessThan(SMALL);
      assertWorks(reader);
    }
  }

  /** A session that memory knows is read at once; then its field counts as empty. */
  @Test
  void aFieldThatIsFetchedCountsAsEmpty(CapturedOutput output) {
    try (TestGateway gateway = gateway("redis")) {
      SessionPort sessions = new SessionPort(gateway);
      for (int i = 0; i < 3; i++) {
        String key = sessions.put(session());
        redis.admin().hset(key("elastauth-session-*" + key), "tokens", "x".repeat(HUGE));
        assertThat(sessions.get(key)).isNull();
      }
      assertWorks(gateway);
    }
    assertIsNamedOnce(output);
  }

  private static void assertIsNamedOnce(CapturedOutput output) {
    assertThat(output.getOut().lines().filter(line -> line.contains("counts as empty")))
        .singleElement()
        .asString()
        .contains("bytes=\"" + HUGE + "\"");
  }

  @Test
  void aMessageOnTheChannelIsIgnored(CapturedOutput output) {
    try (TestGateway one = gateway("hybrid");
        TestGateway other = gateway("hybrid")) {
      Awaitility.await("both listen")
          .until(
              () ->
                  redis.admin().pubsubChannels().stream()
                      .anyMatch(name -> redis.admin().pubsubNumsub(name).containsValue(2L)));
      String key = new SessionPort(one).put(session());
      assertThat(new SessionPort(other).get(key)).isNotNull();
      for (String channel : redis.admin().pubsubChannels()) {
        redis.admin().publish(channel, "x".repeat(HUGE));
      }
      new SessionPort(one).delete(key);
      Awaitility.await("the other is told, before it would ask Redis again")
          .atMost(Duration.ofSeconds(9))
          .until(() -> new SessionPort(other).get(key) == null);
      assertWorks(other);
    }
    assertThat(output).contains("counts as empty");
  }

  @Test
  void membersOfAnIndexKeepNoSessionFromEnding() {
    try (TestGateway gateway = gateway("redis")) {
      SessionPort sessions = new SessionPort(gateway);
      List<String> keys =
          List.of(sessions.put(session("planted.sid")), sessions.put(session("planted.sid")));
      String index = key("elastauth-sessions-sid-*");
      for (int i = 0; i < 120; i++) { // more than are read at once
        redis.admin().zadd(index, i % 2 == 0 ? 1 : 9e9, i + "x".repeat(SMALL));
      }
      sessions.deleteAll("sid", "planted.sid");
      for (String key : keys) {
        assertThat(redis.admin().hkeys(key("elastauth-session-*" + key))).containsExactly("ended");
      }
      assertWorks(gateway);
    }
  }

  @Test
  void usedTokensAndLocksAreNotFetched() {
    try (TestGateway gateway = gateway("redis");
        TestGateway other = gateway("redis")) {
      SessionPort sessions = new SessionPort(gateway);
      Instant until = Instant.now().plusSeconds(60);
      assertThat(sessions.once("planted.token", until)).isTrue();
      assertThat(sessions.refreshTurn("planted.lock")).isTrue();
      redis.admin().set(key("elastauth-replay-*"), "x".repeat(HUGE));
      redis.admin().set(key("elastauth-refresh-*"), "x".repeat(HUGE));
      long before = sent();
      assertThat(new SessionPort(other).once("planted.token", until)).isFalse();
      assertThat(new SessionPort(other).refreshTurn("planted.lock")).isFalse();
      assertThat(sent() - before).isLessThan(SMALL);
      assertWorks(other);
    }
  }
}
