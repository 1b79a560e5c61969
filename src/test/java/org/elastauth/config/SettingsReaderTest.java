package org.elastauth.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.elastauth.cache.CacheSettings;
import org.elastauth.identity.IdentitySettings;
import org.elastauth.ratelimit.RateLimitSettings;
import org.elastauth.redis.RedisSettings;
import org.elastauth.redis.RedisUrl;
import org.elastauth.replay.ReplaySettings;
import org.elastauth.session.SessionSettings;
import org.elastauth.startup.Settings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.io.ByteArrayResource;

/** SPEC 7 and 11: every spelling ends in one tree, the environment before the file. */
class SettingsReaderTest {

  /** An environment with these variables and this file, and nothing of the machine's own. */
  private static SettingsReader.Reading<Settings> read(Map<String, Object> variables, String yaml)
      throws Exception {
    StandardEnvironment environment =
        new StandardEnvironment() {
          @Override
          public Map<String, Object> getSystemEnvironment() {
            return variables;
          }
        };
    for (PropertySource<?> source :
        new YamlPropertySourceLoader()
            .load(
                "file",
                new ByteArrayResource(yaml.getBytes(java.nio.charset.StandardCharsets.UTF_8)))) {
      environment.getPropertySources().addLast(source);
    }
    return TestSettings.read(environment);
  }

  private static Settings settings(Map<String, Object> variables) throws Exception {
    SettingsReader.Reading<Settings> reading = read(variables, "");
    assertThat(reading.unreadable()).isEmpty();
    return reading.settings();
  }

  private static Settings settings(String yaml) throws Exception {
    SettingsReader.Reading<Settings> reading = read(Map.of(), yaml);
    assertThat(reading.unreadable()).isEmpty();
    return reading.settings();
  }

  @Test
  void defaults() throws Exception {
    Settings settings = settings("");
    assertThat(settings.listen()).isEqualTo("0.0.0.0:5000");
    assertThat(settings.authProvider()).isEqualTo("authelia");
    assertThat(settings.identity().authelia().headerUsername()).isEqualTo("Remote-User");
    assertThat(settings.identity().trustedProxies()).isEqualTo(IdentitySettings.PRIVATE_NETWORKS);
    assertThat(settings.cache())
        .isEqualTo(
            new CacheSettings(
                "memory",
                Duration.ofHours(1),
                "elastauth-",
                false,
                Duration.ofHours(24),
                "",
                "jdbc:h2:./elastauth-cache",
                500,
                10,
                settings.loaded()));
    assertThat(settings.redis().host()).isEqualTo("localhost:6379");
    assertThat(settings.redis().circuitBreaker())
        .isEqualTo(new RedisSettings.CircuitBreaker(true, 5, Duration.ofSeconds(60)));
    assertThat(settings.elasticsearch().hosts()).containsExactly("http://localhost:9200");
    assertThat(settings.elasticsearch().readTimeout()).isEqualTo(Duration.ofSeconds(10));
    assertThat(settings.roles().groupMappings()).isEmpty();
  }

  @Test
  void theCacheBlocksOfTheSeeds() throws Exception {
    Settings settings =
        settings(
            """
            elastauth:
              cache:
                type: "redis"
                expiration: "2h"
                redis_host: "redis.example.com:6379"
                redis_db: 3
                redis_password: "pw"
                redis_username: "elastauth"
              default_roles: ["kibana_user"]
              group_mappings:
                platform-admins: ["kibana_admin", "superuser"]
                senior_developers: ["dev"]
                "Domain Admins": ["all"]
                a.b: one,two
            """);
    assertThat(settings.cache().type()).isEqualTo("redis");
    assertThat(settings.cache().expiration()).isEqualTo(Duration.ofHours(2));
    assertThat(settings.redis().host()).isEqualTo("redis.example.com:6379");
    assertThat(settings.redis().db()).isEqualTo(3);
    assertThat(settings.redis().password()).isEqualTo("pw");
    assertThat(settings.redis().username()).isEqualTo("elastauth");
    assertThat(settings.roles().defaultRoles()).containsExactly("kibana_user");
    assertThat(settings.roles().groupMappings())
        .isEqualTo(
            Map.of(
                "platform-admins", List.of("kibana_admin", "superuser"),
                "senior_developers", List.of("dev"),
                "Domain Admins", List.of("all"),
                "a.b", List.of("one", "two")));
  }

