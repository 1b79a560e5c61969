package org.elastauth.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.elastauth.config.SecretFiles;
import org.elastauth.config.TestSettings;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.FaultyTcpProxy;
import org.elastauth.server.GatewayPool;
import org.elastauth.server.KeycloakServer;
import org.elastauth.server.KeycloakServer.Tokens;
import org.elastauth.server.RedisServer;
import org.elastauth.server.Servers;
import org.elastauth.server.TestGateway;
import org.elastauth.startup.Settings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the areas find at real servers. */
@ExtendWith({Servers.class, GatewayPool.class})
@Timeout(180)
class DoctorIT {
  private static final int NOBODY = 1;
  private static final String OTHER_KEY = "5a".repeat(32);

  private static RedisServer redis;
  private static ElasticsearchServer elasticsearch;
  private static KeycloakServer keycloak;

  @BeforeAll
  static void start(RedisServer cache, ElasticsearchServer users, KeycloakServer provider) {
    redis = cache;
    elasticsearch = users;
    keycloak = provider;
  }

  @AfterEach
  void restore() {
    redis.admin().replicaofNoOne();
    redis.admin().configSet("maxmemory", "0");
    redis.admin().configSet("maxmemory-policy", "noeviction");
  }

  private static Settings settings(Object... pairs) {
    Map<String, Object> values = new HashMap<>();
    values.put("secret_key", TestGateway.KEY);
    values.put("default_roles", "viewer");
    for (int i = 0; i < pairs.length; i += 2) {
      values.put((String) pairs[i], pairs[i + 1]);
    }
    return TestSettings.of(values);
  }

  private static List<String> redis(String address, Object... pairs) {
    Object[] all = new Object[pairs.length + 2];
    all[0] = "redis.host";
    all[1] = address;
    System.arraycopy(pairs, 0, all, 2, pairs.length);
    return Found.by(new RedisFindings(settings(all), SecretFiles.NONE));
  }

  @Test
  void aUsualRedisHasNoFault() {
    assertThat(redis(redis.address()))
        .contains(
            "ok " + redis.address() + ": connected without TLS, to a single server, for cache",
            "ok "
                + redis.address()
                + ": the default user has all rights that the configured features need")
        .anyMatch(line -> line.matches("ok .*: Redis \\d+\\.\\d+\\.\\d+ answers in .* ms"))
        .anyMatch(
            line ->
                line.matches(
                    "ok .*: its clock (is \\d+ ms (ahead of|behind)|agrees with) this one"))
        .noneMatch(line -> line.startsWith("fault") || line.startsWith("warning"));
    assertThat(redis.template().keys("*")).isEmpty();
  }

  @Test
  void missingRightsAreNamedByFeature() {
    redis.acl("examined", "-set");
    assertThat(
            redis(
                redis.address(),
                "redis.username",
                "examined",
                "redis.password",
                "pw",
                "rate_limit.enabled",
                true))
        .anySatisfy(
            line ->
                assertThat(line)
                    .startsWith("warning")
                    .contains("the user examined lacks rights for the credential cache: +set;")
                    .endsWith("ACL SETUSER examined +set"))
        .anySatisfy(
            line ->
                assertThat(line)
                    .startsWith("warning")
                    .contains("for rate limiting: +eval +evalsha;"))
        .anySatisfy(line -> assertThat(line).startsWith("note").contains("+publish", "revocation"))
        .anySatisfy(line -> assertThat(line).startsWith("note").contains("NOPERM", "+info"))
        .noneMatch(line -> line.startsWith("fault"));
  }

  @Test
  void aReplicaThatEvictsSessionsIsFound() {
    redis.admin().configSet("maxmemory", "100mb");
    redis.admin().configSet("maxmemory-policy", "allkeys-lru");
    redis.admin().replicaof("127.0.0.1", NOBODY);
    assertThat(redis(redis.address(), "session.enabled", true))
        .anySatisfy(
            line -> assertThat(line).startsWith("fault").contains("it refuses writes: READONLY"))
        .anySatisfy(
            line ->
                assertThat(line)
                    .startsWith("fault")
                    .contains("a replica that has lost its master", "127.0.0.1:" + NOBODY));
    redis.admin().replicaofNoOne();
    assertThat(redis(redis.address(), "session.enabled", true))
        .anySatisfy(
            line -> assertThat(line).startsWith("warning").contains("maxmemory-policy is allkeys"))
        .anySatisfy(line -> assertThat(line).startsWith("warning").contains("ends all sessions"));
  }

