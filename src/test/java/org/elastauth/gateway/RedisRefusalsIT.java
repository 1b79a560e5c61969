package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.elastauth.identity.Identity;
import org.elastauth.server.RedisCluster;
import org.elastauth.server.RedisServer;
import org.elastauth.server.SessionPort;
import org.elastauth.server.TestGateway;
import org.elastauth.session.Session;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** A Redis that is reachable but refuses commands: it is used for what it does, and named. */
@ExtendWith(OutputCaptureExtension.class)
@Timeout(180)
class RedisRefusalsIT {
  private static final int NOBODY = 1;

  /** Why Redis refuses writes while it answers reads. */
  private enum Refusal {
    MISCONF {
      @Override
      void begin(RedisServer redis, Path folder) throws IOException {
        Files.delete(folder);
        redis.admin().configSet("save", "3600 1");
        redis.admin().bgsave();
        Awaitility.await()
            .until(() -> redis.info("persistence", "rdb_last_bgsave_status").equals("err"));
      }

      @Override
      void end(RedisServer redis) {
        redis.admin().configSet("save", "");
      }
    },
    OOM {
      @Override
      void begin(RedisServer redis, Path folder) {
        redis.admin().configSet("maxmemory-policy", "noeviction");
        redis.admin().configSet("maxmemory", "1");
      }

      @Override
      void end(RedisServer redis) {
        redis.admin().configSet("maxmemory", "0");
      }
    },
    READONLY {
      @Override
      void begin(RedisServer redis, Path folder) {
        redis.admin().replicaof("127.0.0.1", NOBODY);
      }

      @Override
      void end(RedisServer redis) {
        redis.admin().replicaofNoOne();
      }
    },
    NOREPLICAS {
      @Override
      void begin(RedisServer redis, Path folder) {
        redis.admin().configSet("min-replicas-to-write", "1");
      }

      @Override
      void end(RedisServer redis) {
        redis.admin().configSet("min-replicas-to-write", "0");
      }
    },
    NOPERM {
      @Override
      void begin(RedisServer redis, Path folder) {
        redis.acl("refused", "-set", "-hset");
      }

      @Override
      void end(RedisServer redis) {
        redis.acl("refused", "+set", "+hset");
      }
    };

    abstract void begin(RedisServer redis, Path folder) throws IOException;

    abstract void end(RedisServer redis);
  }

  private static TestGateway.Builder gateway(RedisServer redis) {
    return TestGateway.builder()
        .set("elasticsearch.dry_run", true)
        .set("redis.host", redis.address())
        .set("redis.health_check.interval", "1s")
        .set("redis.circuit_breaker.threshold", 2)
        .set("redis.circuit_breaker.timeout", "1h");
  }

  private static TestGateway.Builder withSessions(RedisServer redis) {
    return gateway(redis)
        .set("redis.username", "refused")
        .set("redis.password", "pw")
        .set("session.enabled", true)
        .set("session.store", "redis");
  }

  private static Session session() {
    long now = Instant.now().getEpochSecond();
    return new Session(
        new Identity("john.doe", "", "", List.of(), now),
        "subject",
        UUID.randomUUID().toString(),
        "",
        "",
        "",
        now + 300,
        now,
        now + 3_600);
  }

  private static JsonNode cache(TestGateway gateway) {
    return gateway.health().path("cache");
  }

  private static void awaitReason(TestGateway gateway, String reason) {
    Awaitility.await(reason)
        .atMost(Duration.ofSeconds(30))
        .until(
            () ->
                cache(gateway).path("redis").path("reason").asText().equals(reason)
                    && gateway.health().path("status").asText().equals("degraded"));
  }

  private static void awaitHealthy(TestGateway gateway) {
    Awaitility.await("healthy")
        .atMost(Duration.ofSeconds(30))
        .until(() -> gateway.health().path("status").asText().equals("healthy"));
    assertThat(cache(gateway).path("redis").has("reason")).isFalse();
  }

  private static void assertReadOnly(TestGateway gateway) {
    assertThat(cache(gateway).path("redis").path("connected").asBoolean()).isTrue();
    assertThat(cache(gateway).path("circuit_breaker").path("state").asText()).isEqualTo("closed");
  }

