package org.elastauth.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.elastauth.config.SettingsReader.Reading;
import org.elastauth.startup.Settings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Issue "Settings": the names that elastauth 1 and 2, Keyline, traefikoidc and Authly publish. */
class OtherNamesTest {
  private static Reading<Settings> variables(Map<String, Object> variables) {
    return TestSettings.read(TestSettings.environment(variables, Map.of()));
  }

  private static Reading<Settings> file(Map<String, Object> values) {
    return TestSettings.read(TestSettings.environment(Map.of(), values));
  }

  /** Such a name has the same effect as the setting's own, and is known. */
  private static void assertSame(Reading<Settings> other, String path, String value) {
    assertThat(other.unknown()).isEmpty();
    Reading<Settings> own = file(Map.of(path, value));
    assertThat(own.unknown()).as(path).isEmpty();
    assertThat(other.settings()).isEqualTo(own.settings());
    assertThat(other.unreadable()).isEmpty();
    assertThat(other.settings()).as("it has an effect").isNotEqualTo(file(Map.of()).settings());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // elastauth 1, as ELASTAUTH_… and as a key of its config.yml
        "cache_type             | cache.type                 | redis",
        "cache_expire           | cache.expiration           | 2h",
        "extend_cache           | cache.extend               | true",
        "redis_host             | redis.host                 | redis:6380",
        "redis_db               | redis.db                   | 3",
        "redis_expire_seconds   | cache.expiration           | 90",
        "elasticsearch_host     | elasticsearch.hosts        | http://es:9200",
        "elasticsearch_user     | elasticsearch.username     | gateway",
        "elasticsearch_username | elasticsearch.username     | gateway",
        "elasticsearch_password | elasticsearch.password     | secret",
        "elasticsearch_dry_run  | elasticsearch.dry_run      | true",
        "headers_username       | authelia.header_username   | X-User",
        "headers_groups         | authelia.header_groups     | X-Groups",
        "headers_email          | authelia.header_email      | X-Email",
        "headers_name           | authelia.header_name       | X-Name",
        "headers_Email          | authelia.header_email      | X-Email",
        "insecure_skip_verify   | elasticsearch.tls.insecure_skip_verify | true",
        "enable_group_whitelist | enable_group_whitelist     | true",
        "group_whitelist        | group_whitelist            | admins,developers",
        "default_roles          | default_roles              | viewer,editor",
        "log_level              | log_level                  | debug",
        "log_format             | log_format                 | json",
        "listen                 | listen                     | 127.0.0.1:5001",
        "secret_key             | secret_key                 | ab",
        // elastauth 2
        "auth_provider          | auth_provider              | oidc",
        "cache_redis_host       | redis.host                 | redis:6380",
        "cache_redis_db         | redis.db                   | 3",
        "cache_redis_username   | redis.username             | gateway",
        "cache_redis_password   | redis.password             | secret",
        "cache.expiration       | cache.expiration           | 2h",
        "cache.path             | cache.path                 | /cache",
        "elasticsearch_hosts    | elasticsearch.hosts        | http://a:9200,http://b:9200",
        "elasticsearch_hosts_0  | elasticsearch.hosts        | http://a:9200",
        "authelia_header_username | authelia.header_username | X-User",
        "oidc_issuer            | oidc.issuer                | https://a",
        "oidc_scopes            | oidc.scopes                | openid,mail",
        "oidc_use_pkce          | oidc.use_pkce              | false",
        "oidc_claim_mappings_full_name | oidc.claim_mappings.full_name | cn",
        // Keyline
        "server.port            | listen                     | 9000",
        "server.read_timeout    | http.request_timeout       | 30s",
        "oidc.enabled           | auth_provider              | oidc",
        "oidc.issuer_url        | oidc.issuer                | https://a",
        "oidc.user_identity_claim | oidc.claim_mappings.username | email",
        "session.ttl            | session.max_age            | 2h",
        "oidc.session_duration  | session.max_age            | 2h",
        "cache.backend          | cache.type                 | redis",
        "cache.redis_url        | redis.url                  | redis://redis:6379",
        "cache.credential_ttl   | cache.expiration           | 2h",
        "user_management.credential_ttl | cache.expiration   | 2h",
        "cache.encryption_key   | secret_key                 | ab",
        "default_es_roles       | default_roles              | viewer",
        "elasticsearch.url      | elasticsearch.hosts        | http://es:9200",
        "elasticsearch.admin_user | elasticsearch.username   | gateway",
        "elasticsearch.admin_password | elasticsearch.password | secret",
        "elasticsearch.timeout  | elasticsearch.read_timeout | 30s",
        "elasticsearch.insecure_skip_verify | elasticsearch.tls.insecure_skip_verify | true",
        "observability.log_level | log_level                 | debug",
        "observability.log_format | log_format               | json",
        "redis.addr             | redis.host                 | redis:6380"
      })
  void aNameOfElastauthOrKeyline(String name, String path, String value) {
    String given = name.equals("oidc.enabled") ? "true" : value;
    String variable = "ELASTAUTH_" + name.replace('.', '_').toUpperCase(Locale.ROOT);
    assertSame(variables(Map.of(variable, given)), path, value);
    if (!name.endsWith("_0")) {
      assertSame(file(Map.of(name, given)), path, value);
      assertSame(file(Map.of(name.replace('_', '-'), given)), path, value);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "ELASTICSEARCH_HOST, elasticsearch.hosts, http://es:9200",
    "ELASTICSEARCH_USER, elasticsearch.username, gateway",
    "AUTHELIA_HEADER_USERNAME, authelia.header_username, X-User",
    "AUTHELIA_HEADER_GROUPS, authelia.header_groups, X-Groups",
    "AUTHELIA_HEADER_EMAIL, authelia.header_email, X-Email",
    "AUTHELIA_HEADER_NAME, authelia.header_name, X-Name",
    "AUTHLY_REDIS_CACHE, cache.type, redis",
    "AUTHLY_REDIS_SESSION, session.store, redis",
    "AUTHLY_REDIS_TIMEOUT, redis.connect_timeout, 7"
  })
  void aVariableWithoutOurPrefix(String name, String path, String value) {
    String given = value.equals("redis") ? "TRUE" : value;
    assertSame(variables(Map.of(name, given)), path, value);
  }

  /** As elastauth 2 numbers its hosts; so do Spring and Docker's tools with any list. */
  @Test
  void theItemsOfAListMayBeNumbered() {
    Map<String, Object> hosts = new HashMap<>();
    hosts.put("ELASTAUTH_ELASTICSEARCH_HOSTS_1", "http://b:9200");
    hosts.put("ELASTAUTH_ELASTICSEARCH_HOSTS_0", "http://a:9200");
    hosts.put("ELASTAUTH_ELASTICSEARCH_HOSTS_10", "http://c:9200");
    hosts.put("ELASTAUTH_DEFAULT_ROLES_0", "viewer");
    hosts.put("ELASTAUTH_TRUSTED_PROXIES_0", "192.0.2.1/32");
    Reading<Settings> reading = variables(hosts);
    assertThat(reading.unknown()).isEmpty();
    assertThat(reading.settings().elasticsearch().hosts())
        .containsExactly("http://a:9200", "http://b:9200", "http://c:9200");
    assertThat(reading.settings().roles().defaultRoles()).containsExactly("viewer");
    assertThat(reading.settings().identity().trustedProxies()).containsExactly("192.0.2.1/32");
    assertThat(variables(Map.of("ELASTAUTH_REDIS_DB_0", "1")).unknown()).isNotEmpty();
  }

  /** They are variables of the file's author, not ours. */
  @Test
  void otherVariablesWithoutOurPrefixAreNotRead() {
    assertThat(
            variables(
                    Map.of(
                        "REDIS_HOST", "other:1",
                        "ELASTICSEARCH_HOST_1", "http://other:1",
                        "LISTEN", "1",
                        "HEADERS_USERNAME", "X"))
                .settings())
        .isEqualTo(variables(Map.of()).settings());
  }

  /** A Service named elastauth-server, say. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "ELASTAUTH_SERVER_PORT=tcp://10.0.0.1:80",
        "ELASTAUTH_REDIS_PORT=tcp://10.0.0.1:6379",
        "ELASTAUTH_SERVER_SERVICE_PORT=80",
        "ELASTAUTH_ELASTICSEARCH_SERVICE_HOST=10.0.0.1"
      })
  void whatKubernetesInjectsIsNoSetting(String variable) {
    String[] parts = variable.split("=");
    Reading<Settings> reading = variables(Map.of(parts[0], parts[1]));
    assertThat(reading.unknown()).isEmpty();
    assertThat(reading.settings()).isEqualTo(variables(Map.of()).settings());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ELASTAUTH_REDIS_HOST=a:1 CACHE_REDIS_HOST=b:1|redis.host|CACHE_REDIS_HOST and ELASTAUTH_REDIS_HOST",
        "ELASTAUTH_CACHE_REDIS_HOST=a:1 ELASTAUTH_REDIS_HOST=b:1|redis.host|ELASTAUTH_CACHE_REDIS_HOST and ELASTAUTH_REDIS_HOST",
        "ELASTAUTH_REDIS_PASSWORD=a1 REDIS_PASSWORD=b1|redis.password|ELASTAUTH_REDIS_PASSWORD and REDIS_PASSWORD",
        "CACHE_TYPE=hybrid AUTHLY_REDIS_CACHE=true|cache.type|AUTHLY_REDIS_CACHE and CACHE_TYPE",
        "ELASTAUTH_ELASTICSEARCH_HOSTS=http://a ELASTAUTH_ELASTICSEARCH_HOSTS_0=http://b|elasticsearch.hosts|ELASTAUTH_ELASTICSEARCH_HOSTS and ELASTAUTH_ELASTICSEARCH_HOSTS_0"
      })
  void twoNamesWithDifferentValuesAreOneFaultThatNamesBoth(
      String variables, String path, String names) {
    Map<String, Object> given =
        Stream.of(variables.split(" "))
            .map(variable -> variable.split("=", 2))
            .collect(Collectors.toMap(parts -> parts[0], parts -> parts[1]));
    assertThat(variables(given).invalid())
        .filteredOn(fault -> fault.mend().startsWith("has different values"))
        .singleElement()
        .asString()
        .isEqualTo(path + ": has different values as " + names + "; remove all but one of them");
  }

  @Test
  void aFileMayContradictItselfToo() {
    assertThat(
            file(Map.of("elasticsearch.host", "http://a:1", "elasticsearch.hosts[0]", "http://b:1"))
                .invalid())
        .extracting(Fault::toString)
        .containsExactly(
            "elasticsearch.hosts: has different values as elasticsearch.host and"
                + " elasticsearch.hosts; remove all but one of them");
    assertThat(
            file(Map.of("cache.redis_password", "secret1", "redis.password", "secret2")).invalid())
        .singleElement()
        .asString()
        .doesNotContain("secret1", "secret2");
  }

  @Test
  void namesThatAgreeAreNoFault() {
    assertThat(
            variables(
                    Map.of(
                        "CACHE_TYPE", "Redis",
                        "AUTHLY_REDIS_CACHE", "yes",
                        "ELASTAUTH_CACHE_EXPIRATION", "1h",
                        "ELASTAUTH_CACHE_EXPIRE", "3600",
                        "ELASTAUTH_REDIS_DB", "1",
                        "CACHE_REDIS_DB", "01",
                        "SECRET_KEY", OtherNamesTest.class.getName()))
                .invalid())
        .noneMatch(fault -> fault.mend().startsWith("has different"));
    assertThat(file(Map.of("cache.redis_password", "", "redis.password", "p")).settings().redis())
        .as("an empty value is none")
        .isEqualTo(file(Map.of("redis.password", "p")).settings().redis());
  }

  /** A variable under any name overrides a file. */
  @Test
  void differentPlacesMayDiffer() {
    Reading<Settings> reading =
        TestSettings.read(
            TestSettings.environment(
                Map.of("CACHE_REDIS_HOST", "b:1"), Map.of("redis.host", "a:1", "redis.db", "2")));
    assertThat(reading.invalid()).extracting(Fault::key).doesNotContain("redis.host");
    assertThat(reading.settings().redis().host()).isEqualTo("b:1");
    assertThat(reading.settings().redis().db()).isEqualTo(2);
  }

  @Test
  void noNameMeansTwoSettings() {
    List<String> names = new ArrayList<>();
    TestSettings.all()
        .forEach(
            (path, setting) -> {
              names.add(SettingNames.plain(path));
              for (String alias : setting.aliases()) {
                String name = alias.split("=")[0];
                names.add(Setting.isVariable(name) ? name : SettingNames.plain(name));
              }
            });
    assertThat(names).doesNotHaveDuplicates();
  }
}
