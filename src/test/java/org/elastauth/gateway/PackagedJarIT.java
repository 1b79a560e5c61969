package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.camel.component.seda.SedaComponent;
import org.awaitility.Awaitility;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.PackagedJar;
import org.elastauth.server.RedisServer;
import org.elastauth.server.Servers;
import org.elastauth.server.TestGateway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What people download: the jar by itself, in a folder of its own. */
@ExtendWith(Servers.class)
@Timeout(90)
class PackagedJarIT {
  @TempDir Path folder;
  private final int port = RedisServer.freePort();
  private PackagedJar jar;

  @AfterEach
  void stop() {
    if (jar != null) {
      jar.close();
    }
  }

  private void run(Map<String, String> environment, String... arguments) {
    Map<String, String> all = new HashMap<>(environment);
    all.put("ELASTAUTH_SHUTDOWN_DRAIN", "0s");
    jar = PackagedJar.runDownloaded(folder, all, arguments);
  }

  private String log() {
    return jar.output();
  }

  private int exitCode() throws InterruptedException {
    return jar.exitCode();
  }

  private HttpResponse<String> get(String path, String... headers) throws Exception {
    return jar.get(port, path, headers);
  }

  private void awaitReady() {
    jar.awaitReady(port);
  }

  @Test
  void startsAnywhereWithNothingAndSaysWhatProductionWouldMiss() throws Exception {
    Path classes = folder.resolve("classes.log");
    run(
        Map.of(
            "ELASTAUTH_LISTEN",
            "127.0.0.1:" + port,
            "JAVA_TOOL_OPTIONS",
            "-Xlog:class+load:file=" + classes));
    awaitReady();
    assertThat(classes)
        .content()
        .as("a start takes no CPU for the commands")
        .contains(" org.elastauth.startup.Gateway ")
        .doesNotContain(" picocli.", " org.elastauth.command.");
    assertThat(get("/health").body()).contains("\"mode\":\"memory\"");
    assertThat(log())
        .contains("using memory backends")
        .containsPattern(
            "Routes loaded files=\"\\d+\" of=\"\\d+\" replacing=\"none\" added=\"none\"")
        .contains("secret_key is not set")
        .contains("elasticsearch.username and elasticsearch.password are not set")
        .contains("neither group_mappings nor default_roles are set")
        .contains("trusted_proxies is at its default")
        .doesNotContain("Exception");
    assertThat(get("/elastauth", "Remote-User", "jar.nobody").statusCode()).isEqualTo(403);
  }