  @ParameterizedTest
  @EnumSource
  void refusedWritesLeaveReadsAndOpenNoBreaker(
      Refusal refusal, @TempDir Path temporary, CapturedOutput output) throws IOException {
    Path folder = Files.createDirectory(temporary.resolve("snapshots"));
    try (RedisServer redis = RedisServer.start("--dir", folder.toString())) {
      redis.acl("refused", "+ping");
      try (TestGateway gateway = withSessions(redis).start()) {
        SessionPort sessions = new SessionPort(gateway);
        String known = gateway.login("refused.known");
        String knownSession = sessions.put(session());
        refusal.begin(redis, folder);
        if (refusal != Refusal.NOPERM) {
          awaitReason(gateway, refusal.name()); // nobody has asked for anything yet
        }
        String later = gateway.login("refused.later");
        String laterSession = sessions.put(session());
        long reads = redis.reads();
        for (int i = 0; i < 5; i++) {
          assertThat(gateway.login("refused.known")).isEqualTo(known);
          assertThat(gateway.login("refused.later")).isEqualTo(later);
          gateway.login("refused.more" + i);
          assertThat(sessions.get(knownSession)).isNotNull();
          assertThat(sessions.get(laterSession)).isNotNull();
          sessions.put(session());
        }
        assertThat(redis.reads() - reads).as("reads go on").isGreaterThanOrEqualTo(5);
        awaitReason(gateway, refusal.name());
        assertReadOnly(gateway);
        try (TestGateway started = withSessions(redis).start()) {
          assertThat(started.login("refused.known")).isEqualTo(known);
          assertThat(new SessionPort(started).get(knownSession)).as("of before").isNotNull();
          if (refusal == Refusal.NOPERM) {
            started.login("refused.started");
          }
          awaitReason(started, refusal.name());
          assertReadOnly(started);
        }
        refusal.end(redis);
        awaitHealthy(gateway);
        Awaitility.await("what was kept is written")
            .atMost(Duration.ofSeconds(30))
            .until(() -> redis.admin().keys("elastauth-session-*" + laterSession).size() == 1);
        Awaitility.await("a login is written")
            .until(
                () -> {
                  gateway.login("refused.end" + System.nanoTime());
                  return redis.admin().keys("elastauth-*").size() > 3;
                });
      }
    }
    assertThat(output.getOut().lines().filter(line -> line.contains("reason=\"" + refusal)))
        .as("once a gateway")
        .hasSizeBetween(1, 2)
        .allMatch(line -> line.contains("Redis refuses a command"));
  }

  /** A replica without its master, and a server that reads its snapshot, refuse reads, too. */
  @ParameterizedTest
  @ValueSource(strings = {"MASTERDOWN", "LOADING"})
  void whileReadsAreRefusedMemoryServesAndTheReasonIsNamed(String reason, CapturedOutput output) {
    try (RedisServer redis = RedisServer.start();
        TestGateway gateway = gateway(redis).set("redis.circuit_breaker.timeout", "1s").start()) {
      String header = gateway.login("refused.reads");
      if (reason.equals("MASTERDOWN")) {
        redis.admin().configSet("replica-serve-stale-data", "no");
        redis.admin().replicaof("127.0.0.1", NOBODY);
      } else {
        load(redis);
      }
      Awaitility.await(reason)
          .atMost(Duration.ofSeconds(30))
          .until(
              () -> {
                assertThat(gateway.login("refused.reads")).isEqualTo(header);
                // a replica refuses the write of the check, too
                return (reason + " READONLY")
                    .contains(cache(gateway).path("redis").path("reason").asText("none"));
              });
      if (reason.equals("MASTERDOWN")) {
        redis.admin().replicaofNoOne();
      }
      Awaitility.await("healthy")
          .atMost(Duration.ofSeconds(60))
          .until(
              () -> {
                assertThat(gateway.login("refused.reads")).isEqualTo(header);
                return gateway.health().path("status").asText().equals("healthy");
              });
    }
    assertThat(output).contains("reason=\"" + reason);
  }

  /** For some seconds. */
  private static void load(RedisServer redis) {
    for (int i = 0; i < 40; i++) {
      // Redis answers only after each 2 MB that it has read
      redis.admin().set("filler" + i, "%0,9d".formatted(i).repeat(1 << 18));
    }
    redis.admin().configSet("rdbcompression", "no");
    redis.admin().configSet("key-load-delay", "300000");
    redis.later("DEBUG", "RELOAD");
    Awaitility.await("LOADING").until(() -> redis.info("persistence", "loading").equals("1"));
  }

