package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.RedisServer;
import org.elastauth.server.Servers;
import org.elastauth.server.TestGateway;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * SPEC 4 and 8: a clock that jumps, forth and back, changes a password at most, and no answer is a
 * password that opens nothing.
 */
@ExtendWith(Servers.class)
@Timeout(120)
class ClockJumpIT {
  private final ElasticsearchServer elasticsearch;
  private final RedisServer redis;
  private final Jumping clock = new Jumping();
  @TempDir Path folder;

  ClockJumpIT(ElasticsearchServer elasticsearch, RedisServer redis) {
    this.elasticsearch = elasticsearch;
    this.redis = redis;
  }

  /** Goes on by itself, as a machine's clock does; what measures time otherwise does not jump. */
  private static final class Jumping extends Clock {
    private volatile Duration off = Duration.ZERO;

    void jump(Duration by) {
      off = off.plus(by);
    }

    @Override
    public Instant instant() {
      return Instant.now().plus(off);
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  private TestGateway.Builder builder(String type, boolean extend) {
    String url = "jdbc:h2:" + folder.resolve("cache") + ";AUTO_SERVER=TRUE";
    if (type.equals("database")) {
      TestGateway.createCacheTable(url);
    }
    return TestGateway.builder()
        .on(elasticsearch)
        .with(redis)
        .set("cache.type", type)
        .set("cache.url", url)
        .set("cache.expiration", "1h")
        .set("cache.extend", extend)
        .set("cache.max_lifetime", "24h");
  }

  @ParameterizedTest
  @CsvSource({
    "memory, false",
    "redis, false",
    "redis, true",
    "hybrid, false",
    "hybrid, true",
    "database, false"
  })
  void everyAnswerOpensElasticsearchAndTheSteadyGatewayAgrees(String type, boolean extend) {
    String user = "jump." + type + (extend ? ".extend" : "");
    TestGateway.Builder builder = builder(type, extend);
    try (TestGateway steady = builder.start();
        TestGateway jumping = builder.clock(clock).start()) {
      for (Duration by :
          new Duration[] {
            Duration.ZERO,
            Duration.ofDays(2),
            Duration.ofDays(-2),
            Duration.ofDays(-30),
            Duration.ofDays(60),
            Duration.ofDays(-30),
            Duration.ofHours(-1),
            Duration.ofHours(1)
          }) {
        clock.jump(by);
        String header = jumping.login(user);
        assertThat(jumping.login(user)).isEqualTo(header);
        assertOpens(header, "the one that jumped by " + by);
        if (!type.equals("memory")) {
          // what has been written ahead of the time is shared; memory alone may hold the one before
          assertOpens(steady.login(user, "after", by.toString()), "the steady one after " + by);
        }
      }
    }
  }

  private void assertOpens(String header, String whose) {
    assertThat(elasticsearch.request("GET", "/_security/_authenticate", header, null).statusCode())
        .as(whose)
        .isEqualTo(200);
  }
}
