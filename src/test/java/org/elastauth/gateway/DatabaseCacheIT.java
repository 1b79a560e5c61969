package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.elastauth.config.ConfigurationFaults;
import org.elastauth.crypto.PaddedEntry;
import org.elastauth.doctor.Found;
import org.elastauth.server.CachePort;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.Load;
import org.elastauth.server.PackagedJar;
import org.elastauth.server.PostgresServer;
import org.elastauth.server.ReadsOutput;
import org.elastauth.server.RedisServer;
import org.elastauth.server.Servers;
import org.elastauth.server.SideBySide;
import org.elastauth.server.TestGateway;
import org.elastauth.server.TestGateway.SetClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.EmptyResultDataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** SPEC 4 and 8, cache.type database: on a real PostgreSQL, and in a file of H2. */
@SideBySide
@ExtendWith(Servers.class)
@Timeout(180)
class DatabaseCacheIT {
  enum Product {
    H2,
    POSTGRESQL
  }

  private final ElasticsearchServer elasticsearch;
  private final SetClock clock = new SetClock(Instant.now());
  @TempDir Path folder;
  private final PostgresServer postgres;

  DatabaseCacheIT(ElasticsearchServer elasticsearch, PostgresServer postgres) {
    this.elasticsearch = elasticsearch;
    this.postgres = postgres;
  }

  /** Of a database that has no table yet. H2's own server mode lets others look into the file. */
  private String empty(Product product) {
    if (product == Product.H2) {
      return "jdbc:h2:" + folder.resolve("cache") + ";AUTO_SERVER=TRUE";
    }
    return postgres.newDatabase();
  }

  private static String database(PostgresServer mortal) {
    return TestGateway.createCacheTable(mortal.url());
  }

  private String database(Product product) {
    return TestGateway.createCacheTable(empty(product));
  }

  private TestGateway.Builder on(String url) {
    return TestGateway.builder()
        .on(elasticsearch)
        .set("cache.type", "database")
        .set("cache.url", url)
        .set("redis.health_check.interval", "1s");
  }

  private static JdbcTemplate template(String url) {
    return new JdbcTemplate(new DriverManagerDataSource(url));
  }

  private static String key(String user) {
    return "elastauth-"
        + URLEncoder.encode(
            Base64.getEncoder().encodeToString(user.getBytes(StandardCharsets.US_ASCII)),
            StandardCharsets.US_ASCII);
  }

  private static String entry(String url, String user) {
    return template(url)
        .queryForObject(
            "SELECT entry FROM elastauth_cache WHERE cache_key = ?", String.class, key(user));
  }

  private static void overwrite(String url, String user, String value) {
    assertThat(
            template(url)
                .update(
                    "UPDATE elastauth_cache SET entry = ? WHERE cache_key = ?", value, key(user)))
        .isEqualTo(1);
  }

  private static long end(String url, String user) {
    Long end =
        template(url)
            .queryForObject(
                "SELECT expires_at FROM elastauth_cache WHERE cache_key = ?",
                Long.class,
                key(user));
    return end == null ? 0 : end;
  }

  private static int rows(String url) {
    Integer rows =
        template(url).queryForObject("SELECT COUNT(*) FROM elastauth_cache", Integer.class);
    return rows == null ? 0 : rows;
  }

