package org.elastauth.startup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.elastauth.config.ConfigurationFaults;
import org.elastauth.routes.RouteFile;
import org.elastauth.routes.RouteSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

/** An adapter is a name that a route file serves; what the files in use need is there. */
class AdapterNamesTest {
  private static final String KEY = "0123456789abcdef".repeat(4);

  @TempDir Path folder;

  private ConfigurationCheck load(Map<String, Object> values) {
    ConfigurableEnvironment environment =
        new StandardEnvironment() {
          @Override
          public Map<String, Object> getSystemEnvironment() {
            return Map.of();
          }
        };
    Map<String, Object> prefixed = new HashMap<>(Map.of("elastauth.routes", folder.toString()));
    values.forEach((key, value) -> prefixed.put("elastauth." + key, value));
    environment.getPropertySources().addFirst(new MapPropertySource("test", prefixed));
    return SettingsLoader.load(environment);
  }

  /** Without the place of the values, a source of this name. */
  private List<String> faults(Map<String, Object> values) {
    ConfigurationFaults faults =
        catchThrowableOfType(ConfigurationFaults.class, load(values)::check);
    return faults == null
        ? List.of()
        : faults.faults().stream()
            .map(fault -> fault.toString().replaceFirst(" \\(test\\)$", ""))
            .toList();
  }

  /** Writes a route for each endpoint, which calls others. */
  private void mine(String served, String... called) throws IOException {
    StringBuilder text = new StringBuilder();
    for (String endpoint : served.split(" ")) {
      text.append("- route: {id: %1$s, from: {uri: 'direct:%1$s', steps: [".formatted(endpoint));
      for (String each : called) {
        text.append("{to: {uri: 'direct:%s'}},".formatted(each));
      }
      text.append("{setBody: {simple: '${null}'}}]}}\n");
    }
    Files.writeString(folder.resolve("mine.camel.yaml"), text);
  }

  private Set<String> files(Map<String, Object> values) {
    Set<String> names = new TreeSet<>();
    load(values)
        .files()
        .routes()
        .files()
        .keySet()
        .forEach(file -> names.add(file.replace(RouteFile.SUFFIX, "")));
    return names;
  }

  @Test
  void aNameThatNoRouteServesListsThoseThereAre() throws IOException {
    assertThat(faults(Map.of("cache.type", "redos")))
        .containsExactly(
            "cache.type=redos: no route serves direct:cache-redos-delete, direct:cache-redos-get,"
                + " direct:cache-redos-put; did you mean redis? There are database"
                + " (cache-database.camel.yaml), file (cache-file.camel.yaml), hybrid"
                + " (cache-hybrid.camel.yaml), memory (cache-memory.camel.yaml), none"
                + " (cache-none.camel.yaml), redis (cache-redis.camel.yaml)");
    mine("identity-mine");
    assertThat(faults(Map.of("auth_provider", "folder")))
        .containsExactly(
            "auth_provider=folder: no route serves direct:identity-folder; there are authelia"
                + " (identity-authelia.camel.yaml), mine ("
                + folder.resolve("mine.camel.yaml")
                + "), oidc (identity-oidc.camel.yaml)");
  }

  @ParameterizedTest
  @CsvSource({
    "user_store, elastic-search, user-store-elastic-search, elasticsearch",
    "user_store, dry_rum, user-store-dry-rum, dry-run",
    "rate_limit.store, memry, rate-limit-memry-count, memory",
    "session.store, hybird, session-hybird-delete, hybrid",
    "auth_provider, OIDK, identity-oidk, oidc"
  })
  void eachPortNamesTheNearestName(String setting, String value, String endpoint, String near) {
    Map<String, Object> values = new HashMap<>();
    if (setting.startsWith("session")) {
      values.put("auth_provider", "oidc");
      values.put("oidc.issuer", "https://provider.example.org");
      values.put("oidc.client_id", "kibana");
      values.put("oidc.client_secret", "secret");
      values.put("oidc.redirect_url", "https://kibana.example.org/elastauth/oidc/callback");
    }
    values.put("rate_limit.enabled", true);
    values.put(setting, value);
    assertThat(faults(values))
        .singleElement()
        .asString()
        .contains("no route serves direct:" + endpoint, "; did you mean " + near + "? There are ");
  }

