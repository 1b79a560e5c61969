package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.elastauth.doctor.Found;
import org.elastauth.identity.Identity;
import org.elastauth.server.Certificates;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.Servers;
import org.elastauth.server.SessionPort;
import org.elastauth.server.ShippedRedis;
import org.elastauth.server.TestGateway;
import org.elastauth.session.Session;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** The files of docker/redis: what they let a gateway do, over TLS, and what they keep. */
@ExtendWith({Servers.class, OutputCaptureExtension.class})
@Timeout(120)
class ShippedRedisIT {
  private static final String PASSWORD = "shipped-redis-pw";
  private static final String CREDENTIAL = "administrators-0123456789-abcdefgh";
  private static final String CHANNEL = "elastauth-revoked";

  private static Certificates certificates;

  @TempDir Path folder;

  @BeforeAll
  static void make(@TempDir Path folder) {
    certificates =
        new Certificates(folder).authority("ca").signed("server", "ca", "-ext", "san=ip:127.0.0.1");
  }

  /**
   * @param program empty: the Redis 6.2 of the tests
   */
  private ShippedRedis redis(String program, String file) {
    Path path = program.isEmpty() ? null : Path.of(program);
    Assumptions.assumeTrue(
        path == null || Files.isExecutable(path), program + " is not installed; not tested");
    return ShippedRedis.start(folder, path, file, PASSWORD, certificates);
  }

  private static TestGateway.Builder gateway(ShippedRedis redis, ElasticsearchServer store) {
    return TestGateway.builder()
        .on(store)
        .set("redis.url", redis.url())
        .set("redis.password", PASSWORD)
        .set("redis.tls.ca_cert", certificates.certificate("ca").toString())
        .set("cache.type", "hybrid")
        .set("admin.enabled", true)
        .set("admin.credential", CREDENTIAL);
  }

  private static List<String> doctor(ShippedRedis redis, String... more) {
    Map<String, Object> settings =
        new HashMap<>(
            Map.of(
                "redis.url",
                redis.url(),
                "redis.password",
                PASSWORD,
                "redis.tls.ca_cert",
                certificates.certificate("ca").toString(),
                "secret_key",
                TestGateway.KEY));
    for (String setting : more) {
      settings.put(setting.split("=")[0], setting.split("=")[1]);
    }
    return Found.inRedis(settings);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/usr/bin/redis-server"})
  void sessionsLimitsAndRevocationsWithTheRightsOfTheFile(
      String program, ElasticsearchServer store, CapturedOutput output) {
    String user = "shipped.sessions" + (program.isEmpty() ? "6" : "7");
    try (ShippedRedis redis = redis(program, "sessions")) {
      TestGateway.Builder all =
          gateway(redis, store)
              .set("session.enabled", true)
              .set("session.store", "redis")
              .set("replay.enabled", true)
              .set("rate_limit.enabled", true)
              .set("rate_limit.max_requests", 4)
              .set("rate_limit.window", "1h");
      try (TestGateway one = all.start();
          TestGateway other = all.start()) {
        Awaitility.await("both listen")
            .atMost(Duration.ofSeconds(30))
            .until(() -> redis.admin().pubsubNumsub(CHANNEL).get(CHANNEL) == 2);
        String before = one.login(user);
        assertThat(other.login(user)).isEqualTo(before);
        HttpRequest revocation =
            one.request("/elastauth/users/" + user, "Authorization", "Bearer " + CREDENTIAL)
                .DELETE()
                .build();
        assertThat(one.send(revocation).statusCode()).isEqualTo(200);
        assertThat(other.login(user)).isNotEqualTo(before);
        assertThat(one.login(user)).isNotEqualTo(before);
        assertThat(other.decide(user).statusCode()).as("counted together").isEqualTo(429);

        long now = Instant.now().getEpochSecond();
        String key =
            new SessionPort(one)
                .put(
                    new Session(
                        new Identity(user, "", "", List.of(), now),
                        user,
                        user,
                        "",
                        "",
                        "",
                        now + 300,
                        now,
                        now + 3_600));
        assertThat(new SessionPort(other).get(key)).isNotNull();
        assertThat(new SessionPort(one).once(user, Instant.now().plusSeconds(60))).isTrue();
        assertThat(new SessionPort(other).once(user, Instant.now().plusSeconds(60))).isFalse();
        new SessionPort(one).deleteAllOf(user, "");
        assertThat(new SessionPort(other).get(key)).isNull();
        assertThat(one.health().path("status").asText()).isEqualTo("healthy");
      }
      assertThat(redis.admin().aclLog()).as("refused commands").isEmpty();
      assertThat(doctor(redis, "session.enabled=true", "session.store=redis"))
          .noneMatch(line -> line.startsWith("warning") || line.startsWith("fault"))
          .anyMatch(line -> line.contains("with policy noeviction"));
      assertThat(redis.admin().info("persistence")).contains("aof_enabled:1");
    }
    assertThat(output).doesNotContain("lacks a right", "missing=");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/usr/bin/redis-server"})
  void aCacheWithTheRightsOfTheFile(
      String program, ElasticsearchServer store, CapturedOutput output) {
    try (ShippedRedis redis = redis(program, "cache")) {
      try (TestGateway gateway = gateway(redis, store).start()) {
        String header = gateway.login("shipped.cache");
        assertThat(gateway.login("shipped.cache")).isEqualTo(header);
        assertThat(redis.admin().dbsize()).isEqualTo(1);
      }
      assertThat(redis.admin().aclLog()).as("refused commands").isEmpty();
      assertThat(doctor(redis))
          .noneMatch(line -> line.startsWith("warning") || line.startsWith("fault"))
          .anyMatch(line -> line.contains("with policy allkeys-lru"));
      assertThat(doctor(redis, "session.enabled=true", "session.store=redis"))
          .as("the wrong file for sessions")
          .anyMatch(line -> line.startsWith("warning") && line.contains("maxmemory-policy is"));
      assertThat(redis.log()).doesNotContain(PASSWORD);
    }
    assertThat(output).doesNotContain("lacks a right", "missing=");
  }
}
