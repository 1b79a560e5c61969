package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.FaultyTcpProxy;
import org.elastauth.server.Servers;
import org.elastauth.server.TestGateway;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The audit trail, in files and in a real Elasticsearch. */
@ExtendWith(Servers.class)
@Timeout(180)
class AuditIT {
  private static final String USER = "audit-writer";
  private static final String PASSWORD = "audit-writer-pw1";
  private static final String BEARER = "audit-administrators-0123456789-abcdef";

  private static ElasticsearchServer elasticsearch;
  @TempDir Path folder;

  @BeforeAll
  static void createAccount(ElasticsearchServer server) {
    elasticsearch = server;
    // what src/docs/audit.md says that the gateway's account needs
    server.admin(
        "PUT",
        "/_security/role/audit_writer",
        "{\"cluster\":[\"manage_security\"],\"indices\":[{\"names\":[\"elastauth-audit*\"],"
            + "\"privileges\":[\"create_doc\",\"auto_configure\"]}]}");
    server.admin(
        "PUT",
        "/_security/user/" + USER,
        "{\"password\":\"" + PASSWORD + "\",\"roles\":[\"audit_writer\"]}");
  }

  private TestGateway.Builder gateway(String index) {
    return TestGateway.builder()
        .on(elasticsearch)
        .set("elasticsearch.username", USER)
        .set("elasticsearch.password", PASSWORD)
        .set("audit.enabled", true)
        .set("audit.target", "elasticsearch")
        .set("audit.index", index)
        .set("audit.path", folder.toString());
  }

  private static String decision(HttpResponse<String> response) {
    return response.headers().firstValue("Elastauth-Decision").orElseThrow();
  }

  /** The ids of this many decisions. */
  private static Set<String> decide(TestGateway gateway, int count) {
    List<CompletableFuture<HttpResponse<String>>> responses =
        IntStream.range(0, count).mapToObj(i -> gateway.decideLater("audit." + i % 7)).toList();
    Set<String> ids = new HashSet<>();
    responses.forEach(response -> ids.add(decision(response.join())));
    assertThat(ids).as("ids differ").hasSize(count);
    return ids;
  }

  private static JsonNode search(String index, String query) {
    elasticsearch.admin("POST", "/" + index + "/_refresh", null);
    HttpResponse<String> response =
        elasticsearch.admin("POST", "/" + index + "/_search?size=10000", query);
    return ElasticsearchServer.json(response).path("hits").path("hits");
  }

  private static List<String> decisions(String index) {
    List<String> ids = new ArrayList<>();
    search(
            index,
            "{\"_source\":[\"http.request.id\"],\"query\":{\"exists\":{\"field\":\"elastauth.tier\"}}}")
        .forEach(hit -> ids.add(hit.path("_source").path("http.request.id").asText()));
    return ids;
  }

