package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.stream.Stream;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.RedisServer;
import org.elastauth.server.Servers;
import org.elastauth.server.TestGateway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * SPEC 2: what is refused, with which status, in JSON, and without a trace in Elasticsearch or
 * Redis.
 */
@ExtendWith(Servers.class)
class BadInputIT {
  private static ElasticsearchServer elasticsearch;
  private static RedisServer redis;
  private static TestGateway gateway;
  private static long users;

  @BeforeAll
  static void start(ElasticsearchServer server, RedisServer cache) {
    elasticsearch = server;
    redis = cache;
    gateway = TestGateway.builder().on(server).with(cache).start();
    users = countUsers();
  }

  @AfterAll
  static void stop() {
    gateway.close();
  }

  @AfterEach
  void leavesNoTrace() {
    assertThat(countUsers()).isEqualTo(users);
    assertThat(redis.template().keys("*")).isEmpty();
  }

  private static long countUsers() {
    return ElasticsearchServer.json(elasticsearch.admin("GET", "/_security/user", null)).size();
  }

  private static void assertError(int status, String message, HttpResponse<String> response)
      throws Exception {
    assertThat(response.statusCode()).isEqualTo(status);
    assertThat(TestGateway.authorization(response)).isEmpty();
    assertThat(response.headers().firstValue("Content-Type").orElse(""))
        .startsWith("application/json");
    assertErrorBody(status, message, response.body());
  }

  private static void assertErrorBody(int status, String message, String body) throws Exception {
    JsonNode error = new ObjectMapper().readTree(body);
    assertThat(error.path("message").asText()).contains(message);
    assertThat(error.path("code").asInt()).isEqualTo(status);
    assertThat(Instant.parse(error.path("timestamp").asText())).isBeforeOrEqualTo(Instant.now());
    assertThat(error.size()).isEqualTo(3);
  }

  /** An answer over a bare socket: its status line, headers and body. */
  private static void assertRawError(int status, String message, String answer) throws Exception {
    assertThat(answer).matches("(?s)HTTP/1\\.[01] " + status + " .*");
    assertThat(answer.toLowerCase(java.util.Locale.ROOT)).doesNotContain("\r\nauthorization:");
    String body = answer.substring(answer.indexOf('{'), answer.lastIndexOf('}') + 1);
    assertErrorBody(status, message, body);
  }

  private static String request(String... headerLines) {
    return "GET /elastauth HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n"
        + String.join("\r\n", headerLines)
        + "\r\n\r\n";
  }

  @Test
  void noIdentity() throws Exception {
    assertError(401, "no identity", gateway.get("/elastauth"));
    assertError(401, "no identity", gateway.get("/elastauth", "Remote-User", ""));
    assertError(401, "no identity", gateway.get("/elastauth", "Remote-User", "   "));
    assertError(401, "no identity", gateway.get("/elastauth", "Remote-Groups", "admins"));
  }

  /** SPEC 13.5: identity headers are not believed from anybody. */
  @Test
  void identityFromAnAddressThatIsNotTrusted() throws Exception {
    try (TestGateway strict =
        TestGateway.builder()
            .on(elasticsearch)
            .with(redis)
            .set("trusted_proxies", "192.0.2.0/24")
            .start()) {
      for (String header :
          new String[] {
            "X-Forwarded-For", "X-Real-IP", "Forwarded", "X-Client-IP", "True-Client-IP"
          }) {
        String value = header.equals("Forwarded") ? "for=192.0.2.1" : "192.0.2.1";
        assertError(
            403,
            "not accepted from this address",
            strict.get("/elastauth", "Remote-User", "bad.peer", header, value));
      }
      assertError(
          403,
          "not accepted from this address",
          strict.get("/elastauth", "Remote-Groups", "admins"));
      assertError(401, "no identity", strict.get("/elastauth"));
    }
  }

  @Test
  void identityAndResponseHeadersByQuery() throws Exception {
    String query =
        "?Remote-User=bad.query&Remote-Groups=admins&Authorization=Basic%20eDp5&identity=x&CamelHttpResponseCode=200";
    assertError(401, "no identity", gateway.get("/elastauth" + query));
    assertError(401, "no identity", gateway.get("/elastauth/authz/x" + query));
  }

