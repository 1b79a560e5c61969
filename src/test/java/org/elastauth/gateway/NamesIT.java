package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.elastauth.revocation.CacheRevalidation;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.ReadsOutput;
import org.elastauth.server.RedisServer;
import org.elastauth.server.Servers;
import org.elastauth.server.SideBySide;
import org.elastauth.server.TestGateway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;

/** SPEC 2: every name that Elasticsearch logs in, from the header to the revocation. */
@SideBySide
@ExtendWith(Servers.class)
@Timeout(120)
class NamesIT {
  private static final String CREDENTIAL = "administrators-0123456789-abcdefgh";

  private static ElasticsearchServer elasticsearch;
  private static TestGateway gateway;
  private static TestGateway other;

  @BeforeAll
  static void start(ElasticsearchServer server, RedisServer redis) {
    elasticsearch = server;
    gateway = builder(redis).set("cache.type", "hybrid").start();
    other = builder(redis).start();
  }

  private static TestGateway.Builder builder(RedisServer redis) {
    return TestGateway.builder()
        .on(elasticsearch)
        .with(redis)
        .set("group_mappings.admins", "superuser")
        .set("rate_limit.enabled", true)
        .set("admin.enabled", true)
        .set("admin.credential", CREDENTIAL);
  }

  @AfterAll
  static void stop() {
    gateway.close();
    other.close();
  }

  static Stream<String> names() {
    return Names.ALL.stream();
  }

  private static HttpResponse<String> authenticate(String authorization) {
    return elasticsearch.request("GET", "/_security/_authenticate", authorization, null);
  }

  private static HttpResponse<String> revoke(String name) {
    return gateway.send(
        gateway
            .request(
                "/elastauth/users/" + Names.encoded(name), "Authorization", "Bearer " + CREDENTIAL)
            .DELETE()
            .build());
  }

  @ParameterizedTest
  @MethodSource("names")
  void fromTheHeaderToTheRevocation(String name) {
    HttpResponse<String> response = gateway.decide(name, "staff");
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    assertThat(ElasticsearchServer.json(response).path("user").asText()).isEqualTo(name);
    String before = TestGateway.authorization(response).orElseThrow();
    JsonNode user = ElasticsearchServer.json(authenticate(before));
    assertThat(user.path("username").asText()).isEqualTo(name);
    assertThat(user.path("roles").toString()).isEqualTo("[\"viewer\"]");
    assertThat(gateway.login(name, "staff")).as("cached").isEqualTo(before);
    assertThat(other.login(name, "staff")).as("shared").isEqualTo(before);
    assertThat(gateway.login(name, "admins")).isEqualTo(before);
    assertThat(ElasticsearchServer.json(authenticate(before)).path("roles").toString())
        .isEqualTo("[\"superuser\"]");

    List<String> outdated = new ArrayList<>();
    gateway.bean(CacheRevalidation.class).outdated().forEachRemaining(outdated::add);
    assertThat(outdated).doesNotContain(name);

    HttpResponse<String> revoked = revoke(name);
    assertThat(revoked.statusCode()).as(revoked.body()).isEqualTo(200);
    assertThat(ElasticsearchServer.json(revoked).path("user").asText()).isEqualTo(name);
    assertThat(authenticate(before).statusCode()).isEqualTo(401);
    assertThat(authenticate(gateway.login(name, "admins")).statusCode()).isEqualTo(200);
  }

  /** Elasticsearch splits the names of a path at commas, and would answer with two other users. */
  @ParameterizedTest
  @ValueSource(strings = {"names,foreign", "names/foreign", "names foreign", "names\\foreign"})
  void accountsThatSomebodyElseMadeAreLeftAlone(String name) {
    String path = "/_security/user/" + Names.encoded(name);
    for (String each : List.of(path, "/_security/user/names", "/_security/user/foreign")) {
      elasticsearch.admin("PUT", each, "{\"password\":\"theirs-1\",\"roles\":[\"viewer\"]}");
    }
    assertThat(gateway.decide(name).statusCode()).isEqualTo(403);
    assertThat(revoke(name).statusCode()).isEqualTo(403);
    assertThat(authenticate(ElasticsearchServer.basic(name, "theirs-1")).statusCode())
        .isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "_system",
        "_xpack",
        "__anonymous",
        "_anonymous",
        "_privileges",
        "_password",
        ".",
        "..",
        "a:b",
        "a\tb",
        "a\u0001b",
        "j\u00c3\u00b6rg", // UTF-8 in the header
        "a\u00c2\u00a0b"
      })
  void namesThatElasticsearchRefusesOrUsesItself(String name) {
    String answer =
        gateway.raw(
            "GET /elastauth HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\nRemote-User: "
                + name
                + "\r\n\r\n");
    assertThat(answer).startsWith("HTTP/1.1 400 ");
  }

  @Test
  void aRefusalSaysWhichNamesElasticsearchAccepts() {
    assertThat(gateway.decide("a:b").body()).contains("printable ASCII characters without a colon");
  }

  /** Quotes would end the value, and let the rest of the name pass for other values. */
  @Test
  @ReadsOutput
  void aNameCannotForgeALine(CapturedOutput output) {
    gateway.login("log\" generation=\"7", "staff");
    assertThat(revoke("log\" generation=\"7").statusCode()).isEqualTo(200);
    assertThat(output.getOut())
        .contains("user=\"log\\\" generation=\\\"7\"")
        .doesNotContain("user=\"log\" generation");
  }
}