  @Test
  void aRedisThatHangsIsOneFindingAndHoldsNothingUp() {
    try (FaultyTcpProxy proxy = FaultyTcpProxy.to(redis.address()).stuck()) {
      Settings settings = settings("redis.host", proxy.address());
      Area hanging = new Area("Redis", new RedisFindings(settings, SecretFiles.NONE));
      Area other = new Area("Identity", new IdentityFindings(settings));
      Report report = new Examiner(Duration.ofSeconds(1)).examine(List.of(hanging, other));
      assertThat(report.sections().get(0).findings())
          .singleElement()
          .satisfies(
              finding ->
                  assertThat(finding.what())
                      .endsWith("while it connected to Redis at " + proxy.address()));
      assertThat(report.sections().get(1).findings())
          .extracting(Finding::level)
          .containsOnly(Level.OK);
      assertThat(redis(proxy.address(), "redis.connect_timeout", "100ms"))
          .singleElement()
          .asString()
          .startsWith("fault " + proxy.address() + ": Redis gives no usable answer: ")
          .contains(" -> Redis may be frozen");
    }
  }

  private static List<String> elasticsearch(Object... pairs) {
    Map<String, Object> values = new HashMap<>();
    values.put("secret_key", TestGateway.KEY);
    values.put("default_roles", "viewer");
    values.put("elasticsearch.hosts", elasticsearch.url());
    values.put("elasticsearch.username", ElasticsearchServer.GATEWAY);
    values.put("elasticsearch.password", ElasticsearchServer.GATEWAY_PASSWORD);
    for (int i = 0; i < pairs.length; i += 2) {
      values.put((String) pairs[i], pairs[i + 1]);
    }
    return Found.by(new ElasticsearchFindings(TestSettings.of(values), SecretFiles.NONE));
  }

  @Test
  void aPortWithoutTlsIsNamed() {
    String encrypted = elasticsearch.url().replace("http:", "https:");
    assertThat(elasticsearch("elasticsearch.hosts", encrypted))
        .anySatisfy(
            line ->
                assertThat(line)
                    .startsWith(
                        "fault " + encrypted + ": this port of Elasticsearch does not use TLS")
                    .contains("write http://"));
  }

  @Test
  void theAccountItsUsersAndTheirKeyAreFound() {
    try (TestGateway gateway = TestGateway.builder().on(elasticsearch).borrow()) {
      gateway.login("examined.user");
      String address = "127.0.0.1:" + gateway.port();
      assertThat(Found.by(new ListenFindings(settings("listen", address))))
          .containsExactly("ok http://" + address + "/health: a gateway runs here, and is healthy");
    }
    long version = elasticsearch.version("examined.user");
    assertThat(elasticsearch())
        .contains(
            "ok " + elasticsearch.url() + ": it answers, and accepts the gateway's account",
            "ok elasticsearch.username: elastauth may read and write users (manage_security)",
            "ok group_mappings: the roles of group_mappings and default_roles exist (1)",
            "ok native realm: Elasticsearch accepts the password that the gateway computes for a"
                + " user")
        .anyMatch(line -> line.matches("ok .*: users that gateways have created: [1-9].*"))
        .anyMatch(
            line ->
                line.matches(
                    "(ok|note) reserved names: no login can be a built-in account, such as elastic,.* elastauth.*"))
        .noneMatch(line -> line.startsWith("fault"));
    assertThat(elasticsearch("secret_key", OTHER_KEY))
        .anySatisfy(
            line ->
                assertThat(line)
                    .startsWith("warning secret_key: ")
                    .containsPattern(
                        "the valid password of (1 user|\\d+ users) is from the secret key ")
                    .contains("which this gateway does not have"));
    assertThat(elasticsearch.version("examined.user")).as("nothing is written").isEqualTo(version);
  }

  @Test
  void anAccountOfAnotherRealmMayMonitor() {
    assertThat(
            elasticsearch(
                "elasticsearch.username",
                ElasticsearchServer.ADMIN,
                "elasticsearch.password",
                ElasticsearchServer.ADMIN_PASSWORD,
                "secret_key",
                OTHER_KEY))
        .anyMatch(line -> line.matches("ok .*: Elasticsearch [6-9]\\..* answers \\(cluster .*\\)"))
        .anyMatch(
            line ->
                line.matches(
                    "ok .*: its clock (is \\d+ ms (ahead of|behind)|agrees with) this one"))
        .anySatisfy(line -> assertThat(line).startsWith("warning").contains("is a superuser"))
        .anySatisfy(
            line -> assertThat(line).startsWith("note native realm: ").contains("the realm file"));
  }

