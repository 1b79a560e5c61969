package org.elastauth.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.elastauth.startup.Settings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.core.env.ConfigurableEnvironment;

/** SPEC 4, 8 and 11: a value that cannot work is a fault that names its key and the mend. */
class SettingsCheckTest {
  private static final String KEY =
      "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

  private static List<String> faults(Map<String, Object> values) {
    return TestSettings.faults(values).stream().map(Fault::toString).toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "prod", "A-z.0_9"})
  void scopes(String scope) {
    assertThat(faults(Map.of("credential.scope", scope))).isEmpty();
    assertThat(faults(Map.of("credential.scope", scope + "a".repeat(64 - scope.length()))))
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a b", "prod/eu", "\u00e4", "a\nb", "a:b"})
  void noScopes(String scope) {
    assertThat(faults(Map.of("credential.scope", scope)))
        .containsExactly("credential.scope=***: takes at most 64 of A-Z a-z 0-9 . _ -");
  }

  @Test
  void aScopeOf65CharactersIsOneTooMany() {
    assertThat(faults(Map.of("credential.scope", "a".repeat(65)))).hasSize(1);
  }

  @Test
  void noFaultQuotesAPassword() {
    assertThat(
            faults(
                Map.of(
                    "redis.host", "redis://:hunter2@redis:6379",
                    "listen", "user:hunter2@0.0.0.0:5000",
                    "elasticsearch.hosts", "https://elastauth:hunter2@es:9200",
                    "elasticsearch.username", "elastauth:hunter2",
                    "elasticsearch.password", "hunter2",
                    "secret_key", "hunter2")))
        .hasSize(5)
        .noneMatch(fault -> fault.contains("hunter2"));
  }

  @Test
  void aWrongKeyIsNamedByItsPlaceAndOneOfTwoPlacesIsTooMany() {
    String key = KEY;
    assertThat(faults(Map.of("secret_keys", key + ",hunter2")))
        .containsExactly(
            "secret_keys[1]=***: is not 64 hex digits; generate a key with the command generate-key");
    assertThat(faults(Map.of("secret_key", key, "secret_keys", key)))
        .containsExactly("secret_keys=***: is set together with secret_key; remove one of them");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"short", "0123456789012345678901234567890", "01234567890123456789012345678 01"})
  void anAdministratorsCredentialThatCouldBeGuessed(String credential) {
    assertThat(faults(Map.of("admin.enabled", true, "admin.credential", credential)))
        .containsExactly(
            "admin.credential=***: is not 32 to 1024 printable ASCII characters without a blank;"
                + " the command generate-key prints a valid value");
  }

  private static final String PEM =
      "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEG\n-----END PRIVATE KEY-----\n";

  /** In whatever setting a secret is by mistake; of any type. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "listen",
        "cache.type",
        "cache.expiration",
        "cache.key_prefix",
        "cache.path",
        "redis.db",
        "redis.host",
        "redis.enabled",
        "redis.tls.ca_cert",
        "oidc.issuer",
        "oidc.scopes",
        "oidc.claim_mappings.username",
        "oidc.tls.client_key",
        "oidc.custom_headers.Host",
        "elasticsearch.hosts",
        "elasticsearch.username",
        "trusted_proxies",
        "default_roles",
        "group_mappings.admins",
        "credential.scope",
        "session.cookie_domain",
        "authelia.header_username"
      })
  void noFaultShowsASecretThatIsInTheWrongSetting(String name) {
    for (String secret :
        List.of(PEM, "https://user:hunter2@host/x y", "hunter2 hunter2", "0a1b2c3d4e5f60718293")) {
      Map<String, Object> settings = new HashMap<>(Map.of("cache.type", "file"));
      settings.put(name, secret);
      SettingsReader.Reading<Settings> reading =
          TestSettings.read(TestSettings.environment(Map.of(), settings));
      assertThat(reading.unreadable().toString() + reading.invalid())
          .doesNotContain("hunter2", "MIGH", "BEGIN", "0a1b2c");
    }
  }

  @Test
  void aSecretThatIsEasyToGuessIsAFault() {
    String weak =
        "has fewer than 8 different characters; generate it with the command generate-key";
    assertThat(faults(Map.of("secret_key", "00".repeat(32))))
        .containsExactly("secret_key=***: " + weak);
    assertThat(faults(Map.of("secret_keys", KEY + "," + "ab".repeat(32))))
        .containsExactly("secret_keys[1]=***: " + weak);
    assertThat(faults(Map.of("admin.credential", "a".repeat(32))))
        .containsExactly("admin.credential=***: " + weak);
    assertThat(faults(Map.of("secret_key", KEY, "admin.credential", KEY)))
        .containsExactly(
            "admin.credential=***: is the same as a secret key, which is never sent; generate it with"
                + " the command generate-key");
    assertThat(
            faults(
                Map.of(
                    "secret_keys",
                    "fedcba98".repeat(8) + "," + KEY,
                    "admin.credential",
                    KEY.toUpperCase(java.util.Locale.ROOT))))
        .as("an older key")
        .hasSize(1);
  }

  @Test
  void sessionsAndOneTimeTokens() {
    assertThat(
            faults(
                Map.of(
                    "session.max_age", "59s",
                    "session.cookie_name", "a b",
                    "session.cookie_domain", "example.org; Path=/",
                    "session.store", "a/b",
                    "session.policy", "open",
                    "replay.store", "hybrid",
                    "replay.policy", "closed")))
        .containsExactlyInAnyOrder(
            "session.max_age=59s: must lie between 60s and 30d",
            "session.cookie_name=***: takes 1 to 64 of A-Z a-z 0-9 . _ -",
            "session.cookie_domain=***: is not a domain; write it like example.org",
            "session.store=***: takes 1 to 30 of a-z 0-9 -, begins with a letter, and has at most 3"
                + " digits",
            "session.policy=open: is not one of fail_closed, fail_open, memory",
            "replay.store=hybrid: is not one of memory, redis",
            "replay.policy=closed: is not one of fail_closed, fail_open, memory");
    assertThat(faults(Map.of("session.cookie_name", "__Host-s")))
        .containsExactly(
            "session.cookie_name=***: starts with __, which browsers reserve; the gateway itself adds __Host-"
                + " where it can");
    assertThat(
            faults(
                Map.of("session.enabled", true, "session.store", "redis", "cache.type", "memory")))
        .singleElement()
        .asString()
        .startsWith("secret_key: is missing; with session.store=redis all gateways");
    assertThat(faults(Map.of("session.store", "redis", "session.cookie_domain", "a.example.org")))
        .isEmpty();
  }

  @Test
  void administratorsNeedACredential() {
    assertThat(faults(Map.of("admin.enabled", true)))
        .containsExactly(
            "admin.credential: is missing; admin.enabled requires a credential of at least 32 characters");
    assertThat(faults(Map.of("admin.enabled", true, "admin.credential", "abcdefgh".repeat(4))))
        .isEmpty();
  }

  @Test
  void aRereadIsSwitchedOffOrLeavesElasticsearchTime() {
    assertThat(faults(Map.of("elasticsearch.reread_interval", "0s"))).isEmpty();
    assertThat(faults(Map.of("elasticsearch.reread_interval", "1s"))).isEmpty();
    assertThat(faults(Map.of("elasticsearch.reread_interval", "999ms")))
        .containsExactly("elasticsearch.reread_interval=999ms: must lie between 1s and 24h");
  }

  @Test
  void aDryRunNeedsNoElasticsearch() {
    assertThat(
            faults(
                Map.of(
                    "elasticsearch.dry_run", "true",
                    "elasticsearch.hosts", "",
                    "elasticsearch.username", "half")))
        .isEmpty();
  }

  @Test
  void aFileCacheNeedsAFolderItMayWriteTo(@TempDir Path folder) throws Exception {
    assertThat(faults(Map.of("cache.type", "file")))
        .containsExactly("cache.path: is missing; set the folder of the entries");
    String missing = folder.resolve("missing").toString();
    assertThat(faults(Map.of("cache.type", "file", "cache.path", missing)))
        .containsExactly(
            "cache.path=***: is not a folder; create one that only the gateway may enter");
    assertThat(Path.of(missing)).as("looking makes nothing").doesNotExist();
    String file = Files.writeString(folder.resolve("file"), "").toString();
    assertThat(faults(Map.of("cache.type", "file", "cache.path", file)))
        .singleElement()
        .asString()
        .contains("is not a folder");
    Path good = Files.createDirectory(folder.resolve("good"));
    assertThat(faults(Map.of("cache.type", "file", "cache.path", good.toString()))).isEmpty();
    assertThat(good).isEmptyDirectory();
  }

  /** Nobody may make a file there, not even root. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void aFolderThatCannotBeWrittenToIsAFault() {
    assertThat(faults(Map.of("cache.type", "file", "cache.path", "/proc")))
        .containsExactly("cache.path=***: is a folder that the gateway may not write to");
  }

  @Test
  void theLifetimeOfAPasswordLiesBetweenAMinuteAndAWeekAndIsNoShorterThanAnEntrys() {
    assertThat(faults(Map.of("cache.extend", true, "cache.max_lifetime", "59s")))
        .containsExactly(
            "cache.max_lifetime=59s: must lie between 60s and 7d",
            "cache.max_lifetime=59s: is shorter than cache.expiration, which is 1h");
    assertThat(faults(Map.of("cache.max_lifetime", "8d"))).hasSize(1);
    assertThat(faults(Map.of("cache.expiration", "2d")))
        .as("without extend the lifetime means nothing")
        .isEmpty();
    assertThat(faults(Map.of("cache.extend", true, "cache.expiration", "2d"))).hasSize(1);
    assertThat(faults(Map.of("cache.extend", true, "cache.expiration", "24h"))).isEmpty();
  }

  @Test
  void usersAreExpiredEveryTenSecondsAtMostAndDeletedAfterAnHourAtLeastOrNever() {
    assertThat(faults(Map.of("expiry.interval", "9s", "expiry.delete_after", "59m")))
        .containsExactly(
            "expiry.interval=9s: must lie between 10s and 24h",
            "expiry.delete_after=59m: must lie between 1h and 3650d");
    assertThat(faults(Map.of("expiry.delete_after", "0"))).isEmpty();
    assertThat(faults(Map.of("expiry.delete_after", "1h"))).isEmpty();
  }

  @Test
  void theFirstTierOfAHybridCacheHasBounds() {
    assertThat(faults(Map.of("cache.hybrid_l1_size", 0, "redis.hybridL1MemoryMB", 1025)))
        .containsExactlyInAnyOrder(
            "cache.hybrid_l1_size=0: must lie between 1 and 1000000",
            "cache.hybrid_l1_memory_mb=1025: must lie between 1 and 1024");
  }

  @Test
  void aRequestWaitsForRedisNoLongerThanAReadMayTake() {
    assertThat(TestSettings.of(Map.of()).redis().patience()).isEqualTo(Duration.ofMillis(200));
    assertThat(TestSettings.of(Map.of("redis.read_timeout", "50ms")).redis().patience())
        .as("the default, with a shorter read_timeout")
        .isEqualTo(Duration.ofMillis(50));
    assertThat(faults(Map.of("redis.read_timeout", "50ms"))).isEmpty();
    assertThat(faults(Map.of("redis.patience", "3s"))).isEmpty();
    assertThat(faults(Map.of("redis.patience", "0s")))
        .containsExactly("redis.patience=0s: must lie between 1ms and 24h");
    assertThat(faults(Map.of("redis.patience", "3001ms")))
        .containsExactly("redis.patience=3001ms: is longer than redis.read_timeout, which is 3s");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"elastauth-cache", "jdbc:mysql://a/b", "jdbc:h2:", "jdbc:postgresql://a:port/b"})
  void aDatabaseCacheNeedsAJdbcUrlWhichIsNotShown(String url) {
    assertThat(faults(database(Map.of("cache.url", url))))
        .singleElement()
        .asString()
        .startsWith("cache.url=***: is not a JDBC URL of H2 or PostgreSQL");
    assertThat(faults(Map.of("cache.url", url))).as("of no other cache").isEmpty();
  }

  /** Else everybody would believe that the gateways share their cache. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "redis://:secret@a",
        "rediss://a:6380/1",
        "REDIS-SENTINEL://a",
        "redis-socket://a"
      })
  void aUrlOfRedisBelongsElsewhereWhateverTheCache(String url) {
    for (Map<String, Object> settings :
        List.of(database(Map.of("cache.url", url)), Map.<String, Object>of("cache.url", url))) {
      assertThat(faults(settings))
          .containsExactly("cache.url=***: is a URL of Redis; set redis.url");
    }
  }

  @Test
  void jdbcUrls() {
    assertThat(faults(database(Map.of()))).as("the default").isEmpty();
    assertThat(faults(database(Map.of("cache.url", "jdbc:h2:tcp://a/b")))).isEmpty();
    assertThat(
            faults(database(Map.of("cache.url", "jdbc:postgresql://a:5432/b?user=u&password=p"))))
        .isEmpty();
  }

  private static Map<String, Object> oidc(String key, Object value) {
    Map<String, Object> settings = new HashMap<>();
    settings.put("auth_provider", "oidc");
    settings.put("oidc.issuer", "https://auth.example.com");
    settings.put("oidc.client_id", "elastauth");
    settings.put(key, value);
    return settings;
  }

  @Test
  void aProviderNeedsAnIssuerAndAClient() {
    assertThat(faults(Map.of("auth_provider", "oidc")))
        .containsExactly(
            "oidc.issuer: is missing; set it to the iss claim of the provider's tokens",
            "oidc.client_id: is missing; tokens must contain it in their aud claim");
    assertThat(faults(oidc("oidc.client_secret", "s"))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "issuer|auth.example.com",
        "issuer|ftp://auth.example.com",
        "issuer|https://auth.example.com/#x",
        "jwks_uri|https:///keys",
        "userinfo_endpoint|javascript:alert(1)",
        "redirect_url|/elastauth/oidc/callback",
        "client_auth_method|none",
        "token_validation|either",
        "scopes|profile",
        "scopes|openid,a b",
        "claim_mappings.username|",
        "claim_mappings.groups|a b",
        "allowed_hosts|https://kibana.example.com",
        "cache.jwks|0s",
        "cache.userinfo|2h",
        "read_timeout|2m",
        "tls.ca_cert|/nowhere",
        "custom_headers.Host|x",
        "custom_headers.X-Y|a\nb"
      })
  void whatMakesNoSenseOfAProvider(String setting) {
    String key = "oidc." + setting.substring(0, setting.indexOf('|'));
    String value = setting.substring(setting.indexOf('|') + 1);
    if (value.isEmpty()) {
      assertThat(faults(oidc(key, value))).as("left out").isEmpty();
    } else {
      assertThat(faults(oidc(key, value))).singleElement().asString().startsWith(key);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "authorization_endpoint",
        "token_endpoint",
        "userinfo_endpoint",
        "jwks_uri",
        "end_session_endpoint"
      })
  void anEncryptedProviderHasNoEndpointThatIsNot(String name) {
    String key = "oidc." + name;
    assertThat(faults(oidc(key, "http://127.0.0.1.example.com/x")))
        .containsExactly(
            key
                + "=***: is not encrypted, though oidc.issuer is; write https://, or set"
                + " oidc.allow_http_endpoints if only the cluster's own network is between them");
    assertThat(faults(oidc(key, "https://keys.example.com/x"))).isEmpty();
    for (String here : List.of("localhost", "127.0.0.1:8080", "[::1]:8080")) {
      assertThat(faults(oidc(key, "http://" + here + "/x"))).as(here).isEmpty();
    }
    Map<String, Object> allowed = oidc(key, "http://keycloak.svc.cluster.local:8080/x");
    allowed.put("oidc.allow_http_endpoints", true);
    assertThat(faults(allowed)).as("on purpose").isEmpty();
    Map<String, Object> plain = oidc(key, "http://keys.example.com/x");
    plain.put("oidc.issuer", "http://auth.example.com");
    assertThat(faults(plain)).as("there is a warning at start").isEmpty();
  }

  @Test
  void whoseEndNobodyKnowsIsNotGoodOnce() {
    Map<String, Object> settings = oidc("replay.bearer", true);
    assertThat(faults(settings)).isEmpty();
    settings.put("oidc.token_validation", "both");
    assertThat(faults(settings)).isEmpty();
    settings.put("oidc.token_validation", "userinfo");
    assertThat(faults(settings))
        .singleElement()
        .asString()
        .startsWith("replay.bearer=true: is not possible with oidc.token_validation=userinfo");
    settings.put("replay.enabled", false);
    assertThat(faults(settings)).as("then it says nothing").isEmpty();
  }

  @Test
  void noFaultShowsWhatMayBeASecretOfTheProvider() {
    assertThat(faults(oidc("oidc.issuer", "https://user:hunter2@auth.example.com")))
        .singleElement()
        .asString()
        .doesNotContain("hunter2");
    assertThat(faults(oidc("oidc.custom_headers.X-Key", "hunter2\u00e4")))
        .singleElement()
        .asString()
        .doesNotContain("hunter2");
  }

  private static Map<String, Object> database(Map<String, Object> more) {
    Map<String, Object> settings = new HashMap<>(more);
    settings.put("cache.type", "database");
    settings.put("secret_key", KEY);
    return settings;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"X-User: username", "x-mail: email", "X-Tenant: myTenant", "X-T: my-tenant_1"})
  void headersOfTheAnswer(String header) {
    String[] parts = header.split(": ");
    assertThat(faults(Map.of("response.headers." + parts[0], parts[1]))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Authorization: username",
        "Set-Cookie: username",
        "transfer-encoding: username",
        "Content-Length: username",
        "Proxy-Authorization: username",
        "CamelHttpResponseCode: username",
        "X-Accel-Redirect: myFile",
        "X-User: password",
        "X-User: credential",
        "X-User: my tenant",
        "X User: username",
        "X-Usér: username"
      })
  void headersThatTheAnswerMustNotHave(String header) {
    String[] parts = header.split(": ");
    assertThat(faults(Map.of("response.headers." + parts[0], parts[1]))).hasSize(1);
  }

  @Test
  void settingsOfOwnRoutesAreKnown() {
    ConfigurableEnvironment environment =
        TestSettings.environment(
            Map.of("ELASTAUTH_MY_FOLDER", "/a", "MY_NAME", "b"),
            Map.of("my.folder", "/c", "my.list[0]", "d", "mine.folder", "/e"));
    assertThat(TestSettings.read(environment).unknown()).containsOnlyKeys("elastauth.mine.folder");
  }
}