  @Test
  void theVariablesOfTheSeeds() throws Exception {
    Settings settings =
        settings(
            Map.of(
                "CACHE_REDIS_HOST", "redis:6379",
                "CACHE_REDIS_DB", "0",
                "CACHE_REDIS_PASSWORD", "p${w}d",
                "CACHE_REDIS_USERNAME", "elastauth",
                "CACHE_EXPIRATION", "30m",
                "SECRET_KEY", "00",
                "ELASTICSEARCH_USERNAME", "es",
                "ELASTICSEARCH_PASSWORD", "es-pw"));
    assertThat(settings.cache().type()).as("a Redis host and no type").isEqualTo("redis");
    assertThat(settings.cache().expiration()).isEqualTo(Duration.ofMinutes(30));
    assertThat(settings.redis().password()).as("not a placeholder").isEqualTo("p${w}d");
    assertThat(settings.keys().secretKey()).isEqualTo("00");
    assertThat(settings.elasticsearch().username()).isEqualTo("es");
    assertThat(settings.elasticsearch().password()).isEqualTo("es-pw");
  }

  @Test
  void theEnvironmentWinsOverTheFileAndTheOwnNameOverTheAlias() throws Exception {
    Map<String, Object> variables = new LinkedHashMap<>();
    variables.put("ELASTAUTH_CACHE_KEY_PREFIX", "own-");
    variables.put("REDIS_KEY_PREFIX", "alias-");
    variables.put("REDIS_DB", "7");
    variables.put("CACHE_REDIS_PASSWORD", "");
    SettingsReader.Reading<Settings> reading =
        read(
            variables,
            """
            elastauth:
              cache: {key_prefix: file-, redis_db: 1, redis_password: kept}
              redis: {db: 2, host: "own:1", address: "alias:1"}
            """);
    assertThat(reading.settings().cache().keyPrefix()).isEqualTo("own-");
    assertThat(reading.settings().redis().db()).isEqualTo(7);
    assertThat(reading.settings().redis().host()).isEqualTo("own:1");
    assertThat(reading.settings().redis().password())
        .as("an empty variable is none")
        .isEqualTo("kept");
  }

  @Test
  void groupsFromTheEnvironment() throws Exception {
    SettingsReader.Reading<Settings> reading =
        read(
            Map.of("ELASTAUTH_GROUP_MAPPINGS_PLATFORM_ADMINS", "superuser, monitoring_user"),
            """
            elastauth:
              group_mappings:
                platform-admins: [viewer]
                staff: [viewer]
            """);
    assertThat(reading.settings().roles().groupMappings())
        .isEqualTo(
            Map.of(
                "PLATFORM_ADMINS", List.of("superuser", "monitoring_user"),
                "PLATFORM-ADMINS", List.of("superuser", "monitoring_user"),
                "staff", List.of("viewer")));
  }

  @Test
  void defaultsOfAShell() throws Exception {
    Map<String, Object> variables = new LinkedHashMap<>();
    variables.put("PREFIX", "p-");
    variables.put("DB", "");
    SettingsReader.Reading<Settings> reading =
        read(
            variables,
            """
            elastauth:
              cache: {key_prefix: "${PREFIX:-q-}x", expiration: "${EXPIRATION:-4h}"}
              redis: {db: "${DB:-3}", username: "${NAME:-a$b}"}
            """);
    assertThat(reading.unreadable()).isEmpty();
    assertThat(reading.settings().cache().keyPrefix()).isEqualTo("p-x");
    assertThat(reading.settings().cache().expiration()).isEqualTo(Duration.ofHours(4));
    assertThat(reading.settings().redis().db()).as("an empty variable").isEqualTo(3);
    assertThat(reading.settings().redis().username()).isEqualTo("a$b");
  }