  @Test
  void anAdapterThatIsServedInPartNamesWhatIsMissing() throws IOException {
    mine("cache-mine-get cache-mine-put cache-mine-delete");
    assertThat(faults(Map.of("cache.type", "mine", "cache.extend", true)))
        .containsExactly(
            "cache.type=mine: no route serves direct:cache-mine-renew, which"
                + " this adapter needs, too; add them to "
                + folder.resolve("mine.camel.yaml"));
    mine("user-store-mine");
    assertThat(faults(Map.of("user_store", "mine"))).isEmpty();
    assertThat(
            faults(
                Map.of("user_store", "mine", "admin.enabled", true, "admin.credential", "f" + KEY)))
        .singleElement()
        .asString()
        .startsWith("user_store=mine: no route serves direct:user-store-mine-revoke, which");
  }

  @Test
  void aNameOfOnesOwnNeedsNoServer() throws IOException {
    mine("cache-mine-get cache-mine-put cache-mine-delete user-store-mine");
    Map<String, Object> values = Map.of("cache.type", "mine", "user_store", "mine");
    assertThat(faults(values)).isEmpty();
    Settings settings = load(values).reading().settings();
    assertThat(settings.usesRedis()).isFalse();
    assertThat(settings.elasticsearch().isUsed()).isFalse();
    assertThat(settings.adapters())
        .containsExactly(
            Map.entry("auth_provider", "authelia"),
            Map.entry("cache", "mine"),
            Map.entry("user_store", "mine"));
    assertThat(files(values))
        .contains("mine", "identity-authelia")
        .doesNotContain(
            "cache-memory",
            "reread",
            "expiry",
            "health-check-elasticsearch",
            "user-store-elasticsearch");
  }

  /** The cache of one's own asks Redis, so all of Redis is there. */
  @Test
  void whatTheRoutesCallIsConfiguredAndChecked() throws IOException {
    mine("cache-mine-get cache-mine-put cache-mine-delete", "cache-redis-get");
    Map<String, Object> values = new HashMap<>(Map.of("cache.type", "mine"));
    assertThat(faults(values))
        .singleElement()
        .asString()
        .startsWith("secret_key: is missing; with cache.type=mine all gateways need the same key");
    values.put("secret_key", KEY);
    assertThat(faults(values)).isEmpty();
    Settings settings = load(values).reading().settings();
    assertThat(settings.redisFeatures()).isEqualTo("cache");
    assertThat(settings.replay().store()).isEqualTo("redis");
    assertThat(files(values))
        .contains("cache-redis", "cache-memory", "health-check-redis", "revocation-channel");
    values.put("redis.enabled", false);
    assertThat(faults(values)).singleElement().asString().startsWith("redis.enabled=false: ");

    mine("cache-mine-get cache-mine-put cache-mine-delete", "cache-file-get", "cache-database-get");
    assertThat(faults(Map.of("cache.type", "mine", "secret_key", KEY, "cache.url", "x")))
        .satisfiesExactlyInAnyOrder(
            fault -> assertThat(fault).startsWith("cache.path: is missing"),
            fault -> assertThat(fault).startsWith("cache.url=***: is not a JDBC URL"));
  }

  @Test
  void aBeanOfRedisInAFileOfOnesOwnNeedsRedis() throws IOException {
    Files.writeString(
        folder.resolve("mine.camel.yaml"),
        """
        # redisGet, and ref: redisSessions in a comment
        - route: {id: mine, from: {uri: 'timer:mine', steps: [
            {to: {uri: 'spring-redis:redis', parameters: {redisTemplate: '#redisWriteTemplate'}}}]}}
        """);
    Settings settings = load(Map.of()).reading().settings();
    assertThat(settings.loaded().beans()).containsExactly("redisWriteTemplate");
    assertThat(settings.redisFeatures()).isEqualTo("routes");
    assertThat(files(Map.of())).contains("health-check-redis").doesNotContain("cache-redis");
  }

