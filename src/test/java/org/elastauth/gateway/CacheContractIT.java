package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.elastauth.server.CachePort;
import org.elastauth.server.PostgresServer;
import org.elastauth.server.RedisServer;
import org.elastauth.server.Servers;
import org.elastauth.server.TestGateway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** What every credential cache does, by the routes that the login calls. */
@ExtendWith(Servers.class)
class CacheContractIT {
  enum Adapter {
    MEMORY("memory"),
    REDIS("redis"),
    HYBRID("hybrid"),
    FILE("file"),
    H2("database"),
    POSTGRESQL("database"),
    NONE("none");

    private final String type;

    Adapter(String type) {
      this.type = type;
    }
  }

  private static final long LONG = 3_600;

  private final RedisServer redis;
  private final PostgresServer postgres;
  private final String key = "elastauth-" + UUID.randomUUID();
  @TempDir Path folder;
  private TestGateway.Builder settings;
  private TestGateway gateway;
  private CachePort cache;

  CacheContractIT(RedisServer redis, PostgresServer postgres) {
    this.redis = redis;
    this.postgres = postgres;
  }

  private void start(Adapter adapter) throws Exception {
    settings =
        TestGateway.builder().set("elasticsearch.dry_run", true).set("cache.type", adapter.type);
    switch (adapter) {
      case REDIS, HYBRID -> settings.with(redis);
      case FILE ->
          settings.set(
              "cache.path",
              Files.createDirectory(
                  folder.resolve("entries"),
                  PosixFilePermissions.asFileAttribute(
                      PosixFilePermissions.fromString("rwx------"))));
      case H2 ->
          settings.set(
              "cache.url",
              TestGateway.createCacheTable(
                  "jdbc:h2:" + folder.resolve("cache") + ";AUTO_SERVER=TRUE"));
      case POSTGRESQL ->
          settings.set("cache.url", TestGateway.createCacheTable(postgres.newDatabase()));
      default -> {}
    }
    gateway = settings.borrow();
    cache = new CachePort(gateway, adapter.type);
  }

  @AfterEach
  void giveBack() {
    gateway.close();
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "NONE")
  void anEntryIsFoundReplacedAndDeleted(Adapter adapter) throws Exception {
    start(adapter);
    assertThat(cache.get(key)).as("unknown").isNull();
    cache.delete(key);
    cache.put(key, "one", LONG);
    assertThat(cache.get(key)).isEqualTo("one");
    cache.put(key, "two", LONG);
    assertThat(cache.get(key)).isEqualTo("two");
    assertThat(cache.get(key + "x")).as("another key").isNull();
    cache.delete(key);
    assertThat(cache.get(key)).as("deleted").isNull();
  }

  /** The longest prefix before the longest name, in base64 and percent-encoded. */
  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "NONE")
  void theLongestKeyAndAnEntryOf64KiBFit(Adapter adapter) throws Exception {
    start(adapter);
    String longest = key + "k".repeat(1_084 - key.length());
    String entry = "e".repeat(65_536);
    cache.put(longest, entry, LONG);
    assertThat(cache.get(longest)).isEqualTo(entry);
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "NONE")
  void anEntryEndsWithItsTtl(Adapter adapter) throws Exception {
    start(adapter);
    cache.put(key, "short", 1);
    cache.put(key + "x", "long", LONG);
    Awaitility.await("ended").atMost(Duration.ofSeconds(20)).until(() -> cache.get(key) == null);
    assertThat(cache.get(key + "x")).isEqualTo("long");
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.EXCLUDE, names = "NONE")
  void aRenewalBringsNothingBack(Adapter adapter) throws Exception {
    start(adapter);
    cache.renew(key, LONG);
    assertThat(cache.get(key)).isNull();
    cache.put(key, "entry", LONG);
    cache.renew(key, LONG);
    assertThat(cache.get(key)).isEqualTo("entry");
  }

  @ParameterizedTest
  @EnumSource(names = {"REDIS", "HYBRID", "H2", "POSTGRESQL"})
  void gatewaysShareEntries(Adapter adapter) throws Exception {
    start(adapter);
    cache.put(key, "entry", LONG);
    try (TestGateway second = settings.borrow()) {
      CachePort other = new CachePort(second, adapter.type);
      assertThat(other.get(key)).isEqualTo("entry");
      other.delete(key + "x");
      cache.put(key + "x", "later", LONG);
      assertThat(other.get(key + "x")).isEqualTo("later");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"MEMORY", "FILE"})
  void gatewaysThatDoNotShareFindNothing(Adapter adapter) throws Exception {
    start(adapter);
    cache.put(key, "entry", LONG);
    TestGateway.Builder apart =
        TestGateway.builder().set("elasticsearch.dry_run", true).set("cache.type", adapter.type);
    if (adapter == Adapter.FILE) {
      apart.set("cache.path", Files.createDirectory(folder.resolve("others")).toString());
    }
    try (TestGateway other = apart.borrow()) {
      assertThat(new CachePort(other, adapter.type).get(key)).isNull();
    }
  }

  @ParameterizedTest
  @EnumSource(names = "NONE")
  void withoutACacheNothingIsKept(Adapter adapter) throws Exception {
    start(adapter);
    cache.put(key, "entry", LONG);
    assertThat(cache.get(key)).isNull();
    cache.delete(key);
    assertThat(cache.get(key)).isNull();
  }
}