  @Test
  void headersForTheProvider() throws Exception {
    SettingsReader.Reading<Settings> reading =
        read(
            Map.of(
                "ELASTAUTH_OIDC_CUSTOM_HEADERS_X_API_KEY", "a, b", "OIDC_CLIENT_SECRET", "secret"),
            """
            elastauth:
              oidc:
                custom_headers: {"X-Custom-Header": "c, d", x-api-key: e}
                claim_mappings: {groups: realm_access.roles}
            """);
    assertThat(reading.unknown()).isEmpty();
    assertThat(reading.settings().oidc().customHeaders())
        .isEqualTo(Map.of("X-API-KEY", "a, b", "X-Custom-Header", "c, d"));
    assertThat(reading.settings().oidc().claimMappings().groups()).isEqualTo("realm_access.roles");
    assertThat(reading.settings().oidc().clientSecret()).isEqualTo("secret");
  }

  @Test
  void theRedisBlockOfTraefikoidc() throws Exception {
    Settings settings =
        settings(
            """
            elastauth:
              redis:
                enabled: true
                address: "redis:6379"
                password: "your-password"
                db: 2
                keyPrefix: "traefikoidc:"
                cacheMode: "redis"
                poolSize: 20
                connectTimeout: 4
                readTimeout: 2
                writeTimeout: 1
                enableTLS: true
                tlsSkipVerify: true
                enableCircuitBreaker: false
                circuitBreakerThreshold: 7
                circuitBreakerTimeout: 50
                enableHealthCheck: false
                healthCheckInterval: 20
              sessionEncryptionKey: "k"
            """);
    RedisSettings redis = settings.redis();
    assertThat(redis.server())
        .isEqualTo(
            new RedisUrl(
                true, List.of(new RedisUrl.Node("redis", 6379)), "", "", "your-password", 2));
    assertThat(settings.cache().keyPrefix()).isEqualTo("traefikoidc:");
    assertThat(settings.cache().type()).isEqualTo("redis");
    assertThat(redis.poolSize()).isEqualTo(20);
    assertThat(redis.connectTimeout()).isEqualTo(Duration.ofSeconds(4));
    assertThat(redis.readTimeout()).isEqualTo(Duration.ofSeconds(2));
    assertThat(redis.writeTimeout()).isEqualTo(Duration.ofSeconds(1));
    assertThat(redis.tls().skipVerify()).isTrue();
    assertThat(redis.circuitBreaker())
        .isEqualTo(new RedisSettings.CircuitBreaker(false, 7, Duration.ofSeconds(50)));
    assertThat(redis.healthCheck())
        .isEqualTo(new RedisSettings.HealthCheck(false, Duration.ofSeconds(20)));
    assertThat(settings.keys().secretKey()).isEqualTo("k");
  }

  @Test
  void theVariablesOfTraefikoidc() throws Exception {
    Settings settings =
        settings(
            Map.ofEntries(
                Map.entry("REDIS_ENABLED", "true"),
                Map.entry("REDIS_ADDRESS", "redis:6380"),
                Map.entry("REDIS_PASSWORD", "pw"),
                Map.entry("REDIS_DB", "1"),
                Map.entry("REDIS_KEY_PREFIX", "x:"),
                Map.entry("REDIS_CACHE_MODE", "redis"),
                Map.entry("REDIS_POOL_SIZE", "3"),
                Map.entry("REDIS_CONNECT_TIMEOUT", "6"),
                Map.entry("REDIS_READ_TIMEOUT", "4"),
                Map.entry("REDIS_WRITE_TIMEOUT", "2"),
                Map.entry("REDIS_ENABLE_TLS", "true"),
                Map.entry("REDIS_TLS_SKIP_VERIFY", "true")));
    RedisSettings redis = settings.redis();
    assertThat(redis.server())
        .isEqualTo(new RedisUrl(true, List.of(new RedisUrl.Node("redis", 6380)), "", "", "pw", 1));
    assertThat(settings.cache().keyPrefix()).isEqualTo("x:");
    assertThat(redis.poolSize()).isEqualTo(3);
    assertThat(redis.connectTimeout()).isEqualTo(Duration.ofSeconds(6));
    assertThat(redis.readTimeout()).isEqualTo(Duration.ofSeconds(4));
    assertThat(redis.writeTimeout()).isEqualTo(Duration.ofSeconds(2));
    assertThat(redis.tls().skipVerify()).isTrue();
  }