  /** Sessions follow, as with the provider oidc. */
  @Test
  void aProviderOfOnesOwnThatVerifiesTokensNeedsTheSettingsOfOpenIdConnect() throws IOException {
    mine("identity-mine", "identity-oidc-token");
    assertThat(faults(Map.of("auth_provider", "mine")))
        .satisfiesExactlyInAnyOrder(
            fault -> assertThat(fault).startsWith("oidc.issuer: is missing"),
            fault -> assertThat(fault).startsWith("oidc.client_id: is missing"));
    Map<String, Object> values =
        new HashMap<>(
            Map.of(
                "auth_provider", "mine",
                "oidc.issuer", "https://provider.example.org",
                "oidc.client_id", "kibana"));
    assertThat(faults(values)).isEmpty();
    assertThat(load(values).reading().settings().session().enabled()).isTrue();
    assertThat(files(values)).contains("identity-oidc").doesNotContain("oidc-session");
    values.put("oidc.client_secret", "secret");
    values.put("oidc.redirect_url", "https://kibana.example.org/elastauth/oidc/callback");
    assertThat(files(values)).contains("oidc-session", "oidc-login", "session-memory");
    mine("identity-mine", "oidc-session");
    assertThat(faults(Map.of("auth_provider", "mine", "oidc.issuer", "https://p.example.org")))
        .anySatisfy(fault -> assertThat(fault).startsWith("oidc.redirect_url: is missing"));
  }

  @Test
  void aUserStoreThatAlsoCallsElasticsearchKeepsItsChecks() throws IOException {
    mine("user-store-mine", "user-store-elasticsearch");
    Map<String, Object> values = Map.of("user_store", "mine", "elasticsearch.username", "u");
    assertThat(faults(values))
        .containsExactly(
            "elasticsearch.password: is missing; the gateway's own account requires both username and"
                + " password");
    assertThat(files(values))
        .contains("user-store-elasticsearch", "health-check-elasticsearch", "reread", "expiry");
  }

  @Test
  void dryRunIsAUserStoreAndMayNotContradictIt() {
    assertThat(load(Map.of("elasticsearch.dry_run", "on")).reading().settings().userStore())
        .isEqualTo("dry-run");
    assertThat(load(Map.of("user_store", "dry_run")).reading().settings().elasticsearch().dryRun())
        .isTrue();
    assertThat(faults(Map.of("user_store", "Dry-Run", "elasticsearch.dry_run", true))).isEmpty();
    assertThat(faults(Map.of("user_store", "elasticsearch", "elasticsearch.dry_run", false)))
        .isEmpty();
    assertThat(faults(Map.of("user_store", "elasticsearch", "elasticsearch.dry_run", true)))
        .containsExactly(
            "user_store=elasticsearch: contradicts elasticsearch.dry_run=true, the older name of"
                + " user_store=dry-run; remove one of them");
    assertThat(faults(Map.of("user_store", "dry-run", "elasticsearch.dry_run", false)))
        .singleElement()
        .asString()
        .startsWith("user_store=dry-run: contradicts elasticsearch.dry_run=false");
  }

  @ParameterizedTest
  @CsvSource({"a/b", "../x", "a b", "1st", "'a,direct:b'", "a{{b}}", "hunter2x1y23"})
  void aNameIsAPartOfAUri(String name) {
    assertThat(faults(Map.of("cache.type", name)))
        .singleElement()
        .asString()
        .startsWith("cache.type=***: takes 1 to 30 of a-z 0-9 -");
  }

  @Test
  void aNameIsCheckedAlsoWhileItsFeatureIsOff() {
    assertThat(faults(Map.of("session.store", "radis", "rate_limit.store", "mermory")))
        .satisfiesExactly(
            fault -> assertThat(fault).contains("direct:session-radis-get; did you mean redis?"),
            fault ->
                assertThat(fault)
                    .contains(
                        "direct:rate-limit-mermory-count; did you mean memory? There are memory"
                            + " (rate-limit.camel.yaml), redis (rate-limit.camel.yaml)"));
  }

