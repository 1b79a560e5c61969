package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jwt.JWTClaimsSet;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.ProviderDouble;
import org.elastauth.server.Servers;
import org.elastauth.server.TestGateway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** The files of src/docs/routes/examples, unchanged, each on a gateway. */
@ExtendWith({Servers.class, OutputCaptureExtension.class})
class RouteExamplesIT {
  private static final Path EXAMPLES = Path.of("src/docs/routes/examples");
  private static final String OTHER_PASSWORD = "the-password-of-partners";

  private static final String ADMIN = "0123456789abcdef0123456789abcdef-admin";

  @TempDir private static Path folder;

  /** Answers as the service for partners; as a webhook it records what it receives. */
  private static HttpServer other;

  private static final BlockingQueue<String> RECEIVED = new LinkedBlockingQueue<>();

  @BeforeAll
  static void start() throws IOException {
    other = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    other.createContext(
        "/",
        request -> {
          String body = new String(request.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
          RECEIVED.add(request.getRequestURI() + " " + body);
          byte[] answer =
              "{\"password\":\"%s\"}".formatted(OTHER_PASSWORD).getBytes(StandardCharsets.UTF_8);
          boolean fails = body.contains("unlucky");
          request.sendResponseHeaders(fails ? 500 : 200, answer.length);
          request.getResponseBody().write(answer);
          request.close();
        });
    other.start();
  }

  @AfterAll
  static void stop() {
    other.stop(0);
  }

  private static String url(String path) {
    return "http://127.0.0.1:" + other.getAddress().getPort() + path;
  }

  /** A gateway whose folder of routes has these examples. */
  private static TestGateway.Builder with(String... examples) throws IOException {
    Path routes = Files.createTempDirectory(folder, "routes");
    for (String example : examples) {
      String file = example + ".camel.yaml";
      Files.copy(EXAMPLES.resolve(file), routes.resolve(file));
    }
    return TestGateway.builder().set("routes", routes.toString());
  }

  private static String header(HttpResponse<String> response, String name) {
    return response.headers().firstValue(name).orElse("");
  }

  private static String roles(ElasticsearchServer elasticsearch, String authorization) {
    return ElasticsearchServer.json(
            elasticsearch.request("GET", "/_security/_authenticate", authorization, null))
        .path("roles")
        .toString();
  }

  @Test
  void aCacheInAFolderTheHeadersOfOauth2ProxyAndAWebhook(ElasticsearchServer elasticsearch)
      throws Exception {
    Path cache = Files.createDirectory(folder.resolve("cache"));
    try (TestGateway gateway =
        with("cache-folder", "identity-oauth2-proxy", "user-store-webhook")
            .on(elasticsearch)
            .set("cache.type", "folder")
            .set("auth_provider", "oauth2-proxy")
            .set("user_store", "webhook")
            .set("my.folder", cache.toString())
            .set("my.webhook", url("/hook"))
            .set("admin.enabled", true)
            .set("admin.credential", ADMIN)
            .start()) {
      String[] jane = {
        "X-Auth-Request-Preferred-Username", "example.jane",
        "X-Auth-Request-Groups", "staff,admins",
        "X-Auth-Request-Email", "jane@example.org"
      };
      HttpResponse<String> first = gateway.get("/elastauth", jane);
      assertThat(first.statusCode()).as(first.body()).isEqualTo(200);
      assertThat(RECEIVED.poll(20, TimeUnit.SECONDS))
          .startsWith("/hook {")
          .contains("\"username\":\"example.jane\"", "\"email\":\"jane@example.org\"")
          .doesNotContain("password");
      List<Path> files = filesIn(cache);
      assertThat(files).hasSize(1);
      assertThat(Files.readString(files.get(0))).doesNotContain("example.jane");
      List<CompletableFuture<HttpResponse<String>>> many =
          IntStream.range(0, 20).mapToObj(i -> gateway.getLater("/elastauth", jane)).toList();
      for (CompletableFuture<HttpResponse<String>> each : many) {
        assertThat(header(each.join(), "Authorization")).isEqualTo(header(first, "Authorization"));
      }

      assertThat(
              gateway
                  .send(
                      gateway
                          .request(
                              "/elastauth/users/example.jane", "Authorization", "Bearer " + ADMIN)
                          .DELETE()
                          .build())
                  .statusCode())
          .isEqualTo(200);
      HttpResponse<String> again = gateway.get("/elastauth", jane);
      assertThat(header(again, "Authorization"))
          .startsWith("Basic ")
          .isNotEqualTo(header(first, "Authorization"));

      // a folder that fails, and a webhook that fails, do not stop a login
      String[] unlucky = {"X-Auth-Request-Preferred-Username", "example.unlucky"};
      assertThat(gateway.get("/elastauth", unlucky).statusCode()).isEqualTo(200);
      assertThat(RECEIVED.poll(20, TimeUnit.SECONDS)).contains("example.unlucky");
      assertThat(RECEIVED).isEmpty();
      assertThat(gateway.get("/elastauth").statusCode()).isEqualTo(401);
      filesIn(cache).forEach(file -> file.toFile().delete());
      Files.delete(cache);
      Files.createFile(cache);
      assertThat(header(gateway.get("/elastauth", jane), "Authorization"))
          .isEqualTo(header(again, "Authorization"));
    }
  }

  @Test
  void theWebhookWithoutElasticsearch(CapturedOutput output) throws Exception {
    try (TestGateway gateway =
        with("user-store-webhook")
            .set("user_store", "webhook")
            .set("my.users", "dry-run")
            .set("my.webhook", url("/dry"))
            .start()) {
      assertThat(gateway.get("/elastauth", "Remote-User", "dry.jane").statusCode()).isEqualTo(200);
      assertThat(gateway.get("/elastauth", "Remote-User", "dry.jane").statusCode()).isEqualTo(200);
      assertThat(RECEIVED.poll(20, TimeUnit.SECONDS)).startsWith("/dry ").contains("dry.jane");
      assertThat(RECEIVED).isEmpty();
      assertThat(output).contains("calls direct:user-store-dry-run");
    }
  }

  private static List<Path> filesIn(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(Files::isRegularFile).toList();
    }
  }