  private List<Path> undelivered() throws Exception {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.toString().endsWith(".jsonl") && file.toFile().length() > 0)
          .toList();
    }
  }

  private void awaitDelivery() {
    Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> undelivered().isEmpty());
  }

  /** Elasticsearch ends in the middle, answers are lost, and the gateway restarts. */
  @Test
  void everyDecisionIsInElasticsearchOnceWhateverFailsMeanwhile() throws Exception {
    String index = "elastauth-audit-once";
    Set<String> ids = new HashSet<>();
    try (FaultyTcpProxy proxy = FaultyTcpProxy.to(elasticsearch)) {
      TestGateway.Builder builder =
          gateway(index)
              .set("elasticsearch.hosts", proxy.url())
              .set("elasticsearch.read_timeout", "1s")
              .set("user_store", "dry-run");
      proxy.open();
      try (TestGateway gateway = builder.start()) {
        ids.addAll(decide(gateway, 500));
        awaitDelivery();
        proxy.shut();
        ids.addAll(decide(gateway, 500));
        Awaitility.await("late events are reported")
            .until(() -> gateway.health().path("audit").path("reason").asText().equals("delivery"));
        proxy.losingAnswersTo("POST /" + index);
        ids.addAll(decide(gateway, 500));
        Awaitility.await("an answer is lost").until(() -> proxy.lost() > 0);
      }
      assertThat(undelivered()).isNotEmpty();
      proxy.shut().open();
      try (TestGateway gateway = builder.start()) {
        ids.addAll(decide(gateway, 500));
        awaitDelivery();
        Awaitility.await("reports the end of a failure, too")
            .atMost(Duration.ofSeconds(30))
            .until(() -> gateway.health().path("status").asText().equals("healthy"));
      }
    }
    assertThat(decisions(index)).hasSize(2_000).containsExactlyInAnyOrderElementsOf(ids);
  }

  /** The mapping of user.name takes numbers only. */
  @Test
  void anEventThatElasticsearchCannotAcceptDoesNotBlockOthers() throws Exception {
    String index = "elastauth-audit-numbers";
    elasticsearch.admin(
        "PUT",
        "/" + index,
        "{\"mappings\":{\"properties\":{\"user\":{\"properties\":{\"name\":{\"type\":\"integer\"}}}}}}");
    try (TestGateway gateway = gateway(index).set("user_store", "dry-run").start()) {
      String accepted = decision(gateway.decide("12"));
      String refused = decision(gateway.decide("not.a.number"));
      String next = decision(gateway.decide("34"));
      Awaitility.await()
          .untilAsserted(
              () -> assertThat(decisions(index)).containsExactlyInAnyOrder(accepted, next));
      Path rejected = folder.resolve("rejected.jsonl");
      Awaitility.await().until(() -> Files.exists(rejected));
      assertThat(Files.readAllLines(rejected)).singleElement().asString().contains(refused);
      assertThat(gateway.get("/metrics").body())
          .contains("elastauth_audit_dropped_total{reason=\"rejected\"} 1.0");
    }
  }

  /** Without the right to write to the index. */
  @Test
  void eventsStayWhileTheAccountMayNotWrite() throws Exception {
    try (TestGateway gateway = gateway("other-index").start()) {
      gateway.decide("audit.forbidden");
      Awaitility.await()
          .until(() -> gateway.health().path("audit").path("reason").asText().equals("delivery"));
      assertThat(undelivered()).isNotEmpty();
      assertThat(folder.resolve("rejected.jsonl")).doesNotExist();
    }
  }

  private List<JsonNode> lines() throws Exception {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(folder.resolve("audit.jsonl"))) {
      lines.add(new ObjectMapper().readTree(line));
    }
    return lines;
  }

  private JsonNode event(String field, String value) throws Exception {
    return lines().stream()
        .filter(line -> line.path(field).asText().equals(value))
        .findFirst()
        .orElseThrow(() -> new AssertionError(field + "=" + value));
  }

  /** One story of a user. */
  @Test
  void aFileSaysWhatHappenedToAUser() throws Exception {
    String granted;
    String cached;
    String refused;
    String revoked;
    String read;
    try (TestGateway gateway =
        gateway("")
            .set("audit.index", "elastauth-audit")
            .set("audit.target", "file")
            .set("default_roles", "")
            .set("group_mappings.staff", "viewer")
            .set("admin.enabled", true)
            .set("admin.credential", BEARER)
            .start()) {
      granted = decision(gateway.decide("audit.story", "staff"));
      cached = decision(gateway.decide("audit.story", "staff"));
      refused = decision(gateway.decide("audit.story", "guests"));
      revoked =
          decision(
              gateway.send(
                  gateway
                      .request(
                          "/elastauth/users/audit.story?disable=true",
                          "Authorization",
                          "Bearer " + BEARER)
                      .DELETE()
                      .build()));
      read = decision(gateway.get("/elastauth/config", "Authorization", "Bearer " + BEARER));
    }
    JsonNode reading = event("event.action", "configuration-read");
    assertThat(reading.path("http.request.id").asText()).isEqualTo(read);
    assertThat(reading.path("elastauth.by").asText()).isEqualTo("admin.credential");
    assertThat(reading.path("source.ip").asText()).isEqualTo("127.0.0.1");
    assertThat(event("event.id", granted).path("elastauth.tier").asText())
        .isEqualTo("elasticsearch");
    assertThat(event("event.id", granted).path("user.roles").toString()).isEqualTo("[\"viewer\"]");
    assertThat(event("event.id", cached).path("elastauth.tier").asText()).isEqualTo("memory");
    JsonNode refusal = event("event.action", "access-refused");
    assertThat(refusal.path("http.request.id").asText()).isEqualTo(refused);
    assertThat(refusal.path("event.reason").asText()).isEqualTo("no_role");
    JsonNode created = event("event.action", "user-created");
    assertThat(created.path("user.name").asText()).isEqualTo("audit.story");
    assertThat(created.path("http.request.id").asText()).isEqualTo(granted);
    JsonNode revocation = event("event.action", "user-revoked");
    assertThat(revocation.path("http.request.id").asText()).isEqualTo(revoked);
    assertThat(revocation.path("elastauth.disabled").asBoolean()).isTrue();
    assertThat(lines())
        .element(0)
        .satisfies(
            first -> assertThat(first.path("event.action").asText()).isEqualTo("gateway-started"));
    assertThat(event("event.action", "gateway-started").path("elastauth.settings").toString())
        .contains("audit.target=file", "admin.credential=***");
    assertThat(lines().toString()).contains("gateway-stopped").doesNotContain(BEARER, PASSWORD);
  }

  private static void accepted(String path, String body) {
    HttpResponse<String> response = elasticsearch.admin("PUT", path, body);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    assertThat(elasticsearch.admin("DELETE", path, null).statusCode()).isEqualTo(200);
  }

  /** Under other names; a lifecycle is also a part of an index template, from 8.14 on. */
  @Test
  void elasticsearchAcceptsTheShippedTemplateAndLifecycle() throws Exception {
    Assumptions.assumeTrue(elasticsearch.major() == 8, "Elasticsearch 8");
    Path files = Path.of("docker/elasticsearch");
    accepted(
        "/_component_template/shipped", Files.readString(files.resolve("component-template.json")));
    accepted(
        "/_index_template/shipped",
        "{\"index_patterns\":[\"shipped-*\"],\"data_stream\":{},\"template\":{\"lifecycle\":%s}}"
            .formatted(Files.readString(files.resolve("data-stream-lifecycle.json"))));
  }
}