  private static double asked(TestGateway gateway) {
    return gateway
        .get("/metrics")
        .body()
        .lines()
        .filter(
            line ->
                line.startsWith("elastauth_elasticsearch_requests_total{operation=\"user_get\"}"))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(' '))))
        .sum();
  }

  private static void awaitDatabase(TestGateway gateway, boolean connected) {
    Awaitility.await("database connected = " + connected)
        .atMost(Duration.ofSeconds(60))
        .until(
            () ->
                gateway.health().path("cache").path("database").path("connected").asBoolean()
                    == connected);
  }

  @ParameterizedTest
  @EnumSource
  @Execution(ExecutionMode.SAME_THREAD) // all have the same users
  void gatewaysShareItAndItOutlivesARestart(Product product) throws Exception {
    String url = empty(product);
    assertThat(Found.inDatabase(url))
        .as("doctor")
        .anyMatch(
            line -> line.startsWith("fault cache.url: ") && line.contains("create-cache-table"));
    assertThat(PackagedJar.createCacheTable(folder, url))
        .endsWith("the table elastauth_cache exists");
    assertThat(Found.inDatabase(url)).noneMatch(line -> line.startsWith("fault"));
    String authorization;
    try (TestGateway one = on(url).start();
        TestGateway other = on(url).start()) {
      authorization = one.login("database.shared", "a");
      double before = asked(other);
      assertThat(other.login("database.shared", "a")).isEqualTo(authorization);
      assertThat(asked(other)).isEqualTo(before);
      assertThat(entry(url, "database.shared"))
          .matches("[A-Za-z0-9_-]+")
          .doesNotContain(authorization.substring("Basic ".length()));
      long until =
          elasticsearch
              .user("database.shared")
              .path("metadata")
              .path("elastauth")
              .path("until")
              .asLong();
      assertThat(end(url, "database.shared")).isLessThanOrEqualTo(until + 1);
      assertThat(one.health().path("cache").path("mode").asText()).isEqualTo("database");
      awaitDatabase(one, true);
      assertThat(one.health().path("status").asText()).isEqualTo("healthy");

      String entry = entry(url, "database.shared");
      assertThat(one.login("database.shared", "b")).isEqualTo(authorization);
      assertThat(entry(url, "database.shared")).isNotEqualTo(entry);
      before = asked(other);
      assertThat(other.login("database.shared", "b")).isEqualTo(authorization);
      assertThat(asked(other)).as("other groups are found too").isEqualTo(before);
    }
    try (TestGateway alone =
        on(url).set("elasticsearch.hosts", "http://127.0.0.1:" + RedisServer.freePort()).start()) {
      assertThat(alone.login("database.shared", "b")).isEqualTo(authorization);
    }
  }

  @Test
  void whatIsNoEntryIsAMissAndIsReplaced() throws Exception {
    String url = database(Product.H2);
    try (TestGateway gateway = on(url).start()) {
      String mine = gateway.login("database.mine");
      gateway.login("database.theirs");
      long version = elasticsearch.version("database.mine");
      for (String value :
          List.of(
              "",
              "damaged",
              "AdAAAA",
              "\u00e4",
              "A".repeat(65_536),
              entry(url, "database.theirs"))) {
        overwrite(url, "database.mine", value);
        assertThat(gateway.login("database.mine")).isEqualTo(mine);
        assertThat(entry(url, "database.mine")).isNotEqualTo(value);
      }
      assertThat(elasticsearch.version("database.mine")).isEqualTo(version);
    }
  }

  /** Neither a key nor an entry is ever part of a statement. */
  @ParameterizedTest
  @EnumSource
  @Execution(ExecutionMode.SAME_THREAD) // all have the same users
  void nothingIsReadAsSql(Product product) throws Exception {
    String url = database(product);
    try (TestGateway gateway = on(url).start()) {
      gateway.login("database.bystander");
      String entry = entry(url, "database.bystander");
      CachePort cache = new CachePort(gateway, "database");
      for (String text :
          List.of(
              "x' OR '1'='1",
              "'; DELETE FROM elastauth_cache; --",
              "' UNION SELECT '" + entry + "' --",
              ":#${body} ? ?",
              "\\' OR 1=1 --")) {
        cache.put(text, text, 60);
        assertThat(cache.get(text)).isEqualTo(text);
        assertThat(
                template(url)
                    .queryForObject(
                        "SELECT entry FROM elastauth_cache WHERE cache_key = ?",
                        String.class,
                        text))
            .isEqualTo(text);
      }
      assertThat(rows(url)).isEqualTo(6);
      assertThat(entry(url, "database.bystander")).isEqualTo(entry);
      assertThat(gateway.health().path("cache").path("circuit_breaker").path("failures").asInt())
          .isZero();
    }
  }

  /** A table that somebody made otherwise: nothing bounds a row, and it may be empty. */
  @ParameterizedTest
  @EnumSource
  @Execution(ExecutionMode.SAME_THREAD) // all have the same users
  void rowsThatTheTableShouldNotHaveAreMisses(Product product) throws Exception {
    String url = database(product);
    template(url).execute("ALTER TABLE elastauth_cache ALTER COLUMN entry DROP NOT NULL");
    template(url)
        .execute(
            product == Product.H2
                ? "ALTER TABLE elastauth_cache ALTER COLUMN entry SET DATA TYPE VARCHAR(1000000)"
                : "ALTER TABLE elastauth_cache ALTER COLUMN entry TYPE TEXT");
    try (TestGateway gateway = on(url).start()) {
      String authorization = gateway.login("database.row");
      String key = key("database.row");
      String huge = PaddedEntry.of(TestGateway.KEY, key, entry(url, "database.row"), 70_000);
      overwrite(url, "database.row", huge);
      assertThat(gateway.login("database.row")).isEqualTo(authorization);
      assertThat(entry(url, "database.row").length()).isLessThan(1_000);
      overwrite(url, "database.row", null);
      assertThat(gateway.login("database.row")).isEqualTo(authorization);
      assertThat(entry(url, "database.row")).isNotNull();
    }
  }

  @Test
  void theLongestKeyFits() throws Exception {
    String url = database(Product.H2);
    String user = "o".repeat(255);
    try (TestGateway gateway = on(url).set("cache.key_prefix", "p".repeat(64)).start()) {
      String authorization = gateway.login(user);
      double before = asked(gateway);
      assertThat(gateway.login(user)).isEqualTo(authorization);
      assertThat(asked(gateway)).isEqualTo(before);
    }
  }

  @ParameterizedTest
  @EnumSource
  @Execution(ExecutionMode.SAME_THREAD) // all have the same users
  void manyGatewaysThatMissAtOnceLeaveOneRow(Product product) throws Exception {
    String url = database(product);
    try (TestGateway one = on(url).start();
        TestGateway two = on(url).start();
        TestGateway three = on(url).start()) {
      for (int round = 0; round < 10; round++) {
        String user = "database.race" + round;
        List<CompletableFuture<String>> answers =
            List.of(one, two, three).stream()
                .map(
                    gateway ->
                        gateway
                            .decideLater(user)
                            .thenApply(
                                response ->
                                    TestGateway.authorization(response)
                                        .orElse(response.statusCode() + response.body())))
                .toList();
        assertThat(answers.stream().map(CompletableFuture::join).distinct()).hasSize(1);
      }
      assertThat(rows(url)).isEqualTo(10);
      for (TestGateway gateway : List.of(one, two, three)) {
        assertThat(gateway.health().path("cache").path("circuit_breaker").path("failures").asInt())
            .isZero();
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  @Execution(ExecutionMode.SAME_THREAD) // all have the same users
  void anEntryThatIsOverIsAMissAndIsSwept(Product product) throws Exception {
    String url = database(product);
    try (TestGateway gateway = on(url).clock(clock).start()) {
      gateway.login("database.over");
      gateway.login("database.kept");
    }
    template(url)
        .update(
            "UPDATE elastauth_cache SET expires_at = ? WHERE cache_key = ?",
            clock.instant().getEpochSecond(),
            key("database.over"));
    try (TestGateway gateway = on(url).clock(clock).start()) {
      Awaitility.await("it is swept").until(() -> rows(url) == 1);
      assertThat(end(url, "database.kept")).isGreaterThan(clock.instant().getEpochSecond());
      double before = asked(gateway);
      gateway.login("database.kept");
      assertThat(asked(gateway)).isEqualTo(before);
      template(url)
          .update("UPDATE elastauth_cache SET expires_at = ?", clock.instant().getEpochSecond());
      gateway.login("database.kept");
      assertThat(asked(gateway)).as("over, though not swept yet").isEqualTo(before + 1);
      assertThat(rows(url)).isEqualTo(1);
    }
  }

  @Test
  void withExtendUseRenewsARowOncePerHalfAnExpiration() throws Exception {
    String url = database(Product.H2);
    try (TestGateway gateway =
        on(url).set("cache.extend", "true").set("cache.expiration", "60s").clock(clock).start()) {
      gateway.login("database.extend");
      long until =
          elasticsearch
              .user("database.extend")
              .path("metadata")
              .path("elastauth")
              .path("until")
              .asLong();
      if (until - clock.instant().getEpochSecond() < 3_600) {
        clock.advance(Duration.ofHours(2));
        gateway.login("database.extend");
      }
      gateway.login("database.extend");
      long end = end(url, "database.extend");
      assertThat(end).isEqualTo(clock.instant().getEpochSecond() + 60);
      clock.advance(Duration.ofSeconds(29));
      gateway.login("database.extend");
      assertThat(end(url, "database.extend")).isEqualTo(end);
      clock.advance(Duration.ofSeconds(1));
      gateway.login("database.extend");
      assertThat(end(url, "database.extend")).isEqualTo(end + 30);
    }
  }

  /** They are opened as they are needed, up to ten, and given back. */
  @Test
  void connectionsAreBounded() throws Exception {
    String url = database(Product.POSTGRESQL);
    String[] users =
        IntStream.range(0, 30).mapToObj(i -> "database.pool" + i).toArray(String[]::new);
    try (TestGateway gateway = on(url).start()) {
      awaitDatabase(gateway, true);
      try (Load load = new Load(gateway, users)) {
        Awaitility.await("more than one at work").until(() -> connections(url) > 1);
        load.awaitRound();
        assertThat(connections(url)).isLessThanOrEqualTo(10);
      }
      assertThat(gateway.health().path("cache").path("circuit_breaker").path("failures").asInt())
          .isZero();
    }
    Awaitility.await("all given back").until(() -> connections(url) == 0);
  }

  private static int connections(String url) {
    Integer connections =
        template(url)
            .queryForObject(
                "SELECT COUNT(*) FROM pg_stat_activity WHERE application_name = 'elastauth'"
                    + " AND datname = current_database()",
                Integer.class);
    return connections == null ? 0 : connections;
  }

  @Test
  void killedAndBackUnderLoad() throws Exception {
    try (PostgresServer mortal = PostgresServer.start();
        TestGateway gateway = on(database(mortal)).start()) {
      awaitDatabase(gateway, true);
      try (Load load = new Load(gateway, "database.load", "database.load2")) {
        mortal.kill();
        awaitDatabase(gateway, false);
        assertThat(gateway.health().path("status").asText()).isEqualTo("degraded");
        assertThat(gateway.get("/elastauth/ready").statusCode()).isEqualTo(200);
        assertThat(gateway.login("database.late")).isEqualTo(gateway.login("database.late"));
        mortal.restart();
        awaitDatabase(gateway, true);
        Awaitility.await("the table is written again")
            .ignoreException(EmptyResultDataAccessException.class)
            .untilAsserted(
                () -> {
                  gateway.login("database.back", Long.toString(System.nanoTime()));
                  assertThat(entry(mortal.url(), "database.back")).isNotEmpty();
                });
      }
    }
  }

  @Test
  void frozenAndBackUnderLoad() throws Exception {
    try (PostgresServer mortal = PostgresServer.start();
        TestGateway gateway = on(database(mortal)).start()) {
      awaitDatabase(gateway, true);
      try (Load load = new Load(gateway, "database.frozen")) {
        mortal.freeze();
        awaitDatabase(gateway, false);
        mortal.resume();
        awaitDatabase(gateway, true);
      }
    }
  }

  @Test
  void whatWasWrittenWhileItWasAwayReplacesWhatItHolds() throws Exception {
    try (PostgresServer mortal = PostgresServer.start();
        TestGateway gateway = on(database(mortal)).start()) {
      awaitDatabase(gateway, true);
      String authorization = gateway.login("database.stale", "one");
      String entry = entry(mortal.url(), "database.stale");
      mortal.kill();
      assertThat(gateway.login("database.stale", "two")).isEqualTo(authorization);
      mortal.restart();
      assertThat(entry(mortal.url(), "database.stale")).isEqualTo(entry);
      awaitDatabase(gateway, true);
      Awaitility.await()
          .untilAsserted(
              () -> {
                assertThat(gateway.login("database.stale", "two")).isEqualTo(authorization);
                assertThat(entry(mortal.url(), "database.stale")).isNotEqualTo(entry);
              });
    }
  }

  @Test
  void neverThere() {
    String nowhere =
        "jdbc:postgresql://127.0.0.1:" + RedisServer.freePort() + "/a?user=b&password=a-secret";
    try (TestGateway gateway = on(nowhere).start()) {
      String authorization = gateway.login("database.lonely");
      assertThat(gateway.login("database.lonely")).isEqualTo(authorization);
      Awaitility.await().until(() -> gateway.health().path("status").asText().equals("degraded"));
      assertThat(gateway.health().toString()).doesNotContain("a-secret");
    }
  }

  /** What each driver has to say about a URL with a password in it is not for the log. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:postgresql://127.0.0.1:PORT/a?user=b&password=s3cret",
        "jdbc:postgresql://b:s3cret@127.0.0.1:PORT/a",
        "jdbc:postgresql://127.0.0.1:PORT/a?user=b&password=s3cret&socketTimeout=soon",
        "jdbc:h2:/none/such/cache;USER=b;PASSWORD=s3cret;UNKNOWN=x",
        "jdbc:h2:/none/such/cache;USER=b;PASSWORD=s3cret;CIPHER=",
        "jdbc:h2:tcp://127.0.0.1:PORT/a;USER=b;PASSWORD=s3cret"
      })
  @ReadsOutput
  void noPasswordIsLogged(String url, CapturedOutput output) {
    String nowhere = url.replace("PORT", Integer.toString(RedisServer.freePort()));
    try (TestGateway gateway = startedOrRefused(on(nowhere).set("log_level", "trace"))) {
      if (gateway == null) {
        assertThat(output).contains("cache.url").doesNotContain("s3cret");
        return;
      }
      IntStream.range(0, 5)
          .mapToObj(i -> gateway.decideLater("database.secret" + i))
          .toList()
          .forEach(login -> assertThat(login.join().statusCode()).isEqualTo(200));
      Awaitility.await("enough failures")
          .atMost(Duration.ofSeconds(30))
          .until(() -> output.getOut().contains("falling back to memory"));
      assertThat(gateway.health().toString()).doesNotContain("s3cret");
    }
    assertThat(output).doesNotContain("s3cret");
  }

  /** Null if it refuses its settings. */
  private static TestGateway startedOrRefused(TestGateway.Builder builder) {
    try {
      return builder.start();
    } catch (RuntimeException refused) {
      assertThat(NestedExceptionUtils.getMostSpecificCause(refused))
          .isInstanceOf(ConfigurationFaults.class);
      return null;
    }
  }

  @ParameterizedTest
  @EnumSource
  void aMissingTableIsOneMessageThatNamesTheCommand(Product product) {
    String url = empty(product);
    assertThatThrownBy(() -> on(url).start().close())
        .rootCause()
        .isInstanceOf(ConfigurationFaults.class)
        .hasMessageContaining("--create-cache-table")
        .hasMessageContaining("cache.url=***: has no table elastauth_cache");
  }

  @Test
  void withTheDefaultTheTableIsInAFileBesideTheProgram() throws Exception {
    Map<String, String> environment =
        Map.of("ELASTAUTH_CACHE_TYPE", "database", "SECRET_KEY", TestGateway.KEY);
    for (int twice = 0; twice < 2; twice++) {
      try (PackagedJar jar = PackagedJar.run(folder, environment, "--create-cache-table")) {
        assertThat(jar.exitCode()).as(jar.output()).isZero();
      }
    }
    assertThat(folder.resolve("elastauth-cache.mv.db")).exists();
  }

  @ParameterizedTest
  @ValueSource(strings = {"memory", "database"})
  void aTableThatCannotBeMadeIsOneMessage(String type) throws Exception {
    try (PackagedJar jar =
        PackagedJar.run(
            folder,
            Map.of(
                "ELASTAUTH_CACHE_TYPE",
                type,
                "ELASTAUTH_CACHE_URL",
                "jdbc:postgresql://127.0.0.1:" + RedisServer.freePort() + "/a?password=a-secret",
                "SECRET_KEY",
                TestGateway.KEY),
            "--create-cache-table")) {
      assertThat(jar.exitCode()).isEqualTo(1);
      assertThat(jar.output().lines().filter(line -> line.contains("--create-cache-table: ")))
          .hasSize(1);
      assertThat(jar.output()).doesNotContain("a-secret", "\tat ");
    }
  }
}
