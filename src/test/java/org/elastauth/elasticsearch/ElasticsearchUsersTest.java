package org.elastauth.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.elastauth.config.SecretFiles;
import org.elastauth.config.TestSettings;
import org.elastauth.credential.Credential;
import org.elastauth.credential.Window;
import org.elastauth.health.Health;
import org.elastauth.health.ServerFailure;
import org.elastauth.health.TestHealth;
import org.elastauth.server.FaultyTcpProxy;
import org.elastauth.server.TestGateway.SetClock;
import org.elasticsearch.client.RestClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** The conversations with an Elasticsearch that is not there, and with a server that is another. */
@ExtendWith(OutputCaptureExtension.class)
class ElasticsearchUsersTest {
  private final FaultyTcpProxy server = FaultyTcpProxy.to("127.0.0.1:1");
  private final SetClock clock = new SetClock(Instant.EPOCH);
  private final ElasticsearchSettings settings =
      TestSettings.of(Map.of("elasticsearch.hosts", server.url())).elasticsearch();
  private final RestClient client = new ElasticsearchConnection().elasticsearchClient(settings);
  private final CircuitBreaker breaker =
      CircuitBreaker.of(
          "elasticsearch",
          CircuitBreakerConfig.custom().slidingWindowSize(2).minimumNumberOfCalls(2).build());
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final Health health = TestHealth.of(CircuitBreaker.ofDefaults("e"), clock);
  private final ElasticsearchUsers users =
      new ElasticsearchUsers(
          client,
          breaker,
          new GatewayAccount(settings, SecretFiles.NONE),
          new ObjectMapper(),
          meters,
          health);

  @AfterEach
  void close() throws IOException {
    client.close();
    server.close();
  }

  private JsonNode health() {
    return new ObjectMapper()
        .valueToTree(health.report(new DefaultExchange(new DefaultCamelContext())));
  }

  private static String http(String status, String type, String body) {
    return "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"
        .formatted(status, type, body.length(), body);
  }

  private static String json(String status, String body) {
    return http(status, "application/json", body);
  }

  private static String error(String status, String type) {
    return json(status, "{\"error\":{\"type\":\"" + type + "\"},\"status\":0}");
  }