  /** The circuit breaker of the start does not outlive its reason. */
  @Test
  void aRedisThatLoadsAtStartIsUsedOnceItHasLoaded(CapturedOutput output) {
    try (RedisServer redis = RedisServer.start()) {
      load(redis);
      try (TestGateway gateway = gateway(redis).start()) {
        String header = gateway.login("refused.start");
        awaitHealthy(gateway);
        assertThat(gateway.login("refused.start")).isEqualTo(header);
        assertThat(gateway.login("refused.then")).isNotEqualTo(header);
        assertThat(redis.admin().keys("elastauth-*")).isNotEmpty();
      }
    }
    assertThat(output).contains("falling back to memory reason=\"LOADING");
  }

  /** A running gateway learns of a changed password when its connections are closed. */
  @ParameterizedTest
  @ValueSource(strings = {"requirepass", "password", "off", "deleted"})
  void aChangedPasswordIsNamed(String change, CapturedOutput output) {
    String reason = change.equals("requirepass") ? "NOAUTH" : "WRONGPASS";
    try (RedisServer redis = RedisServer.start()) {
      redis.acl("changing", "+ping");
      TestGateway.Builder settings = gateway(redis);
      if (!change.equals("requirepass")) {
        settings.set("redis.username", "changing").set("redis.password", "pw");
      }
      try (TestGateway gateway = settings.start()) {
        String header = gateway.login("changed.user");
        switch (change) {
          case "requirepass" -> redis.admin().configSet("requirepass", "another");
          case "password" -> redis.acl("changing", "resetpass", ">another");
          case "off" -> redis.acl("changing", "off");
          default -> redis.admin().aclDeluser("changing");
        }
        redis.admin().clientKill(io.lettuce.core.KillArgs.Builder.typeNormal().skipme());
        awaitReason(gateway, reason);
        assertThat(gateway.login("changed.user")).isEqualTo(header);
        if (change.equals("requirepass")) {
          redis.admin().configSet("requirepass", "");
        } else {
          redis.acl("changing", "on", "resetpass", ">pw", "+ping");
        }
        Awaitility.await("connected")
            .atMost(Duration.ofSeconds(30))
            .until(() -> cache(gateway).path("redis").path("reason").isMissingNode());
      }
    }
    assertThat(output.getOut().lines().filter(line -> line.contains(reason)))
        .as("once")
        .singleElement()
        .asString()
        .contains("falling back to memory")
        .doesNotContain("another");
  }

  @ParameterizedTest
  @ValueSource(strings = {"redis", "hybrid"})
  void aClusterWithoutTheSlotIsNamed(String type, CapturedOutput output) {
    try (RedisCluster cluster = RedisCluster.start();
        TestGateway gateway =
            gateway(cluster.nodes().get(0))
                .set("redis.url", cluster.url())
                .set("cache.type", type)
                .start()) {
      String header = gateway.login("slots.user");
      for (RedisServer node : cluster.nodes()) {
        node.admin().flushall();
        node.admin().clusterFlushslots();
      }
      for (int i = 0; i < 4; i++) {
        assertThat(gateway.login("slots.user", "group" + i)).isEqualTo(header);
        gateway.login("slots.new" + i);
      }
      awaitReason(gateway, "CLUSTERDOWN");
    }
    assertThat(output.getOut().lines().filter(line -> line.contains("reason=\"CLUSTERDOWN")))
        .as("once")
        .hasSize(1);
  }

  /** A node that was started with cluster-enabled, and never joined a cluster. */
  @Test
  void aClusterNodeWithoutSlotsIsNamed(@TempDir Path folder, CapturedOutput output) {
    try (RedisServer node =
            RedisServer.start("--cluster-enabled", "yes", "--dir", folder.toString());
        TestGateway gateway = gateway(node).start()) {
      for (int i = 0; i < 4; i++) {
        gateway.login("slots.none" + i);
      }
      awaitReason(gateway, "CLUSTERDOWN");
    }
    assertThat(output).contains("reason=\"CLUSTERDOWN");
  }
}
