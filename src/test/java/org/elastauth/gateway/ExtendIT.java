package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.RedisServer;
import org.elastauth.server.Servers;
import org.elastauth.server.TestGateway;
import org.elastauth.server.TestGateway.SetClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** SPEC 4, cache.extend: use renews an entry, and its window ends it all the same. */
@ExtendWith(Servers.class)
class ExtendIT {
  private static final long DAY = Duration.ofHours(24).toSeconds();

  private final ElasticsearchServer elasticsearch;
  private final RedisServer redis;
  private final SetClock clock = new SetClock(Instant.now());

  ExtendIT(ElasticsearchServer elasticsearch, RedisServer redis) {
    this.elasticsearch = elasticsearch;
    this.redis = redis;
  }

  private TestGateway.Builder extending() {
    return TestGateway.builder()
        .on(elasticsearch)
        .set("cache.extend", "true")
        .set("cache.expiration", "60s")
        .clock(clock);
  }

  private static String key(String user) {
    return "elastauth-"
        + java.net.URLEncoder.encode(
            java.util.Base64.getEncoder()
                .encodeToString(user.getBytes(java.nio.charset.StandardCharsets.US_ASCII)),
            java.nio.charset.StandardCharsets.US_ASCII);
  }

  private long ttl(String user) {
    return redis.template().getExpire(key(user));
  }

  /** Puts the clock well inside a window of this user, so that no other one begins meanwhile. */
  private long insideAWindow(TestGateway gateway, String user) {
    gateway.login(user);
    long until = mark(user, "until");
    if (until - clock.instant().getEpochSecond() < 3_600) {
      clock.advance(Duration.ofHours(2));
      gateway.login(user);
    }
    return mark(user, "until");
  }

  private long mark(String user, String field) {
    return elasticsearch.user(user).path("metadata").path("elastauth").path(field).asLong();
  }

  @Test
  void inRedisAnIdleEntryExpiresAndAUsedOneLivesOn() {
    try (TestGateway gateway = extending().with(redis).start()) {
      insideAWindow(gateway, "extend.idle");
      insideAWindow(gateway, "extend.used");
      assertThat(mark("extend.used", "until") - mark("extend.used", "issued")).isEqualTo(DAY);
      assertThat(ttl("extend.used")).isPositive().isLessThanOrEqualTo(60);

      // as if most of a minute had passed, in Redis and here; the used one gets time for its use
      clock.advance(Duration.ofSeconds(58));
      redis.template().expire(key("extend.idle"), 2, TimeUnit.SECONDS);
      redis.template().expire(key("extend.used"), 20, TimeUnit.SECONDS);
      String entry = redis.template().opsForValue().get(key("extend.used"));
      String authorization = gateway.login("extend.used");
      Awaitility.await("the idle entry is gone")
          .atMost(Duration.ofSeconds(20))
          .until(() -> !redis.template().hasKey(key("extend.idle")));
      assertThat(redis.template().opsForValue().get(key("extend.used"))).isEqualTo(entry);
      assertThat(gateway.login("extend.used")).isEqualTo(authorization);
      assertThat(ttl("extend.used")).isGreaterThan(30);
    }
  }

  @Test
  void inRedisRenewalIsARoundTripInHalfAnExpirationNotInEachHit() {
    try (TestGateway gateway = extending().with(redis).start()) {
      insideAWindow(gateway, "extend.trips");
      long before = redis.calls("pexpire");
      for (int i = 0; i < 10; i++) {
        gateway.login("extend.trips");
      }
      assertThat(redis.calls("pexpire") - before).isEqualTo(1);
      clock.advance(Duration.ofSeconds(29));
      gateway.login("extend.trips");
      assertThat(redis.calls("pexpire") - before).isEqualTo(1);
      clock.advance(Duration.ofSeconds(1));
      gateway.login("extend.trips");
      assertThat(redis.calls("pexpire") - before).isEqualTo(2);
    }
  }

  /** SPEC 13.2: renewal ends with the window. */
  @Test
  void inRedisNoEntryOutlivesItsWindow() {
    try (TestGateway gateway = extending().with(redis).start()) {
      long until = insideAWindow(gateway, "extend.window");
      String first = gateway.login("extend.window");
      clock.advance(Duration.ofSeconds(until - 20 - clock.instant().getEpochSecond()));
      assertThat(gateway.login("extend.window")).isEqualTo(first);
      assertThat(ttl("extend.window")).isPositive().isLessThanOrEqualTo(20);

      redis.template().persist(key("extend.window"));
      clock.advance(Duration.ofSeconds(20));
      String second = gateway.login("extend.window");
      assertThat(second).isNotEqualTo(first);
      assertThat(elasticsearch.request("GET", "/_security/_authenticate", first, null).statusCode())
          .isEqualTo(401);
    }
  }

  @Test
  void withoutExtendNothingIsRenewed() {
    try (TestGateway gateway = extending().set("cache.extend", "false").with(redis).start()) {
      gateway.login("extend.off");
      assertThat(mark("extend.off", "until") - mark("extend.off", "issued")).isEqualTo(60);
      long before = redis.calls("pexpire");
      gateway.login("extend.off");
      assertThat(redis.calls("pexpire") - before).isZero();
    }
  }

  @Test
  void whileRedisIsAwayARenewalFailsWithoutAnybodyNoticing() {
    try (RedisServer own = RedisServer.start();
        TestGateway gateway = extending().with(own).start()) {
      insideAWindow(gateway, "extend.away");
      String authorization = gateway.login("extend.away");
      clock.advance(Duration.ofSeconds(31));
      own.kill();
      assertThat(gateway.login("extend.away")).isEqualTo(authorization);
      assertThat(gateway.login("extend.away")).isEqualTo(authorization);
    }
  }

  @Test
  void aFileIsRenewedByUse(@TempDir Path folder) throws Exception {
    try (TestGateway gateway =
        extending().set("cache.type", "file").set("cache.path", folder.toString()).start()) {
      insideAWindow(gateway, "extend.file");
      Path file;
      try (Stream<Path> files = Files.list(folder)) {
        file = files.findFirst().orElseThrow();
      }
      Instant before = Files.getLastModifiedTime(file).toInstant();
      clock.advance(Duration.ofSeconds(59));
      gateway.login("extend.file");
      assertThat(Files.getLastModifiedTime(file).toInstant()).isEqualTo(before.plusSeconds(59));
    }
  }
}
