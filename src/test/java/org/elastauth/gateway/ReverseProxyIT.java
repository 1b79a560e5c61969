package org.elastauth.gateway;

import static java.nio.file.attribute.PosixFilePermission.OWNER_READ;
import static java.nio.file.attribute.PosixFilePermission.OWNER_WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.elastauth.server.AutheliaDouble;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.RecordingTcpProxy;
import org.elastauth.server.ReverseProxy;
import org.elastauth.server.Servers;
import org.elastauth.server.TestGateway;
import org.elastauth.server.WebSocketServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * SPEC 2: docker/proxies for nginx and Caddy, in front of the packaged jar and Elasticsearch. What
 * the proxy sends to either is read off the wire.
 */
@ExtendWith(Servers.class)
@Timeout(120)
class ReverseProxyIT {
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private static final Map<ReverseProxy.Kind, ReverseProxy> PROXIES =
      new EnumMap<>(ReverseProxy.Kind.class);

  private static ElasticsearchServer elasticsearch;
  private static AutheliaDouble authelia;
  private static TestGateway gateway;
  private static TestGateway limited;
  private static RecordingTcpProxy toAuthelia;
  private static RecordingTcpProxy toGateway;
  private static RecordingTcpProxy toElastic;
  private static RecordingTcpProxy gatewayToElastic;

  @BeforeAll
  static void start(ElasticsearchServer server) {
    elasticsearch = server;
    int elastic = URI.create(server.url()).getPort();
    gatewayToElastic = RecordingTcpProxy.to(elastic);
    gateway =
        builder().set("elasticsearch.hosts", "http://127.0.0.1:" + gatewayToElastic.port()).start();
    limited =
        builder()
            .set("rate_limit.enabled", true)
            .set("rate_limit.max_requests", 1)
            .set("rate_limit.window", "1h")
            .start();
    authelia = AutheliaDouble.start();
    toAuthelia = RecordingTcpProxy.to(authelia.port());
    toGateway = RecordingTcpProxy.to(gateway.port());
    toElastic = RecordingTcpProxy.to(elastic);
    ReverseProxy.Behind behind =
        new ReverseProxy.Behind(toAuthelia.port(), toGateway.port(), toElastic.port());
    for (ReverseProxy.Kind kind : ReverseProxy.Kind.values()) {
      if (kind.installed()) {
        PROXIES.put(kind, kind.start(behind));
      }
    }
  }

  private static TestGateway.Builder builder() {
    return TestGateway.builder()
        .on(elasticsearch)
        .set("default_roles", "")
        .set("trusted_proxies", "127.0.0.1/32")
        .set("group_mappings.admins", "superuser");
  }

  @AfterAll
  static void stop() throws Exception {
    PROXIES.values().forEach(ReverseProxy::close);
    for (AutoCloseable server :
        new AutoCloseable[] {
          toAuthelia, toGateway, toElastic, gateway, limited, authelia, gatewayToElastic
        }) {
      if (server != null) {
        server.close();
      }
    }
  }

  @BeforeEach
  void forget() {
    for (RecordingTcpProxy tap : List.of(toAuthelia, toGateway, toElastic)) {
      tap.drain();
    }
  }

  /** A request through the proxy; headers are names and values, alternating. */
  private static HttpResponse<String> ask(
      ReverseProxy.Kind kind, String method, String path, BodyPublisher body, String... headers) {
    return ask(port(kind), method, path, body, headers);
  }

  private static HttpResponse<String> ask(
      int port, String method, String path, BodyPublisher body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).method(method, body);
    if (headers.length > 0) {
      request.headers(headers);
    }
    try {
      HttpResponse<String> response =
          HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
      assertThat(response.headers().firstValue("Authorization"))
          .as("a login is for Elasticsearch, not for the client")
          .isEmpty();
      return response;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static HttpResponse<String> whoAmI(ReverseProxy.Kind kind, String... headers) {
    return ask(kind, "GET", "/_security/_authenticate", BodyPublishers.noBody(), headers);
  }

  private static void assertIs(HttpResponse<String> response, String user) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    assertThat(ElasticsearchServer.json(response).path("username").asText()).isEqualTo(user);
  }