  @Test
  void theVariablesOfAuthly() throws Exception {
    Settings settings =
        settings(
            Map.of(
                "AUTHLY_REDIS_URL", "redis://:pw@redis:6379/0",
                "AUTHLY_REDIS_CACHE", "true",
                "AUTHLY_REDIS_POOL_SIZE", "20",
                "AUTHLY_REDIS_TIMEOUT", "7",
                "AUTHLY_REDIS_KEEPALIVE", "false"));
    assertThat(settings.redis().server().password()).isEqualTo("pw");
    assertThat(settings.cache().type()).isEqualTo("redis");
    assertThat(settings.redis().poolSize()).isEqualTo(20);
    assertThat(settings.redis().connectTimeout()).isEqualTo(Duration.ofSeconds(7));
    assertThat(settings.redis().keepalive()).isFalse();
  }

  @Test
  void whoNamesARedisWantsItUnlessItIsSwitchedOff() throws Exception {
    assertThat(settings(Map.of("CACHE_URL", "redis://redis:6379/1")).cache().type())
        .isEqualTo("redis");
    assertThat(settings(Map.of("REDIS_URL", "redis://redis")).cache().type()).isEqualTo("redis");
    assertThat(settings(Map.of("REDIS_ENABLED", "true")).cache().type()).isEqualTo("redis");
    assertThat(
            settings(Map.of("REDIS_URL", "redis://redis", "CACHE_TYPE", "memory")).cache().type())
        .isEqualTo("memory");
    assertThat(
            settings(Map.of("AUTHLY_REDIS_URL", "redis://redis", "AUTHLY_REDIS_CACHE", "false"))
                .cache()
                .type())
        .isEqualTo("memory");
    assertThat(
            settings("elastauth: {cache: {type: redis}, redis: {host: 'r:1', enabled: false}}")
                .cache()
                .type())
        .as("the rollback switch")
        .isEqualTo("memory");
    assertThat(settings(Map.of("REDIS_ENABLED", "false", "CACHE_TYPE", "file")).cache().type())
        .isEqualTo("file");
  }

  /** Seed 003: rate limiting first, the cache later; and everything back to memory. */
  @Test
  void requestsAreCountedInTheRedisThatIsNamed() throws Exception {
    Settings settings =
        settings(
            Map.of(
                "AUTHLY_REDIS_URL", "redis://redis",
                "AUTHLY_REDIS_CACHE", "false",
                "AUTHLY_REDIS_RATE_LIMIT", "true"));
    assertThat(settings.rateLimit())
        .isEqualTo(new RateLimitSettings(true, 1000, Duration.ofMinutes(1), "redis", "memory"));
    assertThat(settings.usesRedis()).isTrue();
    assertThat(settings(Map.of("REDIS_URL", "redis://redis")).rateLimit().enabled()).isFalse();
    assertThat(settings(Map.of("CACHE_TYPE", "hybrid")).rateLimit().store()).isEqualTo("redis");
    assertThat(settings(Map.of()).rateLimit().store()).isEqualTo("memory");
    assertThat(
            settings(Map.of("REDIS_URL", "redis://r", "ELASTAUTH_RATE_LIMIT_STORE", "memory"))
                .rateLimit()
                .store())
        .isEqualTo("memory");
    settings =
        settings(
            Map.of(
                "AUTHLY_REDIS_URL", "redis://redis",
                "AUTHLY_REDIS_RATE_LIMIT", "true",
                "REDIS_ENABLED", "false"));
    assertThat(settings.rateLimit().store()).as("the rollback switch").isEqualTo("memory");
    assertThat(settings.usesRedis()).isFalse();
  }

