package org.elastauth.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.elastauth.config.TestSettings;
import org.elastauth.redis.RedisInspection.Node;
import org.elastauth.redis.RequiredRights;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.context.annotation.Bean;

class RedisNodeTest {
  /** A Redis in which nothing is wrong. */
  private static final Map<String, String> SOUND =
      Map.ofEntries(
          Map.entry("redis_version", "7.2.4"),
          Map.entry("uptime_in_seconds", "1000"),
          Map.entry("role", "master"),
          Map.entry("connected_slaves", "1"),
          Map.entry("maxmemory", "104857600"),
          Map.entry("used_memory", "1048576"),
          Map.entry("maxmemory_policy", "noeviction"),
          Map.entry("aof_enabled", "1"),
          Map.entry("rdb_last_bgsave_status", "ok"),
          Map.entry("connected_clients", "5"),
          Map.entry("maxclients", "100"));

  private static List<String> found(boolean keepsState, Map<String, String> info, Node node) {
    return Found.by(
        findings -> new RedisNode(node, keepsState, 11, Duration.ofMillis(200)).into(findings));
  }

  private static Node node(Map<String, String> info, Duration latency, Duration ahead) {
    return new Node("redis:6379", info, "", latency, ahead);
  }

  private static List<String> found(boolean keepsState, Map<String, String> changes) {
    Map<String, String> info = new HashMap<>(SOUND);
    info.putAll(changes);
    return found(keepsState, info, node(info, Duration.ofMillis(1), Duration.ZERO));
  }

  @Test
  void aSoundRedisGivesNothingToMend() {
    assertThat(found(true, Map.of()))
        .contains(
            "ok redis:6379: Redis 7.2.4 answers in 1.0 ms",
            "ok redis:6379: it is a master with 1 replica",
            "ok redis:6379: its clock agrees with this one",
            "ok redis:6379: maxmemory is 100 MiB (1 % in use) with policy noeviction")
        .allMatch(line -> line.startsWith("ok "));
  }

  @ParameterizedTest(name = "{1}={2}")
  @CsvSource(
      delimiter = '|',
      value = {
        "true  | redis_version          | 4.0.14       | fault | which is too old",
        "true  | role                   | slave        | fault | a replica refuses writes",
        "true  | maxmemory_policy       | allkeys-lru  | warning | drops sessions",
        "true  | maxmemory_policy       | volatile-ttl | warning | drops sessions",
        "false | maxmemory_policy       | allkeys-lru  | ok    | with policy allkeys-lru",
        "true  | maxmemory              | 0            | note  | maxmemory is not set",
        "true  | used_memory            | 100000000    | warning | a full Redis refuses writes",
        "true  | evicted_keys           | 3            | warning | has evicted 3 keys since",
        "true  | evicted_keys           | 1            | warning | has evicted 1 key since",
        "true  | connected_slaves       | 2            | ok    | a master with 2 replicas",
        "true  | rdb_last_bgsave_status | err          | fault | cannot save its data",
        "true  | aof_last_write_status  | err          | fault | cannot save its data",
        "true  | loading                | 1            | warning | still loading",
        "true  | connected_clients      | 95           | warning | maxclients is 100, of which 95 are in use, and a gateway opens 11 connections",
      })
  void oneFieldDecides(boolean keepsState, String field, String value, String level, String text) {
    assertThat(found(keepsState, Map.of(field, value)))
        .filteredOn(line -> line.contains(text))
        .singleElement()
        .asString()
        .startsWith(level + " redis:6379: ")
        .satisfies(
            line -> assertThat(level.equals("ok") || line.contains(" -> ")).as(line).isTrue());
  }

  @Test
  void aRestartEndsSessionsThatRedisDoesNotSave() {
    long now = System.currentTimeMillis() / 1000;
    Map<String, String> unsaved =
        Map.of("aof_enabled", "0", "rdb_last_save_time", Long.toString(now - 1000));
    assertThat(found(true, unsaved))
        .anySatisfy(line -> assertThat(line).startsWith("warning").contains("ends all sessions"));
    assertThat(found(false, unsaved)).noneMatch(line -> line.contains("session"));
    assertThat(
            found(true, Map.of("aof_enabled", "0", "rdb_last_save_time", Long.toString(now - 300))))
        .contains(
            "ok redis:6379: sessions survive a restart of Redis (snapshots; the last one is 5 minutes old)");
  }

  @Test
  void clockAndLatencyAreJudged() {
    assertThat(found(true, SOUND, node(SOUND, Duration.ofMillis(250), Duration.ofSeconds(-20))))
        .anySatisfy(
            line -> assertThat(line).startsWith("warning").contains("longer than redis.patience"))
        .anySatisfy(
            line ->
                assertThat(line).startsWith("warning").contains("clock is 20 s behind this one"));
    assertThat(found(true, SOUND, node(SOUND, Duration.ofMillis(1), Duration.ofSeconds(61))))
        .anySatisfy(
            line -> assertThat(line).startsWith("fault").contains("clock is 61 s ahead of this"));
  }

  @Test
  void whatTheUserMayNotReadIsANote() {
    Node silent = new Node("redis:6379", Map.of(), "NOPERM no", Duration.ofMillis(1), null);
    assertThat(found(true, Map.of(), silent))
        .hasSize(3)
        .anySatisfy(line -> assertThat(line).startsWith("note").contains("NOPERM no", "+info"))
        .anySatisfy(line -> assertThat(line).startsWith("note").contains("+time"));
  }

  /** Another feature with rights of its own must not be forgotten. */
  @Test
  void everyFeaturesRightsAreTried() {
    JavaClasses classes = new ClassFileImporter().importPath(Path.of("target/classes"));
    Stream<JavaMethod> beans =
        classes.stream()
            .flatMap(type -> type.getMethods().stream())
            .filter(method -> method.isAnnotatedWith(Bean.class))
            .filter(method -> method.getRawReturnType().isEquivalentTo(RequiredRights.class));
    List<RequiredRights> tried =
        RedisFindings.rights(
            TestSettings.of(
                Map.of(
                    "redis.host", "redis",
                    "secret_key", "0f".repeat(32),
                    "auth_provider", "oidc",
                    "oidc.redirect_url", "https://kibana.example.org/elastauth/oidc/callback",
                    "rate_limit.enabled", true)));
    assertThat(tried).doesNotContain(RequiredRights.NONE).hasSize((int) beans.count());
  }
}