  @Test
  void rolesThatAreNoRolesForUsersAreNamed() {
    assertThat(
            elasticsearch(
                "default_roles",
                "superuser",
                "group_mappings.a",
                "no_such_role",
                "group_mappings.b",
                "kibana_system",
                "group_mappings.c",
                "elastauth_gateway,superuser"))
        .anySatisfy(
            line ->
                assertThat(line)
                    .startsWith(
                        "warning group_mappings: roles that Elasticsearch does not know: no_such_role;"))
        .anySatisfy(
            line -> assertThat(line).startsWith("warning").contains("services: kibana_system"))
        .anySatisfy(
            line ->
                assertThat(line)
                    .startsWith("warning")
                    .contains("gateway's own account: elastauth_gateway"))
        .anySatisfy(line -> assertThat(line).startsWith("warning default_roles: every user"))
        .anySatisfy(
            line ->
                assertThat(line)
                    .startsWith("note")
                    .contains("groups whose users become superusers: c"));
  }

  @Test
  void aHostThatFailsDoesNotHideTheOthers() {
    assertThat(
            elasticsearch(
                "elasticsearch.hosts", "http://127.0.0.1:" + NOBODY + "," + elasticsearch.url()))
        .anySatisfy(
            line -> assertThat(line).startsWith("fault http://127.0.0.1:1: ").contains("refused"))
        .anyMatch(line -> line.startsWith("ok elasticsearch.username: "));
    assertThat(elasticsearch("elasticsearch.password", "hunter2"))
        .singleElement()
        .asString()
        .startsWith("fault " + elasticsearch.url() + ": ")
        .contains("rejects the gateway's own account (401)")
        .doesNotContain("hunter2");
  }

  private static List<String> provider(String token, Object... pairs) {
    Map<String, Object> values = new HashMap<>();
    values.put("auth_provider", "oidc");
    values.put("oidc.issuer", keycloak.issuer());
    values.put("oidc.client_id", KeycloakServer.CLIENT);
    values.put("oidc.client_secret", KeycloakServer.CLIENT_SECRET);
    values.put("oidc.redirect_url", "https://kibana.example.org/elastauth/oidc/callback");
    values.put("group_mappings.platform-admins", "superuser");
    for (int i = 0; i < pairs.length; i += 2) {
      values.put((String) pairs[i], pairs[i + 1]);
    }
    List<String> found = Found.by(new ProviderFindings(TestSettings.of(values), token));
    if (!token.isEmpty()) {
      assertThat(String.join("\n", found)).doesNotContain(token, token.split("\\.")[1]);
    }
    return found;
  }

  @Test
  void theProviderItsKeysAndATokenAreAccepted() {
    assertThat(provider(keycloak.token(KeycloakServer.JOHN)))
        .contains(
            "ok oidc.issuer: the provider answers, and names itself as configured",
            "ok oidc.client_auth_method: the provider supports client_secret_basic",
            "ok token: its signature (RS256) is valid",
            "ok token: its issuer, audience, use and times are accepted",
            "ok oidc.claim_mappings.username: the claim preferred_username is john.doe",
            "ok token: the user is john.doe, in the groups [developers, platform-admins, sales,"
                + " europe], and receives the roles [superuser]")
        .anyMatch(line -> line.matches("ok .*/certs: usable keys: 1 × RS256 \\(kid .+\\)"))
        .noneMatch(line -> line.startsWith("fault"));
  }

  @ParameterizedTest(name = "{0}={1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "oidc.client_id                | other         | token | for another audience",
        "oidc.claim_mappings.username  | upn           | oidc.claim_mappings.username | has no claim upn",
        "group_mappings.platform-admins | | token | and receives no role",
        "oidc.jwks_uri                 | http://127.0.0.1:1/keys | http://127.0.0.1:1/keys | does not give its keys",
      })
  void aSettingThatDoesNotFitTheTokenIsAFault(
      String setting, String value, String where, String text) {
    assertThat(provider(keycloak.token(KeycloakServer.JOHN), setting, value == null ? "" : value))
        .anySatisfy(line -> assertThat(line).startsWith("fault " + where + ": ").contains(text));
  }

  @Test
  void aTokenOfAnotherUseOrADamagedOneIsAFault() {
    Tokens tokens = keycloak.tokens(KeycloakServer.JOHN);
    assertThat(provider(tokens.id()))
        .anySatisfy(
            line -> assertThat(line).startsWith("fault token: ").contains("is an ID token"));
    String[] parts = tokens.access().split("\\.");
    String swapped = parts[0] + "." + parts[1] + "." + tokens.id().split("\\.")[2];
    assertThat(provider(swapped))
        .anySatisfy(
            line -> assertThat(line).startsWith("fault token: ").contains("(RS256) is not valid"));
    assertThat(provider("no.jwt.atall"))
        .anySatisfy(line -> assertThat(line).contains("the token is not a signed JWT"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/realms/none"})
  void anIssuerThatIsNotTheProvidersIsAFault(String path) {
    assertThat(provider("", "oidc.issuer", keycloak.issuer() + path))
        .anySatisfy(
            line -> assertThat(line).startsWith("fault ").contains("oidc.issuer").contains(" -> "));
  }
}