  @Test
  void sessionsAndTokensAreSharedWhereTheCacheIs() throws Exception {
    Settings settings = settings("elastauth: {auth_provider: oidc}");
    assertThat(settings.session())
        .isEqualTo(
            new SessionSettings(
                true,
                Duration.ofHours(24),
                "elastauth_session",
                "",
                "memory",
                "memory",
                settings.loaded()));
    assertThat(settings.replay()).isEqualTo(new ReplaySettings(true, false, "memory", "memory"));
    assertThat(settings.usesRedis()).isFalse();

    assertThat(settings("").session().enabled()).as("of OpenID Connect only").isFalse();
    assertThat(settings("").replay().enabled()).isFalse();
    assertThat(settings(Map.of("CACHE_TYPE", "hybrid")).session().store()).isEqualTo("hybrid");
    assertThat(settings(Map.of("CACHE_TYPE", "hybrid")).session().inRedis()).isFalse();
    settings = settings(Map.of("AUTH_PROVIDER", "oidc", "REDIS_URL", "redis://r"));
    assertThat(settings.session().store()).isEqualTo("redis");
    assertThat(settings.replay().store()).isEqualTo("redis");
    settings =
        settings(Map.of("AUTH_PROVIDER", "oidc", "REDIS_URL", "redis://r", "CACHE_TYPE", "memory"));
    assertThat(settings.session().inRedis()).isTrue();
    assertThat(settings.replay().inRedis()).isTrue();
    assertThat(settings.usesRedis()).isTrue();
    settings =
        settings(
            Map.of(
                "AUTH_PROVIDER", "oidc",
                "AUTHLY_REDIS_URL", "redis://r",
                "AUTHLY_REDIS_SESSION", "false"));
    assertThat(settings.session().store()).isEqualTo("memory");
    settings =
        settings(Map.of("AUTH_PROVIDER", "oidc", "CACHE_TYPE", "hybrid", "REDIS_ENABLED", "false"));
    assertThat(settings.session().store()).as("the rollback switch").isEqualTo("memory");
    assertThat(settings.usesRedis()).isFalse();
  }

  @Test
  void theSpellingThatSaysTheOpposite() throws Exception {
    for (String off : List.of("true", "on", "1")) {
      Settings settings =
          settings(
              "elastauth: {authProvider: oidc, disableReplayDetection: "
                  + off
                  + ", sessionMaxAge: 3600}");
      assertThat(settings.replay().enabled()).isFalse();
      assertThat(settings.session().maxAge()).isEqualTo(Duration.ofHours(1));
    }
    assertThat(settings("elastauth: {disableReplayDetection: false}").replay().enabled()).isTrue();
    assertThat(
            read(Map.of(), "elastauth: {disableReplayDetection: true, replay: {enabled: true}}")
                .invalid())
        .extracting(Fault::key)
        .as("a contradiction")
        .containsExactly("replay.enabled");
    SettingsReader.Reading<Settings> reading =
        read(Map.of(), "elastauth: {disableReplayDetection: perhaps}");
    assertThat(reading.unreadable()).extracting(Fault::key).containsExactly("replay.enabled");
    assertThat(reading.unknown()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "log_level, INFO, info",
    "log_level, Debug, debug",
    "log_level, ' warn ', warn",
    "log_format, JSON, json",
    "auth_provider, OIDC, oidc",
    "cache.type, Redis, redis",
    "Cache.Type, ' HYBRID ', hybrid",
    "session.policy, FAIL_OPEN, fail_open",
    "session.policy, fail-closed, fail_closed",
    "oidc.client_auth_method, Client-Secret-Post, client_secret_post",
    "oidc.token_validation, BOTH, both",
    "elasticsearch.adopt, Elastauth, elastauth",
    "rate_limit.enabled, TRUE, true",
    "rate_limit.enabled, Yes, true",
    "rate_limit.enabled, ' on ', true",
    "redis.keepalive, No, false",
    "redis.keepalive, OFF, false",
    "redis.db, ' 7 ', 7",
    "cache.expiration, 2H, 7200000",
    "cache.expiration, ' 90S ', 90000"
  })
  void wordsSwitchesAndUnitsInAnyCase(String name, String text, String value) throws Exception {
    String path = "elastauth." + name.toLowerCase(java.util.Locale.ROOT);
    SettingsReader.Reading<Settings> file =
        TestSettings.read(TestSettings.environment(Map.of(), Map.of(name, text)));
    String variable = path.replace('.', '_').toUpperCase(java.util.Locale.ROOT);
    for (SettingsReader.Reading<Settings> reading :
        List.of(file, read(Map.of(variable, text), ""))) {
      assertThat(reading.unreadable()).isEmpty();
      assertThat(reading.invalid()).noneMatch(fault -> fault.mend().contains("is not one of"));
      assertThat(reading.values().get(path)).hasToString(value);
    }
  }