  @Test
  void aCacheInATableTheTokenOfCloudflareAccessAndASecondUserStore(
      ElasticsearchServer elasticsearch) throws SQLException, IOException {
    String database = "jdbc:h2:mem:examples";
    try (Connection connection = DriverManager.getConnection(database);
        Statement sql = connection.createStatement();
        ProviderDouble provider = new ProviderDouble();
        TestGateway gateway =
            with("cache-table", "identity-cloudflare-access", "user-store-partners")
                .on(elasticsearch)
                .set("cache.type", "table")
                .set("auth_provider", "cloudflare-access")
                .set("user_store", "partners")
                .set("oidc.issuer", provider.issuer())
                .set("oidc.client_id", ProviderDouble.CLIENT)
                .set("oidc.claim_mappings.username", "email")
                .set("oidc.require_verified_email", false)
                .set("cache.url", database)
                .set("my.partners", url("/partners"))
                .start()) {
      sql.execute(createTable());
      HttpResponse<String> jane = ask(gateway, provider, "jane@example.org");
      assertThat(jane.statusCode()).as(jane.body()).isEqualTo(200);
      assertThat(roles(elasticsearch, header(jane, "Authorization"))).isEqualTo("[\"viewer\"]");
      assertThat(header(ask(gateway, provider, "jane@example.org"), "Authorization"))
          .isEqualTo(header(jane, "Authorization"));
      assertThat(number(sql, "SELECT count(*) FROM my_cache")).isOne();

      HttpResponse<String> partner = ask(gateway, provider, "max@example.org", "partners");
      assertThat(header(partner, "Authorization")).isEqualTo(basic("max@example.org"));
      assertThat(header(ask(gateway, provider, "max@example.org", "partners"), "Authorization"))
          .isEqualTo(basic("max@example.org"));
      assertThat(RECEIVED.poll()).contains("/partners {", "\"username\":\"max@example.org\"");
      assertThat(RECEIVED).isEmpty();
      assertThat(number(sql, "SELECT count(*) FROM my_cache")).isEqualTo(2);
      HttpResponse<String> refused = ask(gateway, provider, "unlucky@example.org", "partners");
      assertThat(refused.statusCode()).isEqualTo(503);
      assertThat(refused.body()).contains("the service for partners does not answer");
      assertThat(RECEIVED.poll()).contains("unlucky@example.org");

      sql.execute("DROP TABLE my_cache");
      assertThat(header(ask(gateway, provider, "jane@example.org"), "Authorization"))
          .isEqualTo(header(jane, "Authorization"));
      assertThat(gateway.get("/elastauth").statusCode()).isEqualTo(401);
      assertThat(
              gateway
                  .get("/elastauth", "Cf-Access-Jwt-Assertion", "eyJhbGciOiJub25lIn0.e30.")
                  .statusCode())
          .isEqualTo(401);
    }
  }

  private static String createTable() throws IOException {
    String text = Files.readString(EXAMPLES.resolve("cache-table.camel.yaml"));
    return text.lines()
        .filter(line -> line.contains("CREATE TABLE"))
        .map(line -> line.replaceFirst("# *", ""))
        .findFirst()
        .orElseThrow();
  }