  @Test
  void whileAFileIsBrokenNoAdapterIsSaidToBeMissing() throws IOException {
    Files.writeString(folder.resolve("mine.camel.yaml"), "- route: [direct:cache-mine-get");
    assertThat(faults(Map.of("cache.type", "mine")))
        .singleElement()
        .asString()
        .contains("is not YAML");
  }

  /** A connection cannot be opened while the gateway runs. */
  @Test
  void aReloadMayNotNeedMoreThanTheStart() throws IOException {
    mine("cache-mine-get cache-mine-put cache-mine-delete", "cache-memory-get");
    ConfigurationFiles files = load(Map.of("cache.type", "mine")).files();
    mine("cache-mine-get cache-mine-put cache-mine-delete", "cache-none-get");
    assertThat(reread(files).faults()).isEmpty();
    mine("cache-mine-get cache-mine-put cache-mine-delete", "cache-redis-get");
    assertThat(reread(files).faults())
        .singleElement()
        .asString()
        .isEqualTo(
            "routes: use cache-redis, which needs more than the gateway has opened; restart the"
                + " gateway");
  }

  private RouteSet reread(ConfigurationFiles files) {
    return files.used().apply(RouteSet.read(folder));
  }

  /** Otherwise an edited copy would open an address that the settings close. */
  @Test
  void anEditedFileIsLoadedWhenThePackagedOneWouldBe() throws IOException {
    for (String name : List.of("revoke", "cache-redis", "cache-memory")) {
      Path packaged = Path.of("routes", name + RouteFile.SUFFIX);
      Files.writeString(
          folder.resolve(packaged.getFileName()), Files.readString(packaged) + "\n# mine");
    }
    assertThat(files(Map.of())).contains("cache-memory").doesNotContain("revoke", "cache-redis");
    assertThat(load(Map.of()).reading().settings().usesRedis()).isFalse();
  }

  /** A file that no configuration uses would be dead. */
  @ParameterizedTest
  @CsvSource({
    "memory, elasticsearch",
    "hybrid, dry-run",
    "file, elasticsearch",
    "database, elasticsearch",
    "none, elasticsearch"
  })
  void thePackagedFilesInUse(String cache, String users) {
    Map<String, Object> values =
        Map.of(
            "auth_provider",
            "oidc",
            "oidc.redirect_url",
            "https://kibana.example.org/elastauth/oidc/callback",
            "cache.type",
            cache,
            "user_store",
            users,
            "rate_limit.enabled",
            true,
            "admin.enabled",
            true,
            "secret_key",
            KEY);
    boolean elasticsearch = users.equals("elasticsearch");
    boolean redis = cache.equals("hybrid");
    Set<String> expected =
        new TreeSet<>(
            Set.of(
                "front-door",
                "authenticate",
                "credential",
                "health",
                "metrics",
                "rate-limit",
                "identity-oidc",
                "oidc-login",
                "oidc-logout",
                "oidc-session",
                "config",
                "revoke",
                "revoke-everywhere",
                "cache-" + cache,
                "user-store-" + users));
    if (!cache.equals("none") && !cache.equals("file")) {
      expected.add("cache-memory");
    }
    if (!redis) {
      expected.add("session-memory");
    }
    if (redis) {
      expected.addAll(
          Set.of("cache-redis", "session-redis", "health-check-redis", "revocation-channel"));
    }
    if (cache.equals("database")) {
      expected.add("health-check-database");
    }
    if (elasticsearch) {
      expected.addAll(
          Set.of("user-store-elasticsearch-revoke", "health-check-elasticsearch", "expiry"));
    }
    if (elasticsearch && !cache.equals("none")) {
      expected.add("reread");
    }
    assertThat(files(values)).isEqualTo(expected);
  }
}