  /** Not only the value itself, also what follows from it. */
  @Test
  void whatFollowsFromAWordFollowsInAnyCase() throws Exception {
    assertThat(settings(Map.of("AUTH_PROVIDER", "OIDC")).session().enabled()).isTrue();
    assertThat(settings(Map.of("CACHE_TYPE", "HYBRID")).session().store()).isEqualTo("hybrid");
    assertThat(settings(Map.of("CACHE_TYPE", "Redis", "REDIS_ENABLED", "FALSE")).cache().type())
        .isEqualTo("memory");
  }

  @ParameterizedTest
  @CsvSource({
    ":5000, 0.0.0.0, 5000",
    "5000, 0.0.0.0, 5000",
    "*:5000, 0.0.0.0, 5000",
    "0.0.0.0:5000, 0.0.0.0, 5000",
    "[::]:5000, ::, 5000",
    "[::1]:0, ::1, 0",
    "localhost:5000, localhost, 5000",
    "127.0.0.1:65535, 127.0.0.1, 65535",
    "gateway-1.example.org:80, gateway-1.example.org, 80"
  })
  void addressesToListenOn(String listen, String host, int port) throws Exception {
    for (SettingsReader.Reading<Settings> reading :
        List.of(
            read(Map.of("ELASTAUTH_LISTEN", listen), ""),
            read(Map.of(), "elastauth: {listen: \"" + listen + "\"}"))) {
      assertThat(reading.invalid()).isEmpty();
      assertThat(reading.settings().host()).isEqualTo(host);
      assertThat(reading.settings().port()).isEqualTo(port);
    }
    assertThat(settings("elastauth:\n  listen: :5000\n").port())
        .as("without quotes")
        .isEqualTo(5000);
  }

  @ParameterizedTest
  @CsvSource({
    "nowhere",
    ":",
    ":70000",
    "70000",
    "::5000",
    "a:b",
    "http://0.0.0.0:5000",
    "a b:1",
    "-1"
  })
  void noAddressesToListenOn(String listen) throws Exception {
    assertThat(read(Map.of("ELASTAUTH_LISTEN", listen), "").invalid())
        .extracting(Fault::toString)
        .containsExactly("listen=***: is not of the form host:port, :port or port");
  }

  @Test
  void listsFromTheEnvironmentAndEmptyOnes() throws Exception {
    assertThat(
            settings(Map.of("ELASTAUTH_TRUSTED_PROXIES", "10.0.0.0/8, 192.0.2.1/32"))
                .identity()
                .trustedProxies())
        .containsExactly("10.0.0.0/8", "192.0.2.1/32");
    assertThat(settings("elastauth: {trusted_proxies: []}").identity().trustedProxies())
        .as("nobody is a choice")
        .isEmpty();
  }