  private static void assertRefused(HttpResponse<String> response, int status) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    assertThat(response.headers().firstValue("Content-Type")).contains("application/json");
    assertThat(response.headers().firstValue("Cache-Control")).contains("no-store");
    assertThat(ElasticsearchServer.json(response).path("code").asInt()).isEqualTo(status);
    assertThat(ElasticsearchServer.json(response).path("message").asText()).isNotEmpty();
    assertThat(
            java.time.OffsetDateTime.parse(
                ElasticsearchServer.json(response).path("timestamp").asText()))
        .isNotNull();
    assertThat(toElastic.drain()).isEmpty();
  }

  /** What the gateway was asked, without health checks. */
  private static String asked() {
    return Stream.of(toGateway.drain().split("(?<=\r\n\r\n)"))
        .filter(head -> !head.startsWith("GET /elastauth/ready "))
        .collect(Collectors.joining());
  }

  /** Envoy appends the path of the request. */
  private static String question(ReverseProxy.Kind kind) {
    return kind == ReverseProxy.Kind.ENVOY ? "GET /elastauth/authz/" : "GET /elastauth ";
  }

  private static String session(ReverseProxy.Kind kind, String user) {
    return "session=" + user + "." + kind.program() + "%2Fadmins";
  }

  @ParameterizedTest
  @EnumSource
  void aUserGetsInAsHimself(ReverseProxy.Kind kind) {
    HttpResponse<String> first = whoAmI(kind, "Cookie", session(kind, "proxy.jane"));
    assertIs(first, "proxy.jane." + kind.program());
    assertThat(ElasticsearchServer.json(first).path("roles").toString())
        .isEqualTo("[\"superuser\"]");
    assertThat(first.headers().firstValue("Cache-Control"))
        .as("what Elasticsearch answers is left alone")
        .isEmpty();
    assertIs(whoAmI(kind, "Cookie", session(kind, "proxy.john")), "proxy.john." + kind.program());
  }

  /** A proxy that drops an empty Remote-Groups would say nothing of groups. */
  @ParameterizedTest
  @EnumSource
  void aUserWithoutGroupsIsSaidToHaveNone(ReverseProxy.Kind kind) {
    String session = "session=proxy.nogroups." + kind.program() + "%2F";
    toGateway.drain();
    assertRefused(whoAmI(kind, "Cookie", session), 403);
    assertThat(asked()).matches("(?is).*\r\nremote-groups: *\r\n.*");
  }

  @ParameterizedTest
  @EnumSource
  void aMalformedIdentityIs400(ReverseProxy.Kind kind) {
    assertRefused(whoAmI(kind, "Cookie", "session=john%3Adoe%2Fadmins"), 400);
  }

  @ParameterizedTest
  @EnumSource
  void noIdentityIs401(ReverseProxy.Kind kind) {
    assertRefused(whoAmI(kind, "Cookie", "session=%2F"), 401);
    assertThat(asked()).as("the gateway's own 401").startsWith(question(kind));
  }

  @ParameterizedTest
  @EnumSource
  void whoHasNotLoggedInNeverReachesTheGateway(ReverseProxy.Kind kind) {
    assertThat(whoAmI(kind).statusCode()).isEqualTo(401);
    HttpResponse<String> browser =
        ask(
            kind,
            "GET",
            "/app/home?a=b&c=%2F",
            BodyPublishers.noBody(),
            "Accept",
            "text/html",
            "Remote-User",
            "mallory");
    assertThat(browser.statusCode()).isEqualTo(302);
    assertThat(browser.headers().firstValue("Location"))
        .contains(AutheliaDouble.LOGIN + "http://127.0.0.1:" + port(kind) + "/app/home?a=b&c=%2F");
    assertThat(asked()).isEmpty();
    assertThat(toElastic.drain()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void whoMayNotIs403(ReverseProxy.Kind kind) {
    HttpResponse<String> roleless = whoAmI(kind, "Cookie", "session=proxy.roleless%2Fnobody");
    assertRefused(roleless, 403);
    assertThat(roleless.headers().firstValue("Elastauth-Decision")).isPresent();
    assertRefused(whoAmI(kind, "Cookie", "session=elastic%2Fadmins"), 403);
  }

  @ParameterizedTest
  @EnumSource
  void elasticsearchAwayIs503WithRetryAfter(ReverseProxy.Kind kind) {
    assumeInstalled(kind);
    gatewayToElastic.cut();
    try {
      HttpResponse<String> response = whoAmI(kind, "Cookie", session(kind, "proxy.uncached"));
      assertRefused(response, 503);
      assertThat(response.headers().firstValue("Retry-After")).contains("5");
    } finally {
      gatewayToElastic.mend();
    }
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> whoAmI(kind, "Cookie", session(kind, "proxy.uncached")).statusCode() == 200);
  }

  private static void assumeInstalled(ReverseProxy.Kind kind) {
    assumeTrue(kind.installed(), kind.program() + " is not installed here");
  }

  private static int port(ReverseProxy.Kind kind) {
    assumeInstalled(kind);
    return PROXIES.get(kind).port();
  }

  /** The whole answer to bytes that no client library would send. */
  private static String raw(ReverseProxy.Kind kind, String request) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", port(kind))) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }

  /** HAProxy 2.6 crashes when its script asks with more than 101. */
  @ParameterizedTest
  @EnumSource
  void veryManyLinesOfAHeaderAreRefused(ReverseProxy.Kind kind) throws IOException {
    String many = "Accept: a\r\n".repeat(97);
    String request =
        "GET /_security/_authenticate HTTP/1.1\r\nHost: 127.0.0.1:" + port(kind) + "\r\n";
    String answer = raw(kind, request + "Connection: close\r\n" + many + "\r\n");
    assertThat(answer).containsPattern("^HTTP/1.1 4");
    assertThat(toElastic.drain()).isEmpty();
  }

  /** HAProxy goes on with a request whose script fails. */
  @Test
  void aScriptOfHaproxyThatFailsPassesNobody() {
    assumeTrue(ReverseProxy.Kind.HAPROXY.installed(), "haproxy is not installed here");
    ReverseProxy.Behind behind =
        new ReverseProxy.Behind(toAuthelia.port(), toGateway.port(), toElastic.port());
    try (ReverseProxy haproxy = ReverseProxy.Kind.startHaproxyWithFailingScript(behind)) {
      HttpResponse<String> response =
          ask(
              haproxy.port(),
              "GET",
              "/",
              BodyPublishers.noBody(),
              "Cookie",
              session(ReverseProxy.Kind.HAPROXY, "proxy.jane"),
              "Authorization",
              ElasticsearchServer.basic(
                  ElasticsearchServer.GATEWAY, ElasticsearchServer.GATEWAY_PASSWORD));
      assertThat(response.statusCode()).isEqualTo(503);
      assertThat(haproxy.logged()).contains("runtime error");
      assertThat(toElastic.drain()).isEmpty();
    }
  }

  /** A client chooses X-Forwarded-Host, and Authelia's rules depend on the site. */
  @Test
  void behindAnotherProxyCaddyNamesTheSiteOfTheRequest() {
    assumeTrue(ReverseProxy.Kind.CADDY.installed(), "caddy is not installed here");
    try (ReverseProxy caddy =
        ReverseProxy.Kind.CADDY.start(
            new ReverseProxy.Behind(toAuthelia.port(), toGateway.port(), toElastic.port()),
            "127.0.0.1/32")) {
      ask(
          caddy.port(),
          "GET",
          "/",
          BodyPublishers.noBody(),
          "X-Forwarded-Host",
          "forged.example.org",
          "X-Forwarded-Uri",
          "/forged",
          "X-Forwarded-Method",
          "FORGED",
          "X-Forwarded-For",
          "203.0.113.9");
      assertThat(toAuthelia.drain())
          .containsIgnoringCase("X-Forwarded-Host: 127.0.0.1:" + caddy.port())
          .as("of the proxy in front")
          .contains("203.0.113.9")
          .doesNotContainIgnoringCase("forged");
    }
  }

  private static String headers(ReverseProxy.Kind kind, String more) {
    return "GET /_security/_authenticate HTTP/1.1\r\nHost: 127.0.0.1:"
        + port(kind)
        + "\r\nConnection: close\r\nCookie: "
        + session(kind, "proxy.headers")
        + "\r\n"
        + more
        + "\r\n";
  }

  static Stream<Arguments> longHeaders() {
    List<Arguments> headers =
        List.of(
            Arguments.of("one of 8 kB", "X-Long: " + "x".repeat(8_000) + "\r\n", true),
            Arguments.of("one of 12 kB", "X-Long: " + "x".repeat(12_000) + "\r\n", false),
            Arguments.of("one of 17 kB", "X-Long: " + "x".repeat(17_000) + "\r\n", false),
            Arguments.of("one of 70 kB", "X-Long: " + "x".repeat(70_000) + "\r\n", false),
            Arguments.of(
                "many of 1 kB", ("X-Long: " + "x".repeat(1_000) + "\r\n").repeat(17), false),
            Arguments.of("cookies", "Cookie: a=" + "x".repeat(17_000) + "\r\n", false),
            Arguments.of("a token", "Authorization: Bearer " + "x".repeat(17_000) + "\r\n", false),
            Arguments.of("tiny ones that grow", "a:\n".repeat(5_300), false),
            Arguments.of("tiny ones that grow less", "a:\n".repeat(60), true),
            Arguments.of("short ones that grow", "a:b\n".repeat(3_800), false));
    return Stream.of(ReverseProxy.Kind.values())
        .flatMap(
            kind ->
                headers.stream()
                    .map(each -> Arguments.of(kind, each.get()[0], each.get()[1], each.get()[2])));
  }

  /**
   * Elasticsearch refuses headers over 16 kB, and then answers nothing else on that connection; the
   * next user's request would wait there.
   */
  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("longHeaders")
  void headersTooLongForElasticsearchNeverReachIt(
      ReverseProxy.Kind kind, String name, String more, boolean passes) throws IOException {
    assertIs(
        whoAmI(kind, "Cookie", session(kind, "proxy.headers")), "proxy.headers." + kind.program());
    toElastic.drain();
    String answer = raw(kind, headers(kind, more));
    assertThat(answer).containsPattern(passes ? "^HTTP/1.1 200 " : "^HTTP/1.1 4(00|31) ");
    if (!passes) {
      assertThat(toElastic.drain()).isEmpty();
    }
    assertIs(
        whoAmI(kind, "Cookie", session(kind, "proxy.headers")), "proxy.headers." + kind.program());
  }

  @ParameterizedTest
  @EnumSource
  void aLargeCookiePasses(ReverseProxy.Kind kind) {
    String large = session(kind, "proxy.cookie") + "; large=" + "x".repeat(8_000);
    assertIs(whoAmI(kind, "Cookie", large), "proxy.cookie." + kind.program());
  }

  /** Elasticsearch takes 4 kB, Kibana more. */
  @ParameterizedTest
  @EnumSource
  void longAddressesPassUpToTheLimit(ReverseProxy.Kind kind) throws IOException {
    for (int length : List.of(3_900, 8_000)) {
      toElastic.drain();
      String query = "filter_path=username," + "x".repeat(length);
      HttpResponse<String> answer =
          ask(
              kind,
              "GET",
              "/_security/_authenticate?" + query,
              BodyPublishers.noBody(),
              "Cookie",
              session(kind, "proxy.long"));
      assertThat(answer.statusCode()).isEqualTo(length < 4_000 ? 200 : 400);
      assertThat(toElastic.drain()).contains(query);
    }
    assertThat(raw(kind, headers(kind, "").replace("_authenticate", "x".repeat(12_000))))
        .containsPattern("^HTTP/1.1 4(00|14|31) ");
    assertThat(toElastic.drain()).isEmpty();
  }

  /** As Kibana's plugins use it. */
  @ParameterizedTest
  @EnumSource
  void aWebSocketBelongsToTheUser(ReverseProxy.Kind kind) {
    try (WebSocketServer server = WebSocketServer.start()) {
      toElastic.lead(server.port());
      String address = "ws://127.0.0.1:" + port(kind) + "/socket";
      assertThat(WebSocketServer.userAt(HTTP, address, session(kind, "proxy.socket")))
          .isEqualTo("proxy.socket." + kind.program());
    } finally {
      toElastic.lead(URI.create(elasticsearch.url()).getPort());
    }
  }

  /** What speaks another protocol after an Upgrade sends requests that no proxy sees. */
  @ParameterizedTest
  @EnumSource
  void noOtherUpgradePasses(ReverseProxy.Kind kind) throws IOException {
    String answer =
        raw(
            kind,
            headers(kind, "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n")
                .replace("close", "close, Upgrade, HTTP2-Settings"));
    assertThat(answer).doesNotStartWith("HTTP/1.1 101");
    assertThat(toElastic.drain()).doesNotContainIgnoringCase("upgrade: h2c");
  }

  /** RFC 9110, 7.6.1: a proxy drops what Connection names; a user's groups must not be among it. */
  @ParameterizedTest
  @EnumSource
  void aClientCannotHaveItsGroupsDropped(ReverseProxy.Kind kind) throws IOException {
    String answer =
        raw(
            kind,
            "GET /_security/_authenticate HTTP/1.1\r\nHost: 127.0.0.1:"
                + port(kind)
                + "\r\nCookie: "
                + session(kind, "proxy.drops")
                + "\r\nConnection: close, Remote-User, Remote-Groups, Authorization\r\n\r\n");
    assertThat(answer).startsWith("HTTP/1.1 200").contains("\"roles\":[\"superuser\"]");
    assertThat(toElastic.drain()).doesNotContainPattern("(?i)connection: [^\r]*authorization");
  }

  /** Authelia judges by the site, so a client must not be judged by another than it gets. */
  @ParameterizedTest
  @EnumSource
  void aClientCannotNameAnotherSite(ReverseProxy.Kind kind) throws IOException {
    String cookie = "\r\nCookie: " + session(kind, "proxy.elsewhere");
    raw(
        kind,
        "GET / HTTP/1.1\r\nHost: wiki.example.org" + cookie + "\r\nConnection: close\r\n\r\n");
    assertThat(toAuthelia.drain()).doesNotContain("wiki.example.org");
    assertThat(toElastic.drain()).isEmpty();
    raw(
        kind,
        "GET http://127.0.0.1/ HTTP/1.1\r\nHost: wiki.example.org"
            + cookie
            + "\r\nConnection: close\r\n\r\n");
    assertThat(toAuthelia.drain()).doesNotContain("wiki.example.org");
  }

  @ParameterizedTest
  @EnumSource
  void overALimitIs429WithRetryAfter(ReverseProxy.Kind kind) {
    toGateway.lead(limited.port());
    try {
      assertIs(
          whoAmI(kind, "Cookie", session(kind, "proxy.often")), "proxy.often." + kind.program());
      toElastic.drain();
      HttpResponse<String> response = whoAmI(kind, "Cookie", session(kind, "proxy.often"));
      assertRefused(response, 429);
      assertThat(response.headers().firstValue("Retry-After").map(Integer::parseInt))
          .hasValueSatisfying(seconds -> assertThat(seconds).isBetween(3_400, 3_600));
      assertIs(
          whoAmI(kind, "Cookie", session(kind, "proxy.seldom")), "proxy.seldom." + kind.program());
    } finally {
      toGateway.lead(gateway.port());
    }
  }

  @ParameterizedTest
  @EnumSource
  void noAutheliaOrNoGatewayIsNoWayIn(ReverseProxy.Kind kind) {
    assumeInstalled(kind);
    for (RecordingTcpProxy tap : List.of(toAuthelia, toGateway)) {
      tap.cut();
      try {
        HttpResponse<String> response =
            whoAmI(kind, "Cookie", session(kind, "proxy.jane"), "Remote-User", "mallory");
        assertThat(response.statusCode()).isBetween(500, 599);
        assertThat(toElastic.drain()).isEmpty();
      } finally {
        tap.mend();
      }
      // where readiness is checked, that takes a second
      Awaitility.await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> whoAmI(kind, "Cookie", session(kind, "proxy.jane")).statusCode() == 200);
      toElastic.drain();
    }
  }

  static Stream<Arguments> forgeries() {
    List<List<String>> forgeries =
        List.of(
            List.of("Remote-User", "mallory", "Remote-Groups", "forged", "Remote-Name", "mallory"),
            List.of("remote-user", "mallory", "remote-email", "mallory@example.org"),
            List.of("REMOTE-USER", "mallory", "rEmOtE-NaMe", "mallory"),
            List.of("Remote_Name", "mallory", "REMOTE_EMAIL", "mallory@example.org"),
            List.of("Remote_User", "mallory", "remote_groups", "forged"),
            List.of("Remote-User", "mallory", "Remote-User", "mallory"),
            List.of("Remote-User", "mallory", "remote-user", "mallory", "remote_user", "mallory"),
            List.of("Remote-User", "", "Remote-User", "mallory"),
            List.of("X-Forwarded-User", "x", "Remote-Groups", "forged,mallory"));
    return Stream.of(ReverseProxy.Kind.values())
        .flatMap(kind -> forgeries.stream().map(headers -> Arguments.of(kind, headers)));
  }

  @ParameterizedTest
  @MethodSource("forgeries")
  void aForgedIdentityIsReplaced(ReverseProxy.Kind kind, List<String> forged) {
    HttpResponse<String> response =
        whoAmI(kind, with(forged, "Cookie", session(kind, "proxy.honest")));
    assertIs(response, "proxy.honest." + kind.program());
    assertThat(asked()).startsWith(question(kind)).doesNotContain("mallory", "forged");
    assertThat(toElastic.drain())
        .startsWith("GET /_security/_authenticate ")
        .doesNotContain("mallory", "forged");
  }

  @ParameterizedTest
  @MethodSource("forgeries")
  void aForgedIdentityIsNoIdentity(ReverseProxy.Kind kind, List<String> forged) {
    assertRefused(whoAmI(kind, with(forged, "Cookie", "session=%2F")), 401);
    assertThat(asked()).startsWith(question(kind)).doesNotContain("mallory", "forged");
  }

  /** Authelia believes the first address, and judges by the requested page. */
  @ParameterizedTest
  @EnumSource
  void aClientChoosesNeitherItsAddressNorThePage(ReverseProxy.Kind kind) {
    HttpResponse<String> response =
        whoAmI(
            kind,
            "Cookie",
            session(kind, "proxy.jane"),
            "X-Forwarded-For",
            "203.0.113.9, 203.0.113.10",
            "X-Forwarded-Host",
            "forged.example.org",
            "X-Forwarded-Method",
            "FORGED",
            "X-Forwarded-Uri",
            "/forged");
    assertIs(response, "proxy.jane." + kind.program());
    assertThat(toAuthelia.drain())
        .containsPattern("(?i)x-forwarded-for: 127.0.0.1\r\n")
        .doesNotContain("203.0.113.")
        .doesNotContainIgnoringCase("forged");
    assertThat(asked())
        .containsPattern("(?i)x-forwarded-for: 127.0.0.1\r\n")
        .doesNotContain("203.0.113.");
  }

  /** It can have the user's password, which Authelia takes there. */
  @ParameterizedTest
  @EnumSource
  void aPasswordForAutheliaGoesNoFurther(ReverseProxy.Kind kind) throws IOException {
    String answer = raw(kind, headers(kind, "Proxy-Authorization: Basic secret\r\n"));
    assertThat(answer).startsWith("HTTP/1.1 200").contains("\"proxy.headers.");
    assertThat(asked()).startsWith(question(kind)).doesNotContainIgnoringCase("proxy-auth");
    assertThat(toElastic.drain()).startsWith("GET ").doesNotContainIgnoringCase("proxy-auth");
  }

  /** HAProxy's script asks there; who else could would be any user. */
  @Test
  void onlyHaproxysUserReachesItsSocket() throws IOException {
    assumeTrue(ReverseProxy.Kind.HAPROXY.installed(), "haproxy is not installed here");
    Path socket = PROXIES.get(ReverseProxy.Kind.HAPROXY).socket();
    assertThat(Files.getPosixFilePermissions(socket))
        .containsExactlyInAnyOrder(OWNER_READ, OWNER_WRITE);
  }

  private static String[] with(List<String> headers, String... more) {
    return Stream.concat(headers.stream(), Stream.of(more)).toArray(String[]::new);
  }

  @ParameterizedTest
  @EnumSource
  void aLoginOfTheClientsOwnIsDropped(ReverseProxy.Kind kind) {
    String own =
        ElasticsearchServer.basic(
            ElasticsearchServer.GATEWAY, ElasticsearchServer.GATEWAY_PASSWORD);
    assertIs(
        whoAmI(kind, "Cookie", session(kind, "proxy.jane"), "Authorization", own),
        "proxy.jane." + kind.program());
    assertThat(toElastic.drain())
        .doesNotContain(own)
        .containsPattern("(?s)^GET (?i:.*authorization: Basic (?!.*authorization: ))");
    assertRefused(whoAmI(kind, "Cookie", "session=%2F", "Authorization", own), 401);
    assertThat(asked())
        .contains(question(kind))
        .doesNotContainIgnoringCase("authorization")
        .doesNotContainIgnoringCase("cookie");
  }

  @ParameterizedTest
  @EnumSource
  void bodyAndQueryReachElasticsearchAndNotTheGateway(ReverseProxy.Kind kind) {
    String index = "/proxy-" + kind.program();
    for (BodyPublisher body :
        List.of(
            BodyPublishers.ofString("{\"drink\":\"espresso\"}"),
            // of unknown length: sent in chunks
            BodyPublishers.fromPublisher(BodyPublishers.ofString("{\"drink\":\"espresso\"}")))) {
      HttpResponse<String> response =
          ask(
              kind,
              "POST",
              index + "/_doc?refresh=true&filter_path=result",
              body,
              "Cookie",
              session(kind, "proxy.writer"),
              "Content-Type",
              "application/json");
      assertThat(response.statusCode()).as(response.body()).isEqualTo(201);
      assertThat(response.body()).isEqualTo("{\"result\":\"created\"}");
      for (String question : List.of(toAuthelia.drain(), asked())) {
        assertThat(question)
            .matches("(?s)(GET|POST) .*") // Envoy keeps the method
            .doesNotContain("espresso")
            .doesNotContainIgnoringCase("Transfer-Encoding")
            .doesNotContainPattern("(?i)content-length: [1-9]");
      }
      assertThat(toElastic.drain()).contains("espresso");
    }
    ask(
        kind,
        "GET",
        "/?filter_path=version",
        BodyPublishers.noBody(),
        "Cookie",
        session(kind, "proxy.writer"));
    assertThat(asked()).startsWith(question(kind));
    HttpResponse<String> found =
        ask(
            kind,
            "GET",
            index + "/_count?q=drink:espresso",
            BodyPublishers.noBody(),
            "Cookie",
            session(kind, "proxy.writer"));
    assertThat(ElasticsearchServer.json(found).path("count").asInt()).isEqualTo(2);
  }

  @ParameterizedTest
  @EnumSource
  void headIsADecisionToo(ReverseProxy.Kind kind) {
    String[] jane = {"Cookie", session(kind, "proxy.jane")};
    HttpResponse<String> there = ask(kind, "HEAD", "/", BodyPublishers.noBody(), jane);
    assertThat(there.statusCode()).isEqualTo(200);
    assertThat(there.headers().firstValue("X-elastic-product")).contains("Elasticsearch");
    assertThat(ask(kind, "HEAD", "/no-such-index", BodyPublishers.noBody(), jane).statusCode())
        .isEqualTo(404);
    HttpResponse<String> refused =
        ask(kind, "HEAD", "/", BodyPublishers.noBody(), "Cookie", "session=%2F");
    assertThat(refused.statusCode()).isEqualTo(401);
    assertThat(refused.body()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void aLargeUploadArrivesWhole(ReverseProxy.Kind kind) {
    String index = "proxy-large-" + kind.program();
    elasticsearch.admin("PUT", "/" + index, "{\"mappings\":{\"enabled\":false}}");
    String line = "{\"index\":{}}\n{\"text\":\"" + "x".repeat(1 << 20) + "\"}\n";
    HttpResponse<String> response =
        ask(
            kind,
            "POST",
            "/" + index + "/_bulk?refresh=true&filter_path=errors,items.index.status",
            BodyPublishers.ofString(line.repeat(20)),
            "Cookie",
            session(kind, "proxy.uploader"),
            "Content-Type",
            "application/x-ndjson");
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    assertThat(ElasticsearchServer.json(response).path("errors").asBoolean(true)).isFalse();
    assertThat(
            ElasticsearchServer.json(elasticsearch.admin("GET", "/" + index + "/_count", null))
                .path("count")
                .asInt())
        .isEqualTo(20);
    assertThat(asked()).hasSizeLessThan(2000);
  }

  @ParameterizedTest
  @EnumSource
  void whatElasticsearchRefusesArrivesAsItSaidIt(ReverseProxy.Kind kind) {
    HttpResponse<String> response =
        ask(kind, "POST", "/_bulk", BodyPublishers.noBody(), "Cookie", session(kind, "proxy.jane"));
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(ElasticsearchServer.json(response).at("/error/type").asText())
        .isEqualTo("parse_exception");
  }

  @ParameterizedTest
  @EnumSource
  void theQuestionsCannotBeAskedFromOutside(ReverseProxy.Kind kind) {
    for (String path :
        List.of("/internal/elastauth", "/internal/authelia", "/elastauth", "/nonexistent")) {
      HttpResponse<String> response =
          ask(kind, "GET", path, BodyPublishers.noBody(), "Cookie", session(kind, "proxy.jane"));
      assertThat(response.statusCode()).as(path).isBetween(400, 499);
      assertThat(response.body()).doesNotContain("\"status\":\"OK\"");
    }
  }
}