  @Test
  void identityAndResponseHeadersByForm() throws Exception {
    HttpRequest form =
        gateway
            .request("/elastauth", "Content-Type", "application/x-www-form-urlencoded")
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    "Remote-User=bad.form&Authorization=Basic+eDp5&X-Role=root"))
            .build();
    assertError(401, "no identity", gateway.send(form));
  }

  @Test
  void identityByCamelsOwnHeaders() throws Exception {
    assertError(
        401,
        "no identity",
        gateway.get(
            "/elastauth",
            "CamelHttpResponseCode",
            "200",
            "CamelRedis.Key",
            "elastauth-x",
            "CamelRedis.Command",
            "FLUSHALL",
            "CamelBeanMethodName",
            "granted",
            "CamelHttpPath",
            "/health"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Authorization",
        "X-Role",
        "Set-Cookie",
        "Location",
        "CamelHttpResponseCode",
        "Retry-After"
      })
  void nothingOfTheRequestIsReflected(String header) {
    HttpResponse<String> response =
        gateway.get(
            "/elastauth?" + header + "=planted&other=planted",
            header,
            "planted",
            "X-Other",
            "planted");
    assertThat(response.statusCode()).isEqualTo(401);
    assertThat(response.headers().map().toString()).doesNotContain("planted");
    assertThat(response.body()).doesNotContain("planted");
    HttpResponse<String> health = gateway.get("/health?" + header + "=planted", header, "planted");
    assertThat(health.headers().map().toString()).doesNotContain("planted");
  }

  static Stream<Arguments> malformed() {
    return Stream.of(
        Arguments.of("username", new String[] {"Remote-User: elastic:x"}),
        Arguments.of("username", new String[] {"Remote-User: .."}),
        Arguments.of("username", new String[] {"Remote-User: _xpack"}),
        Arguments.of("username", new String[] {"Remote-User: a\tb"}),
        Arguments.of("username", new String[] {"Remote-User: ."}),
        Arguments.of("username", new String[] {"Remote-User: " + "x".repeat(256)}),
        Arguments.of("username", new String[] {"Remote-User: j\u00c3\u00b6rg"}),
        Arguments.of(
            "the header Remote-User is not UTF-8", new String[] {"Remote-User: j\u00f6rg"}),
        Arguments.of(
            "the header Remote-User is there more than once",
            new String[] {"Remote-User: a", "Remote-User: b"}),
        Arguments.of(
            "the header Remote-User is there more than once",
            new String[] {"Remote-User: a", "remote-user: a"}),
        Arguments.of(
            "the header Remote-Groups is there more than once",
            new String[] {"Remote-User: a", "Remote-Groups: x", "REMOTE-GROUPS: y"}),
        Arguments.of(
            "the header Remote-Email is there more than once",
            new String[] {"Remote-User: a", "Remote-Email: a@b", "Remote-Email: a@b"}),
        Arguments.of(
            "the header Remote-Name is there more than once",
            new String[] {"Remote-User: a", "Remote-Name: x", "Remote-Name: x"}));
  }

  @ParameterizedTest
  @MethodSource
  void malformed(String message, String[] headers) throws Exception {
    assertRawError(400, message, gateway.raw(request(headers)));
  }

  /** The same by a client, as far as it sends the bytes. */
  static Stream<Arguments> malformedInAscii() {
    return malformed()
        .filter(
            each ->
                Stream.of((String[]) each.get()[1])
                    .allMatch(line -> line.chars().allMatch(c -> c < 128)));
  }

  @ParameterizedTest
  @MethodSource("malformedInAscii")
  void malformedByAClient(String message, String[] headers) throws Exception {
    String[] alternating =
        Stream.of(headers).flatMap(line -> Stream.of(line.split(": ", 2))).toArray(String[]::new);
    assertError(400, message, gateway.get("/elastauth", alternating));
  }

  @Test
  void tooLongByAClient() throws Exception {
    assertError(
        414, "request line", gateway.get("/elastauth?x=" + "y".repeat(17_000), "Remote-User", "a"));
    assertError(
        431,
        "headers",
        gateway.get("/elastauth", "Remote-User", "a", "X-Long", "y".repeat(33_000)));
  }

  @Test
  void theLimitsOnRequestLineAndHeadersAreConfigurable() throws Exception {
    try (TestGateway small =
            TestGateway.builder()
                .on(elasticsearch)
                .set("http.max_request_line", 1_024)
                .set("http.max_header_size", 2_048)
                .start();
        TestGateway large =
            TestGateway.builder()
                .on(elasticsearch)
                .set("http.max_request_line", 100_000)
                .set("http.max_header_size", 200_000)
                .start()) {
      String line = "/elastauth?x=" + "y".repeat(2_000);
      assertError(414, "request line", small.get(line));
      assertError(401, "no identity", gateway.get(line));
      String header = "y".repeat(3_000);
      assertError(431, "headers", small.get("/elastauth", "X-Long", header));
      assertError(401, "no identity", gateway.get("/elastauth", "X-Long", header));

      assertError(401, "no identity", large.get("/elastauth?x=" + "y".repeat(90_000)));
      assertError(401, "no identity", large.get("/elastauth", "X-Long", "y".repeat(190_000)));
    }
  }

  @ParameterizedTest
  @CsvSource({"/elastauth,401", "/elastauth/authz/x,401", "/nothing,404"})
  void aRefusalByHeadIsThatByGetWithoutABody(String path, int status) throws Exception {
    HttpResponse<String> head =
        gateway.send(
            gateway.request(path).method("HEAD", HttpRequest.BodyPublishers.noBody()).build());
    HttpResponse<String> get = gateway.get(path);
    assertThat(head.statusCode()).isEqualTo(status);
    assertThat(head.body()).isEmpty();
    for (String header : new String[] {"Content-Type", "Cache-Control"}) {
      assertThat(head.headers().allValues(header))
          .hasSize(1)
          .isEqualTo(get.headers().allValues(header));
    }
    assertThat(TestGateway.authorization(head)).isEmpty();
    assertError(status, "", get);
  }

  @Test
  void requestLineBeyond16KB() throws Exception {
    String head = "GET /elastauth?x=";
    String tail = " HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\nRemote-User:\r\n\r\n";
    int room = 16_384 - head.length() - " HTTP/1.1".length();
    assertRawError(401, "no identity", gateway.raw(head + "y".repeat(room) + tail));
    assertRawError(414, "request line", gateway.raw(head + "y".repeat(room + 2) + tail));
  }

  @Test
  void headersBeyond32KB() throws Exception {
    assertRawError(401, "no identity", gateway.raw(request("X-Long: " + "y".repeat(32_000))));
    assertRawError(431, "headers", gateway.raw(request("X-Long: " + "y".repeat(33_000))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /elastauth HTTP/1.1\r\nHost: g\r\nRemote-User : a\r\n\r\n",
        "GET /elastauth HTTP/1.1\r\nHost: g\r\nRemote-User: a\u0000b\r\n\r\n",
        "GET /elastauth HTTP/1.1\r\nHost: g\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        "nonsense\r\n\r\n"
      })
  void brokenHttp(String request) throws Exception {
    assertRawError(400, "", gateway.raw(request));
  }

  /** SPEC 13.12: nor is there a configuration page to see. */
  @Test
  void pathsThatAreNotThere() throws Exception {
    assertError(404, "no such path", gateway.get("/nothing", "Remote-User", "bad.path"));
    assertError(404, "no such path", gateway.get("/elastauth/nothing", "Remote-User", "bad.path"));
    assertError(404, "no such path", gateway.get("/elastauthz", "Remote-User", "bad.path"));
    assertError(404, "no such path", gateway.get("/elastauth/config"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/health",
        "/elastauth/health",
        "/elastauth/live",
        "/elastauth/ready",
        "/metrics",
        "/elastauth/metrics"
      })
  void methodsThatAreNotTaken(String path) throws Exception {
    for (String method : new String[] {"POST", "PUT", "DELETE", "OPTIONS"}) {
      assertError(
          405,
          "method",
          gateway.send(
              gateway.request(path).method(method, HttpRequest.BodyPublishers.noBody()).build()));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/health", "/elastauth/health"})
  void anAliasClosesAConnectionAsItsAddressDoes(String path) {
    String answer =
        gateway.raw(
            "GET "
                + path
                + "?a=b HTTP/1.1\r\nHost: g\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
                + "GET /elastauth HTTP/1.1\r\nHost: g\r\nRemote-User: bad.smuggled\r\n\r\n");
    assertThat(answer.split("HTTP/1.1 ")).hasSize(2);
    assertThat(answer).startsWith("HTTP/1.1 200 ").containsIgnoringCase("connection: close");
  }

  @Test
  void whatFollowsAChunkedBodyIsNoRequest() {
    String answer =
        gateway.raw(
            "POST /elastauth HTTP/1.1\r\nHost: g\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "0\r\n\r\nGET /elastauth HTTP/1.1\r\nHost: g\r\nRemote-User: bad.smuggled\r\n\r\n");
    assertThat(answer.split("HTTP/1.1 ")).hasSize(2);
    assertThat(answer).startsWith("HTTP/1.1 400 ").containsIgnoringCase("connection: close");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/elastauth/authz/../../health",
        "/elastauth/authz/%2e%2e/%2E%2e/metrics",
        "/elastauth/authz/app/kibana/../../../live",
        "/elastauth/authz/..%2f..%2fhealth",
        "/elastauth/authz/..",
        "/elastauth/authz/./../live?x=1"
      })
  void dotSegmentsLeadNowhere(String path) throws Exception {
    assertRawError(
        400,
        "malformed",
        gateway.raw("GET " + path + " HTTP/1.1\r\nHost: g\r\nConnection: close\r\n\r\n"));
  }
}