  @Test
  void aRouteUsesAComponentOfItsOwnAndSettingsOfItsOwn() throws Exception {
    Path component =
        Path.of(SedaComponent.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    Files.copy(
        component, Files.createDirectory(folder.resolve("lib")).resolve(component.getFileName()));
    Files.writeString(folder.resolve("config.yml"), "my: {first: file, second: file}");
    Files.writeString(
        folder.resolve("application.yaml"),
        "my: {third: yaml}\nelastauth: {my: {third: below, fourth: yaml}}");
    Files.writeString(
        Files.createDirectory(folder.resolve("routes")).resolve("own.camel.yaml"),
        """
        - route:
            id: own
            from:
              uri: timer:own?repeatCount=1&delay=0
              steps:
                - to:
                    uri: seda:own
        - route:
            id: own-end
            from:
              uri: seda:own
              steps:
                - log:
                    message: "read {{my.first}} {{my.second}} {{my.third}} {{my.fourth}} {{my.some-thing}} {{my.last}}"
        """);
    run(
        Map.of(
            "ELASTAUTH_LISTEN", "127.0.0.1:" + port,
            "ELASTAUTH_ELASTICSEARCH_DRY_RUN", "true",
            "ELASTAUTH_MY_SECOND", "variable",
            "MY_SOME_THING", "variable"),
        "--my.last=option",
        "--elastauth.my.first=option");
    awaitReady();
    Awaitility.await("the route has run").until(() -> log().contains("read "));
    assertThat(log())
        .contains("read option variable yaml yaml variable option")
        .doesNotContain("nknown setting");
  }

  /** SPEC 13.10: no password and no key in a log. */
  @Test
  void elastauthsOwnVariablesConfigureIt(ElasticsearchServer elasticsearch, RedisServer redis)
      throws Exception {
    run(
        Map.of(
            "ELASTAUTH_LISTEN",
            "127.0.0.1:" + port,
            "SECRET_KEY",
            TestGateway.KEY,
            "CACHE_REDIS_HOST",
            redis.address(),
            "CACHE_EXPIRATION",
            "2h",
            "ELASTAUTH_ELASTICSEARCH_HOSTS",
            elasticsearch.url(),
            "ELASTICSEARCH_USERNAME",
            ElasticsearchServer.GATEWAY,
            "ELASTICSEARCH_PASSWORD",
            ElasticsearchServer.GATEWAY_PASSWORD,
            "ELASTAUTH_GROUP_MAPPINGS_PLATFORM_ADMINS",
            "superuser,viewer",
            "ELASTAUTH_LOG_FORMAT",
            "json",
            "ELASTAUTH_LOG_LEVEL",
            "debug"));
    awaitReady();
    redis.flush();
    HttpResponse<String> response =
        get("/elastauth", "Remote-User", "jar.user", "Remote-Groups", "platform-admins");
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    assertThat(elasticsearch.user("jar.user").path("roles").toString())
        .isEqualTo("[\"superuser\",\"viewer\"]");
    assertThat(
            get("/elastauth", "Remote-User", "jar.user", "Remote-Groups", "platform-admins")
                .statusCode())
        .isEqualTo(200);
    assertThat(log())
        .contains("{\"level\":\"info\",\"msg\":\"Redis integration enabled\"")
        .contains("\"msg\":\"Using Redis caching backend\"")
        .contains("\"msg\":\"Redis connection initialized successfully\"")
        .containsPattern(
            "\"level\":\"debug\",\"msg\":\"Cache miss\".*\"cacheKey\":\"elastauth-amFyLnVzZXI%3D\",\"user\":\"jar.user\"")
        .contains("\"msg\":\"Cache hit\"");
    String authorization = TestGateway.authorization(response).orElseThrow();
    String password =
        new String(
                java.util.Base64.getDecoder().decode(authorization.substring(6)),
                java.nio.charset.StandardCharsets.US_ASCII)
            .substring("jar.user:".length());
    assertThat(log())
        .doesNotContain(authorization.substring(6))
        .doesNotContain(password)
        .doesNotContain(ElasticsearchServer.GATEWAY_PASSWORD)
        .doesNotContain(TestGateway.KEY);
  }

  @Test
  void redissOtherNamesAndAPrefixOfItsOwn(ElasticsearchServer elasticsearch, RedisServer redis)
      throws Exception {
    redis.flush();
    run(
        Map.of(
            "ELASTAUTH_LISTEN",
            "127.0.0.1:" + port,
            "SECRET_KEY",
            TestGateway.KEY,
            "REDIS_ADDRESS",
            redis.address(),
            "REDIS_KEY_PREFIX",
            "mine:",
            "DEFAULT_ROLES",
            "viewer",
            "ELASTICSEARCH_HOSTS",
            elasticsearch.url(),
            "ELASTICSEARCH_USERNAME",
            ElasticsearchServer.GATEWAY,
            "ELASTICSEARCH_PASSWORD",
            ElasticsearchServer.GATEWAY_PASSWORD));
    awaitReady();
    // the name may belong to a subject of another test
    elasticsearch.admin("DELETE", "/_security/user/john.doe", null);
    HttpResponse<String> response = get("/elastauth", "Remote-User", "john.doe");
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    assertThat(redis.template().keys("*")).containsExactly("mine:am9obi5kb2U%3D");
    assertThat(get("/elastauth", "Remote-User", "john.doe").headers().map().get("Authorization"))
        .isEqualTo(response.headers().map().get("Authorization"));
  }

  /** SPEC 8: bad configuration. */
  @Test
  void everyFaultIsNamedAtOnceWithoutSecrets() throws Exception {
    Files.writeString(
        folder.resolve("application.yaml"),
        """
        elastauth:
          listen: nowhere
          secret_key: "not-a-key-but-secret"
          trusted_proxies: [10.0.0.0/8, proxy.example.org]
          cache:
            type: reddis
            expiration: 5
            key_prefx: x
          redis:
            read_timeout: soon
            db: three
          elasticsearch:
            hosts: ["ftp://es"]
            password: "es-secret"
        """);
    run(Map.of());
    assertThat(exitCode()).isEqualTo(1);
    assertThat(log().lines().filter(line -> line.contains("ERROR")))
        .anySatisfy(line -> assertThat(line).contains("listen=***: is not of the form host:port"))
        .anySatisfy(line -> assertThat(line).contains("secret_key=***: is not 64 hex digits"))
        .anySatisfy(
            line -> assertThat(line).contains("trusted_proxies[1]=***: is not a CIDR block"))
        .anySatisfy(
            line ->
                assertThat(line)
                    .contains(
                        "cache.type=reddis: no route serves direct:cache-reddis-delete, ",
                        "; did you mean redis? There are database (cache-database.camel.yaml), file "))
        .anySatisfy(
            line -> assertThat(line).contains("cache.expiration=5: must lie between 60s and 7d"))
        .anySatisfy(line -> assertThat(line).contains("redis.read_timeout=soon: not a duration"))
        .anySatisfy(line -> assertThat(line).contains("redis.db=three: not a whole number"))
        .anySatisfy(
            line -> assertThat(line).contains("elasticsearch.hosts=***: has another scheme"))
        .anySatisfy(line -> assertThat(line).contains("elasticsearch.username: is missing"))
        .hasSize(9);
    assertThat(log())
        .contains("Unknown setting elastauth.cache.key_prefx is ignored")
        .doesNotContain("but-secret")
        .doesNotContain("es-secret")
        .doesNotContain("Exception");
  }

  @ParameterizedTest
  @ValueSource(strings = {"redis", "hybrid", "database"})
  void aSharedCacheWithoutAKeyIsAFault(String type) throws Exception {
    run(Map.of("CACHE_TYPE", type));
    assertThat(exitCode()).isEqualTo(1);
    assertThat(log())
        .contains(
            "secret_key: is missing; with cache.type=" + type + " all gateways need the same key");
  }

  @Test
  void aPortThatIsTakenIsAFault(RedisServer redis) throws Exception {
    run(Map.of("ELASTAUTH_LISTEN", redis.address()));
    assertThat(exitCode()).isEqualTo(1);
    assertThat(log())
        .contains("listen: port " + redis.port() + " cannot be bound")
        .doesNotContain("\tat ");
  }

  @Test
  void aMissingRouteIsAFault() throws Exception {
    Path routes = Files.createDirectory(folder.resolve("routes"));
    Files.writeString(
        routes.resolve("mine.camel.yaml"),
        """
        - route:
            id: mine
            from:
              uri: platform-http:/mine
              steps:
                - to:
                    uri: direct:nowhere
        """);
    run(Map.of("ELASTAUTH_LISTEN", "127.0.0.1:" + port));
    assertThat(exitCode()).isEqualTo(1);
    assertThat(log()).contains("no route serves direct:nowhere").doesNotContain("\tat ");
  }

  @Test
  void generatesAKey() throws Exception {
    run(Map.of(), "--generateKey");
    assertThat(exitCode()).isZero();
    assertThat(log()).matches("[0-9a-f]{64}\\R");
  }
}
