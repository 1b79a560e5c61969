package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.RedisServer;
import org.elastauth.server.Servers;
import org.elastauth.server.TestGateway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What people download: the jar by itself, in a folder of its own. */
@ExtendWith(Servers.class)
@Timeout(90)
class PackagedJarIT {
  private static final Path JAR = Path.of("target", "elastauth.jar").toAbsolutePath();

  @TempDir Path folder;
  private final int port = RedisServer.freePort();
  private Process process;

  @AfterEach
  void stop() throws InterruptedException {
    if (process != null) {
      process.destroy();
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).as("ends when told to").isTrue();
    }
  }

  private void run(Map<String, String> environment, String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                JAR.toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder
        .environment()
        .keySet()
        .removeIf(name -> name.matches("(ELASTAUTH|CACHE|REDIS|ELASTICSEARCH|SECRET)_.*"));
    builder.environment().put("ELASTAUTH_SHUTDOWN_DRAIN", "0s");
    builder.environment().putAll(environment);
    process =
        builder.redirectErrorStream(true).redirectOutput(folder.resolve("log").toFile()).start();
  }

  private String log() throws IOException {
    return Files.readString(folder.resolve("log"));
  }

  private static long routeFiles() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("routes"))) {
      return files.count();
    }
  }

  private int exitCode() throws InterruptedException {
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }

  private HttpResponse<String> get(String path, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private void awaitReady() {
    Awaitility.await("ready")
        .atMost(Duration.ofSeconds(60))
        .ignoreExceptions()
        .until(
            () -> {
              if (!process.isAlive()) {
                throw new AssertionError(log());
              }
              return get("/elastauth/ready").statusCode() == 200;
            });
  }

  @Test
  void startsAnywhereWithNothingAndSaysWhatProductionWouldMiss() throws Exception {
    run(Map.of("ELASTAUTH_LISTEN", "127.0.0.1:" + port));
    awaitReady();
    assertThat(get("/health").body()).contains("\"mode\":\"memory\"");
    assertThat(log())
        .contains("using memory backends")
        .contains(
            "Routes loaded source=\"classpath:routes/*.camel.yaml\" files=\"" + routeFiles() + "\"")
        .contains("secret_key is not set")
        .contains("elasticsearch.username and elasticsearch.password are not set")
        .contains("neither group_mappings nor default_roles are set")
        .contains("trusted_proxies is at its default")
        .doesNotContain("Exception");
    assertThat(get("/elastauth", "Remote-User", "jar.nobody").statusCode()).isEqualTo(403);
  }

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
        .anySatisfy(
            line -> assertThat(line).contains("listen=nowhere: is not of the form host:port"))
        .anySatisfy(line -> assertThat(line).contains("secret_key=***: is not 64 hex digits"))
        .anySatisfy(
            line ->
                assertThat(line).contains("trusted_proxies=proxy.example.org: is not a CIDR block"))
        .anySatisfy(
            line ->
                assertThat(line)
                    .contains("cache.type=reddis: is not one of file, memory, none, redis"))
        .anySatisfy(
            line ->
                assertThat(line).contains("cache.expiration=5s: must lie between 60s and 604800s"))
        .anySatisfy(line -> assertThat(line).contains("redis.read_timeout=soon: not a duration"))
        .anySatisfy(line -> assertThat(line).contains("redis.db=three: not a whole number"))
        .anySatisfy(line -> assertThat(line).contains("elasticsearch.hosts=ftp://es: is not a URL"))
        .anySatisfy(line -> assertThat(line).contains("elasticsearch.username: is missing"))
        .hasSize(9);
    assertThat(log())
        .contains("Unknown setting elastauth.cache.key_prefx is ignored")
        .doesNotContain("but-secret")
        .doesNotContain("es-secret")
        .doesNotContain("Exception");
  }

  @Test
  void redisWithoutAKeyIsAFault() throws Exception {
    run(Map.of("CACHE_TYPE", "redis"));
    assertThat(exitCode()).isEqualTo(1);
    assertThat(log())
        .contains("secret_key: is missing; with cache.type=redis every gateway needs the same one");
  }

  @Test
  void aPortThatIsTakenIsAFault(RedisServer redis) throws Exception {
    run(Map.of("ELASTAUTH_LISTEN", redis.address()));
    assertThat(exitCode()).isEqualTo(1);
    assertThat(log())
        .contains("listen=" + redis.address() + ": cannot be listened on")
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
              uri: platform-http:/elastauth
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