  @Test
  void whatKubernetesInjectsIsIgnoredWithoutAWord() throws Exception {
    SettingsReader.Reading<Settings> reading =
        read(
            Map.of(
                "ELASTAUTH_PORT", "tcp://10.0.0.1:5000",
                "ELASTAUTH_PORT_5000_TCP_ADDR", "10.0.0.1",
                "ELASTAUTH_SERVICE_HOST", "10.0.0.1",
                "ELASTAUTH_REDIS_SERVICE_PORT_RESP", "6379",
                "ELASTAUTH_REDIS_PORT", "tcp://10.0.0.2:6379",
                "ELASTAUTH_REDIS_PORT_6379_TCP_PROTO", "tcp",
                "ELASTAUTH_LISTEN_PORT", "5000",
                "REDIS_PORT", "tcp://10.0.0.2:6379",
                "ELASTAUTH_TYPO", "x"),
            "");
    assertThat(reading.unreadable()).isEmpty();
    assertThat(reading.unknown()).containsOnlyKeys("ELASTAUTH_TYPO", "ELASTAUTH_LISTEN_PORT");
  }

  @Test
  void unknownKeysAreNamedAsTheyWereWritten() throws Exception {
    SettingsReader.Reading<Settings> reading =
        read(Map.of(), "elastauth: {cache: {typo: 1, type: memory}, authelia: {x: 1}}");
    assertThat(reading.unknown()).containsOnlyKeys("elastauth.cache.typo", "elastauth.authelia.x");
  }

  @Test
  void everyFaultIsCollectedAndSecretsStayHidden() throws Exception {
    SettingsReader.Reading<Settings> reading =
        read(
            Map.of("ELASTAUTH_REDIS_DB", "x"),
            """
            elastauth:
              cache: {expiration: never}
              enable_group_whitelist: perhaps
              redis: {password: "${NOT_SET_ANYWHERE}"}
            """);
    assertThat(reading.unreadable().stream().map(Fault::toString))
        .containsExactlyInAnyOrder(
            "redis.db=x: not a whole number",
            "cache.expiration=never: not a duration; write it like 90s, 30m, 4h or 1h30m",
            "enable_group_whitelist=perhaps: neither true nor false",
            "redis.password: refers to the variable NOT_SET_ANYWHERE, which is not set; set it, or write"
                + " ${NOT_SET_ANYWHERE:default} (file:4)");
  }

  /** What looks like a variable can be a part of a password. */
  @ParameterizedTest
  @CsvSource({"abc${TopSecret1}def", "${TopSecret1}", "abc${TOPSECRET1}def", "${A:${TOPSECRET1}"})
  void aPartOfASecretIsNotNamed(String password) throws Exception {
    assertThat(read(Map.of(), "elastauth: {redis: {password: '" + password + "'}}").faults())
        .singleElement()
        .hasToString(
            "redis.password: refers to a variable that is not set; set it, write ${NAME:default},"
                + " or write \\${ for the characters ${ (file:1)");
  }

  @Test
  void aPasswordCanContainTheBeginningOfAVariable() throws Exception {
    String text = "elastauth: {redis: {password: 'abc\\${TopSecret1}def'}}";
    assertThat(read(Map.of(), text).settings().redis().password()).isEqualTo("abc${TopSecret1}def");
  }

  @ParameterizedTest
  @CsvSource({"90s,90", "30m,1800", "4h,14400", "1h30m,5400", "45,45", "2d,172800", "0s,0"})
  void durations(String text, long seconds) {
    assertThat(Setting.duration(text)).isEqualTo(Duration.ofSeconds(seconds));
  }

  @ParameterizedTest
  @CsvSource({"''", "1x", "h", "-5s", "1.5h", "30m1h", "99999999999", "1 h"})
  void noDurations(String text) {
    org.assertj.core.api.Assertions.assertThatThrownBy(() -> Setting.duration(text))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