  /** What a user's read may get instead of a user, and the kind that /health names. */
  static Stream<Arguments> otherAnswers() {
    String page = "<html><form action=login>";
    String jane = "{\"jane\":{\"username\":\"jane\",\"roles\":[\"viewer\"]";
    return Stream.of(
        Arguments.of("not_elasticsearch", "garbage", "\u0000\u0001\u0002\u00ff\r\n\r\n"),
        Arguments.of("not_elasticsearch", "another protocol", "SSH-2.0-OpenSSH_9.2\r\n"),
        Arguments.of("not_elasticsearch", "a TLS alert", "\u0015\u0003\u0003\u0000\u0002\u0002F"),
        Arguments.of("not_elasticsearch", "no status", "HTTP/1.1 OK\r\n\r\n"),
        Arguments.of("not_elasticsearch", "broken header", "HTTP/1.1 200 OK\r\n: x\r\n\r\n"),
        Arguments.of(
            "not_elasticsearch",
            "broken chunk",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"),
        Arguments.of(
            "not_elasticsearch",
            "no gzip",
            "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"),
        Arguments.of("not_elasticsearch", "login page", http("200 OK", "text/html", page)),
        Arguments.of("not_elasticsearch", "page named JSON", json("200 OK", page)),
        Arguments.of("not_elasticsearch", "empty", json("200 OK", "")),
        Arguments.of(
            "not_elasticsearch",
            "no content",
            "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"),
        Arguments.of("not_elasticsearch", "truncated JSON", json("200 OK", jane)),
        Arguments.of("not_elasticsearch", "list", json("200 OK", "[]")),
        Arguments.of("not_elasticsearch", "text", json("200 OK", "{\"jane\":\"hello\"}")),
        Arguments.of("not_elasticsearch", "another user", json("200 OK", "{\"jane\":{}}")),
        Arguments.of("not_elasticsearch", "too long", json("200 OK", "9".repeat(2 << 20))),
        Arguments.of("not_elasticsearch", "tea", http("418 Teapot", "text/html", page)),
        Arguments.of("unauthorized", "wrong password", error("401 x", "security_exception")),
        Arguments.of("forbidden", "no right", error("403 x", "security_exception")),
        Arguments.of("forbidden", "proxy", http("403 Forbidden", "text/html", page)),
        Arguments.of(
            "license",
            "license",
            json("403 x", "{\"error\":{\"license.expired.feature\":\"security\"}}")),
        Arguments.of(
            "no_security_api",
            "security off",
            json("400 x", "{\"error\":\"no handler found for uri\"}")),
        Arguments.of("no_security_api", "no such page", http("404 x", "text/html", page)),
        Arguments.of("no_security_api", "no such path", json("404 x", "{\"error\":\"x\"}")),
        Arguments.of("no_security_api", "no method", json("405 x", "{\"error\":\"x\"}")),
        Arguments.of("no_security_api", "native users off", error("410 x", "status_exception")),
        Arguments.of(
            "no_security_api", "OpenSearch", error("400 x", "invalid_index_name_exception")),
        Arguments.of(
            "redirect",
            "redirect",
            "HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"),
        Arguments.of(
            "redirect",
            "redirect to TLS",
            "HTTP/1.1 301 x\r\nLocation: https://127.0.0.1:1/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"),
        Arguments.of("throttled", "429", error("429 x", "es_rejected_execution_exception")),
        Arguments.of("throttled", "429 of a proxy", http("429 x", "text/html", page)),
        Arguments.of("too_large", "413", http("413 x", "text/html", page)),
        Arguments.of("server_error", "500", http("500 x", "text/html", page)),
        Arguments.of(
            "not_elasticsearch",
            "unknown charset",
            http("500 x", "text/html; charset=nonsense", page)),
        Arguments.of("server_error", "502", http("502 Bad Gateway", "text/html", page)),
        Arguments.of("server_error", "503", error("503 x", "cluster_block_exception")),
        Arguments.of("unreachable", "closed at once", ""),
        Arguments.of(
            "unreachable", "half an answer", "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{}"));
  }

  @ParameterizedTest(name = "{1}: {0}")
  @MethodSource("otherAnswers")
  void anAnswerThatIsNotAUserHasAKindAndIsNamedOnceAMinute(
      String kind, String name, String answer, CapturedOutput output) {
    server.answering(answer);
    for (int second = 0; second < 60; second += 30) {
      assertThatThrownBy(() -> users.read("jane"))
          .isInstanceOfSatisfying(
              ServerFailure.class, failure -> assertThat(failure.kind()).isEqualTo(kind));
      assertThatThrownBy(users::check)
          .isInstanceOfSatisfying(ServerFailure.class, health::elasticsearchFailed);
      clock.advance(Duration.ofSeconds(30));
    }
    assertThat(health().path("status").asText()).isEqualTo("degraded");
    assertThat(health().at("/elasticsearch/available").asBoolean(true)).isFalse();
    assertThat(health().at("/elasticsearch/reason").asText()).isEqualTo(kind);
    assertThat(output).doesNotContain("login>", "OpenSSH", "hello").contains("operation=");
    assertThat(lines(output)).hasSize(1);
    assertThatThrownBy(users::check)
        .isInstanceOfSatisfying(ServerFailure.class, health::elasticsearchFailed);
    assertThat(lines(output)).as("a minute later").hasSize(2);
  }

  /** Elasticsearch splits such a name, so the user is found in a list. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{}",
        "[]",
        "7",
        "{\"message\":\"hello\"}",
        "{\"error\":{\"type\":\"x\"},\"status\":0}",
        "{\"total\":0,\"count\":0}",
        "{\"total\":1,\"count\":1,\"users\":[\"roe, jane\"]}",
        "{\"total\":1,\"count\":1,\"users\":[{\"username\":\"roe, jane\"}",
        "<html><form action=login>"
      })
  void aUserIsNotAbsentIfTheAnswerIsNoListOfUsers(String body) {
    server.answering(json("200 OK", body));
    assertThatThrownBy(() -> users.read("roe, jane")).isInstanceOf(ServerFailure.class);
    server.answering("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
    assertThatThrownBy(() -> users.read("roe, john")).isInstanceOf(IOException.class);
  }

  @Test
  void aUserIsAbsentInACompleteListWithoutIt() throws IOException {
    server.answering(json("200 OK", "{\"total\":0,\"count\":0,\"users\":[]}"));
    assertThat(users.read("roe, jane").exists()).isFalse();
    server.answering(
        json(
            "200 OK",
            "{\"total\":1,\"count\":1,\"users\":[{\"username\":\"roe, jane\",\"metadata\":{}}]}"));
    assertThat(users.read("roe, jane").exists()).isTrue();
  }

  private static UserChange create(long readAt) {
    Window window = new Window(0, 1);
    Credential jane = new Credential("jane", "pw", window, 1, 0, null);
    OwnershipMetadata ownership = new OwnershipMetadata("00", window, 1, 3, 4, "", "");
    return new UserChange(UserChange.Kind.CREATE, jane, ownership, Map.of("x", "y"), readAt);
  }

  private static List<String> lines(CapturedOutput output) {
    return output
        .getAll()
        .lines()
        .filter(line -> line.contains("Elasticsearch is unreachable or refuses requests"))
        .toList();
  }

  /** A redirect would take the gateway's password to another server. */
  @Test
  void aRedirectIsNotFollowed() {
    try (FaultyTcpProxy other = FaultyTcpProxy.to("127.0.0.1:1")) {
      other.answering(json("200 OK", "{}"));
      server.answering(
          "HTTP/1.1 307 x\r\nLocation: "
              + other.url()
              + "/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
      assertThatThrownBy(() -> users.read("jane")).isInstanceOf(ServerFailure.class);
      assertThat(other.entered()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "<html>", "{}", "[]", "{\"created\":\"yes\"}"})
  void aWriteThatAnotherServerAcknowledgesIsNone(String body) {
    server.answering(json("200 OK", body));
    long now = TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    assertThatThrownBy(() -> users.write(create(now)))
        .isInstanceOfSatisfying(
            ServerFailure.class,
            failure -> assertThat(failure.kind()).isEqualTo("not_elasticsearch"));
  }

  /** A proxy may log everybody in by an account of its own. */
  @ParameterizedTest
  @ValueSource(strings = {"", "<html>", "{}", "{\"username\":\"proxy\"}"})
  void aLoginAsAnotherUserIsNone(String body) {
    server.answering(json("200 OK", body));
    UserChange change = create(0);
    assertThatThrownBy(() -> users.accepts(change))
        .isInstanceOfSatisfying(
            ServerFailure.class,
            failure -> assertThat(failure.kind()).isEqualTo("not_elasticsearch"));
  }

  @Test
  void aFailureEndsWithTheNextSuccessOrAfterTenMinutes() throws IOException {
    server.answering(http("413 x", "text/html", ""));
    long now = TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    UserChange change = create(now + 60_000);
    breaker.transitionToDisabledState();
    assertThatThrownBy(() -> users.write(change)).isInstanceOf(ServerFailure.class);
    health.elasticsearchAnswered(); // reads work meanwhile
    assertThat(health().at("/elasticsearch/reason").asText()).isEqualTo("too_large");
    clock.advance(Duration.ofMinutes(10));
    assertThat(health().path("status").asText()).isEqualTo("healthy");
    assertThatThrownBy(() -> users.write(change)).isInstanceOf(ServerFailure.class);
    assertThat(health().path("status").asText()).isEqualTo("degraded");
    server.answering(json("200 OK", "{\"created\":true}"));
    assertThat(users.write(change)).isTrue();
    assertThat(health().path("status").asText()).isEqualTo("healthy");
  }

  private double requests(String operation) {
    return meters.counter("elastauth.elasticsearch.requests", "operation", operation).count();
  }

  @Test
  void opensAfterFailuresAndIsThenAFailureItselfWithoutARequest() {
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> users.read("a")).isInstanceOf(IOException.class);
    }
    assertThat(breaker.getState()).isEqualTo(CircuitBreaker.State.OPEN);
    assertThatThrownBy(() -> users.read("a"))
        .isInstanceOf(IOException.class)
        .hasMessage("Elasticsearch does not answer");
    assertThatThrownBy(() -> users.readAll(List.of("a"))).isInstanceOf(IOException.class);
    assertThat(requests("user_get")).isEqualTo(2);
    assertThat(requests("user_reread")).isZero();
  }

  /** The health check finds out that Elasticsearch is back, and a missing right is no outage. */
  @Test
  void neitherTheCheckNorApiKeysAreGuarded() {
    breaker.transitionToOpenState();
    assertThatThrownBy(users::check).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> users.invalidateApiKeys("a")).isInstanceOf(IOException.class);
    assertThat(requests("ping")).isEqualTo(2);
    assertThat(breaker.getMetrics().getNumberOfFailedCalls()).isZero();
  }

  @Test
  void whatWasReadTooLongAgoIsNotWrittenAndNotSent() throws IOException {
    UserChange old =
        new UserChange(UserChange.Kind.PROFILE, null, null, Map.of(), Long.MIN_VALUE / 2);
    assertThat(users.write(old)).isFalse();
    users.expire("a", Map.of(), Long.MIN_VALUE / 2);
    assertThat(requests("user_put_profile")).isZero();
    assertThat(requests("user_delete")).isZero();
  }
}
