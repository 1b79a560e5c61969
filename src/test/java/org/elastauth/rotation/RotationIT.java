package org.elastauth.rotation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.elastauth.cache.FileCache;
import org.elastauth.config.TestSettings;
import org.elastauth.credential.CacheKey;
import org.elastauth.crypto.Envelope;
import org.elastauth.crypto.SecretKeys;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.RedisServer;
import org.elastauth.server.Servers;
import org.elastauth.server.TestGateway;
import org.elastauth.session.SessionRedisKeys;
import org.elastauth.startup.LoadedConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** Entries in real stores, under an old key and under the new one. */
@ExtendWith(Servers.class)
@Timeout(90)
class RotationIT {
  private static final String OLD = TestGateway.KEY;
  private static final String NEW =
      "a7c1f0932b5d4e8891d6c3b2a4f5e607182939a4b5c6d7e8f90a1b2c3d4e5f61";
  private static final String NEITHER =
      "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f1";

  @TempDir Path folder;

  private static Envelope envelope(String key, String purpose) {
    return new Envelope(new SecretKeys(List.of(key), ""), purpose);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static String opened(String name, String text) {
    byte[] content = envelope(NEW, "cache").open(name, text);
    return content == null ? null : new String(content, StandardCharsets.US_ASCII);
  }

  private static List<String> rotate(boolean dryRun, Map<String, String> settings)
      throws IOException {
    List<String> arguments = new ArrayList<>(List.of("--elastauth.secret_keys=" + NEW + "," + OLD));
    settings.forEach((key, value) -> arguments.add("--elastauth." + key + "=" + value));
    LoadedConfiguration configuration = LoadedConfiguration.read(arguments.toArray(String[]::new));
    assertThat(configuration.faults()).isEmpty();
    return KeyRotation.run(configuration, dryRun, line -> {}).stream()
        .map(RotationCount::toString)
        .toList();
  }

  @Test
  void credentialsAndSessionsInRedisKeepTheirTimeToLive(RedisServer redis) throws Exception {
    String prefix = "rotate-one:";
    Map<String, String> settings =
        Map.of(
            "redis.host", redis.address(), "cache.key_prefix", prefix, "session.enabled", "true");
    StringRedisTemplate template = redis.template();
    CacheKey keys = new CacheKey(prefix);
    String old = keys.of("john.doe");
    String current = keys.of("current");
    String currentText = envelope(NEW, "cache").seal(current, bytes("current"));
    String foreign = keys.of("foreign");
    String session = new SessionRedisKeys("", "", prefix).session("s1");
    String ended = new SessionRedisKeys("", "", prefix).session("s2");
    template.opsForValue().set(old, envelope(OLD, "cache").seal(old, bytes("john")));
    template.expire(old, Duration.ofHours(1));
    template.opsForValue().set(current, currentText);
    template.opsForValue().set(foreign, envelope(NEITHER, "cache").seal(foreign, bytes("x")));
    template.opsForHash().put(keys.of("of.another.type"), "a", "b");
    template.opsForZSet().add(prefix + "limit-user", "1", 1);
    for (String field : List.of("identity", "tokens")) {
      template
          .opsForHash()
          .put(session, field, envelope(OLD, "session").seal(session + ' ' + field, bytes(field)));
    }
    template.expire(session, Duration.ofHours(2));
    template.opsForHash().put(ended, "ended", "1");

    String before = template.opsForValue().get(old);
    assertThat(rotate(true, settings))
        .containsExactly(
            "credentials in Redis: 1 already current, 1 to re-encrypt, 2 unreadable, 0 changed meanwhile",
            "sessions in Redis: 0 already current, 1 to re-encrypt, 0 unreadable, 0 changed meanwhile");
    assertThat(template.opsForValue().get(old)).isEqualTo(before);

    assertThat(rotate(false, settings))
        .containsExactly(
            "credentials in Redis: 1 already current, 1 re-encrypted, 2 unreadable, 0 changed meanwhile",
            "sessions in Redis: 0 already current, 1 re-encrypted, 0 unreadable, 0 changed meanwhile");
    assertThat(opened(old, template.opsForValue().get(old))).isEqualTo("john");
    assertThat(template.getExpire(old)).isBetween(3_500L, 3_600L);
    assertThat(template.opsForValue().get(current)).isEqualTo(currentText);
    assertThat(template.getExpire(current)).isEqualTo(-1);
    for (String field : List.of("identity", "tokens")) {
      assertThat(
              envelope(NEW, "session")
                  .open(session + ' ' + field, (String) template.opsForHash().get(session, field)))
          .asString()
          .isEqualTo(field);
    }
    assertThat(template.getExpire(session)).isBetween(7_100L, 7_200L);
    assertThat(template.opsForHash().keys(ended)).containsExactly("ended");
    assertThat(rotate(false, settings))
        .first()
        .asString()
        .startsWith("credentials in Redis: 2 already current, 0 re-encrypted, 2 unreadable");
  }

  @Test
  void anEntryThatAGatewayWritesMeanwhileIsNeverReplacedByAnOlderOne(RedisServer redis)
      throws Exception {
    String prefix = "rotate-two:";
    CacheKey keys = new CacheKey(prefix);
    StringRedisTemplate template = redis.template();
    List<String> names = new ArrayList<>();
    for (int user = 0; user < 2_000; user++) {
      names.add(keys.of("user" + user));
    }
    Envelope old = envelope(OLD, "cache");
    template
        .opsForValue()
        .multiSet(
            names.stream()
                .collect(
                    java.util.stream.Collectors.toMap(
                        name -> name, name -> old.seal(name, bytes("older")))));
    CompletableFuture<Void> gateway =
        CompletableFuture.runAsync(
            () ->
                names.forEach(
                    name -> template.opsForValue().set(name, old.seal(name, bytes("newer")))));
    rotate(false, Map.of("redis.host", redis.address(), "cache.key_prefix", prefix));
    gateway.join();
    Envelope both = new Envelope(new SecretKeys(List.of(NEW, OLD), ""), "cache");
    List<String> values = template.opsForValue().multiGet(names);
    for (int i = 0; i < names.size(); i++) {
      assertThat(both.open(names.get(i), values.get(i))).asString().isEqualTo("newer");
    }
  }

  @Test
  void aRedisThatRefusesScriptsIsNamed(RedisServer redis) {
    redis.acl("rotating", "~rotate-*");
    String prefix = "rotate-three:";
    String key = new CacheKey(prefix).of("john.doe");
    redis.template().opsForValue().set(key, envelope(OLD, "cache").seal(key, bytes("john")));
    assertThatThrownBy(
            () ->
                rotate(
                    false,
                    Map.of(
                        "redis.host",
                        redis.address(),
                        "redis.username",
                        "rotating",
                        "redis.password",
                        "pw",
                        "cache.key_prefix",
                        prefix)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("it needs +scan +eval");
    assertThatThrownBy(
            () -> rotate(false, Map.of("redis.host", "127.0.0.1:1", "cache.key_prefix", prefix)))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("Redis is unreachable: ");
  }

  @Test
  void credentialsInADatabase() throws Exception {
    String url = "jdbc:h2:" + folder.resolve("cache") + ";AUTO_SERVER=FALSE";
    JdbcTemplate table = new JdbcTemplate(new DriverManagerDataSource(url));
    table.execute(
        "CREATE TABLE elastauth_cache (cache_key VARCHAR(1084) PRIMARY KEY,"
            + " entry VARCHAR(65536) NOT NULL, expires_at BIGINT NOT NULL)");
    CacheKey keys = new CacheKey("elastauth-");
    long end = System.currentTimeMillis() / 1000 + 3_600;
    for (int user = 0; user < 600; user++) {
      String key = keys.of("user" + user);
      table.update(
          "INSERT INTO elastauth_cache VALUES (?, ?, ?)",
          key,
          envelope(user == 0 ? NEITHER : OLD, "cache").seal(key, bytes("content")),
          end);
    }
    Map<String, String> settings = Map.of("cache.type", "database", "cache.url", url);
    assertThat(rotate(false, settings))
        .containsExactly(
            "credentials in the database: 0 already current, 599 re-encrypted, 1 unreadable, 0 changed meanwhile");
    String key = keys.of("user599");
    Map<String, Object> row =
        table.queryForMap("SELECT * FROM elastauth_cache WHERE cache_key = ?", key);
    assertThat(opened(key, (String) row.get("ENTRY"))).isEqualTo("content");
    assertThat(row.get("EXPIRES_AT")).isEqualTo(end);
  }

  /** Elasticsearch knows the users, which the names of the files hide. */
  @Test
  void credentialsInFiles(ElasticsearchServer elasticsearch) throws Exception {
    elasticsearch.admin(
        "PUT", "/_security/user/rotate.file", "{\"password\":\"theirs-1\",\"roles\":[]}");
    Map<String, Object> cache = Map.of("cache.type", "file", "cache.path", folder.toString());
    FileCache files = new FileCache(TestSettings.of(cache).cache(), Clock.systemUTC());
    String key = new CacheKey("elastauth-").of("rotate.file");
    files.put(key, envelope(OLD, "cache").seal(key, bytes("content")), 3_600);
    assertThat(
            rotate(
                false,
                Map.of(
                    "cache.type",
                    "file",
                    "cache.path",
                    folder.toString(),
                    "elasticsearch.hosts",
                    elasticsearch.url(),
                    "elasticsearch.username",
                    ElasticsearchServer.GATEWAY,
                    "elasticsearch.password",
                    ElasticsearchServer.GATEWAY_PASSWORD)))
        .containsExactly(
            "credentials in files: 0 already current, 1 re-encrypted, 0 unreadable, 0 changed meanwhile");
    assertThat(opened(key, files.get(key))).isEqualTo("content");
    assertThat(folder.toFile().list()).hasSize(1);
  }
}