  private static int number(Statement sql, String query) throws SQLException {
    try (ResultSet result = sql.executeQuery(query)) {
      result.next();
      return result.getInt(1);
    }
  }

  private static HttpResponse<String> ask(
      TestGateway gateway, ProviderDouble provider, String email, String... groups) {
    JWTClaimsSet claims =
        provider.claims(email).claim("email", email).claim("groups", List.of(groups)).build();
    return gateway.get("/elastauth", "Cf-Access-Jwt-Assertion", provider.sign(claims));
  }

  private static String basic(String user) {
    return "Basic "
        + java.util.Base64.getEncoder()
            .encodeToString((user + ':' + OTHER_PASSWORD).getBytes(StandardCharsets.US_ASCII));
  }

  @Test
  void rolesByPrefixAndByTheHourEndWithTheHourAlsoFromASharedCache(
      ElasticsearchServer elasticsearch) throws IOException {
    int hour = ZonedDateTime.now(ZoneOffset.UTC).getHour();
    int other = (hour + 12) % 24;
    Path cache = Files.createDirectory(folder.resolve("shared"));
    try (TestGateway open = hours(cache, hour + ".." + (hour + 1), elasticsearch);
        TestGateway closed = hours(cache, other + ".." + other, elasticsearch)) {
      assertThat(roles(elasticsearch, open.login("example.hours", "es-monitoring_user", "ES-a b")))
          .isEqualTo("[\"a b\",\"editor\",\"monitoring_user\",\"viewer\"]");
      assertThat(
              roles(elasticsearch, closed.login("example.hours", "es-monitoring_user", "ES-a b")))
          .isEqualTo("[\"a b\",\"monitoring_user\",\"viewer\"]");
      assertThat(roles(elasticsearch, closed.login("example.hours", "other")))
          .isEqualTo("[\"viewer\"]");
    }
  }

  private static TestGateway hours(Path cache, String hours, ElasticsearchServer elasticsearch)
      throws IOException {
    return with("identity-office-hours", "cache-folder")
        .on(elasticsearch)
        .set("auth_provider", "office-hours")
        .set("cache.type", "folder")
        .set("my.folder", cache.toString())
        .set("my.hours", hours)
        .set("my.timezone", "UTC")
        .set("my.role", "editor")
        .start();
  }

  @Test
  void aPathForOneGroup() throws IOException {
    try (TestGateway gateway =
        with("identity-restricted-paths")
            .set("auth_provider", "restricted-paths")
            .set("elasticsearch.dry_run", true)
            .set("my.path", "/app/management")
            .set("my.group", "admins")
            .start()) {
      assertThat(open(gateway, "/app/discover", "staff").statusCode()).isEqualTo(200);
      assertThat(open(gateway, "/app/management", "admins").statusCode()).isEqualTo(200);
      HttpResponse<String> refused = open(gateway, "//app/%6Danagement/x?y", "staff");
      assertThat(refused.statusCode()).isEqualTo(403);
      assertThat(refused.body()).contains("this page is for the group admins");
      assertThat(open(gateway, "/s/sales/app/management/x", "staff").statusCode()).isEqualTo(403);
      assertThat(open(gateway, "/s/sales/app/management/x", "admins").statusCode()).isEqualTo(200);
      assertThat(open(gateway, "/s/sales/app/discover", "staff").statusCode()).isEqualTo(200);
      assertThat(open(gateway, "/app/x/../management", "staff").statusCode()).isEqualTo(400);
      assertThat(gateway.decide("example.path", "staff").statusCode()).isEqualTo(500);
    }
  }

  private static HttpResponse<String> open(TestGateway gateway, String path, String groups) {
    return gateway.get(
        "/elastauth",
        "Remote-User",
        "example.path",
        "Remote-Groups",
        groups,
        "X-Forwarded-Uri",
        path);
  }

  @Test
  void headersOfTheResponse() throws IOException {
    try (TestGateway gateway =
        with("identity-tenant")
            .set("auth_provider", "tenant")
            .set("elasticsearch.dry_run", true)
            .set("response.headers.X-User", "username")
            .set("response.headers.X-Tenant", "myTenant")
            .start()) {
      for (int request = 0; request < 2; request++) {
        HttpResponse<String> response =
            gateway.get(
                "/elastauth", "Remote-User", "example.tenant", "Remote-Email", "a@example.org");
        assertThat(header(response, "X-User")).isEqualTo("example.tenant");
        assertThat(header(response, "X-Tenant")).isEqualTo("example.org");
      }
      assertThat(header(gateway.decide("example.tenant"), "X-Tenant")).isEmpty();
    }
  }
}
