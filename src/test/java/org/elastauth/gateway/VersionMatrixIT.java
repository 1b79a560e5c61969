package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.support.DefaultExchange;
import org.awaitility.Awaitility;
import org.elastauth.crypto.SecretKeys;
import org.elastauth.server.ElasticsearchRelease;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.Servers;
import org.elastauth.server.TestGateway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/** SPEC 4, 5: the same on Elasticsearch 6.8, 8 and 9; 6.8 and 9 with -Pmatrix. */
@ExtendWith(Servers.class)
class VersionMatrixIT {
  private static final String FOREIGN = ElasticsearchServer.basic("matrix.foreign", "theirs-1");

  /** One thing a gateway does with an Elasticsearch. */
  private interface Case {
    void run() throws Exception;
  }

  private final ElasticsearchServer eight;
  private final TestGateway.SetClock clock = new TestGateway.SetClock(Instant.now());

  private ElasticsearchServer elasticsearch;
  private TestGateway gateway;

  VersionMatrixIT(ElasticsearchServer eight) {
    this.eight = eight;
  }

  @TestFactory
  Stream<DynamicContainer> releases() {
    return Stream.of(
            ElasticsearchRelease.SIX, ElasticsearchRelease.EIGHT, ElasticsearchRelease.NINE)
        .map(release -> dynamicContainer(release.toString(), tests(release)));
  }

  private List<DynamicTest> tests(ElasticsearchRelease release) {
    if (release.missing().isPresent()) {
      return List.of(
          dynamicTest("is left out", () -> Assumptions.abort(release.missing().orElseThrow())));
    }
    Map<String, Case> cases = new LinkedHashMap<>();
    cases.put("create", this::create);
    cases.put("names", this::names);
    cases.put("expiry", this::expiry);
    cases.put("role change without password", this::roleChangeWithoutPassword);
    cases.put("window turn", this::windowTurn);
    cases.put("disabled by an administrator", this::disabledByAnAdministrator);
    cases.put("foreign account", this::foreignAccount);
    cases.put("own password change healed", this::ownPasswordChangeHealed);
    cases.put("key takeover", this::keyTakeover);
    cases.put("audit trail", this::auditTrail);

    List<DynamicTest> tests = new ArrayList<>();
    tests.add(dynamicTest("starts", () -> start(release)));
    cases.forEach(
        (name, test) ->
            tests.add(
                dynamicTest(
                    name,
                    () -> {
                      Assumptions.assumeTrue(gateway != null, "it did not start");
                      test.run();
                    })));
    tests.add(dynamicTest("stops", this::stop));
    return tests;
  }

  private void start(ElasticsearchRelease release) {
    elasticsearch =
        release == ElasticsearchRelease.EIGHT ? eight : ElasticsearchServer.start(release);
    gateway =
        TestGateway.builder()
            .on(elasticsearch)
            .set("group_mappings.admins", "superuser")
            .set("expiry.enabled", true)
            .set("expiry.interval", "24h")
            .clock(clock)
            .start();
  }

  /** By the same client, with plain JSON and, for 6.8, a type. */
  private void auditTrail() throws Exception {
    Path folder = Files.createTempDirectory("audit");
    String type = elasticsearch.major() == 6 ? "/_doc" : "";
    try (TestGateway audited =
        TestGateway.builder()
            .on(elasticsearch)
            .set("elasticsearch.username", ElasticsearchServer.ADMIN)
            .set("elasticsearch.password", ElasticsearchServer.ADMIN_PASSWORD)
            .set("audit.enabled", true)
            .set("audit.target", "elasticsearch")
            .set("audit.index", "elastauth-audit-matrix" + type)
            .set("audit.path", folder.toString())
            .start()) {
      String decision =
          audited.decide("matrix.audit").headers().firstValue("Elastauth-Decision").orElseThrow();
      Awaitility.await()
          .untilAsserted(
              () ->
                  assertThat(
                          elasticsearch
                              .admin("GET", "/elastauth-audit-matrix/_doc/" + decision, null)
                              .statusCode())
                      .isEqualTo(200));
      assertThat(folder.resolve("rejected.jsonl")).doesNotExist();
    }
  }

  @AfterEach
  void stop() {
    if (gateway != null) {
      gateway.close();
      gateway = null;
    }
    if (elasticsearch != null && elasticsearch != eight) {
      elasticsearch.close();
    }
    elasticsearch = null;
  }

  private HttpResponse<String> authenticate(String authorization) {
    return elasticsearch.request("GET", "/_security/_authenticate", authorization, null);
  }

  private JsonNode mark(String user) {
    return elasticsearch.user(user).path("metadata").path("elastauth");
  }

  private void create() {
    HttpResponse<String> response =
        authenticate(gateway.login("matrix+create@example.org", "admins"));
    assertThat(response.statusCode()).isEqualTo(200);
    JsonNode user = ElasticsearchServer.json(response);
    assertThat(user.path("username").asText()).isEqualTo("matrix+create@example.org");
    assertThat(user.path("roles").toString()).isEqualTo("[\"superuser\"]");
    assertThat(mark("matrix+create@example.org").path("generation").asLong()).isEqualTo(1);
  }

  private void names() {
    for (String name : Names.ALL) {
      String user = "m" + name;
      String authorization = gateway.login(user, "one");
      JsonNode stored = ElasticsearchServer.json(authenticate(authorization));
      assertThat(stored.path("username").asText()).isEqualTo(user);
      assertThat(gateway.login(user, "two")).as(user).isEqualTo(authorization);
      stored = ElasticsearchServer.json(authenticate(authorization));
      assertThat(stored.path("metadata").path("groups").toString()).isEqualTo("[\"two\"]");
    }
  }

  private void runExpiry() {
    CamelContext context = gateway.bean(CamelContext.class);
    try {
      context.getRoute("expiry").getProcessor().process(new DefaultExchange(context));
    } catch (Exception failed) {
      throw new AssertionError(failed);
    }
  }

  private void expiry() {
    String before;
    try (TestGateway past =
        TestGateway.builder().on(elasticsearch).clockOffBy(Duration.ofDays(-8)).start()) {
      before = past.login("matrix.expiry", "staff");
    }
    assertThat(authenticate(before).statusCode()).isEqualTo(200);
    runExpiry();
    assertThat(authenticate(before).statusCode()).isEqualTo(401);
    assertThat(mark("matrix.expiry").path("state").asText()).isEqualTo("expired");
    assertThat(elasticsearch.user("matrix.expiry").path("metadata").path("groups").toString())
        .isEqualTo("[\"staff\"]");
    assertThat(authenticate(gateway.login("matrix.expiry")).statusCode()).isEqualTo(200);
    assertThat(mark("matrix.expiry").has("state")).isFalse();
  }

  private void roleChangeWithoutPassword() {
    String before = gateway.login("matrix.roles", "admins");
    JsonNode mark = mark("matrix.roles");
    assertThat(gateway.login("matrix.roles", "staff")).isEqualTo(before);
    JsonNode user = ElasticsearchServer.json(authenticate(before));
    assertThat(user.path("roles").toString()).isEqualTo("[\"viewer\"]");
    assertThat(user.path("metadata").path("groups").toString()).isEqualTo("[\"staff\"]");
    assertThat(elasticsearch.version("matrix.roles")).isEqualTo(2);
    assertThat(mark("matrix.roles")).isEqualTo(mark);
  }

  private void windowTurn() {
    String before = gateway.login("matrix.window");
    clock.advance(TestGateway.LIFETIME);
    String after = gateway.login("matrix.window");
    assertThat(after).isNotEqualTo(before);
    assertThat(authenticate(after).statusCode()).isEqualTo(200);
    assertThat(authenticate(before).statusCode()).isEqualTo(401);
  }

  private void disabledByAnAdministrator() {
    gateway.login("matrix.disabled", "one");
    assertThat(
            elasticsearch
                .admin("PUT", "/_security/user/matrix.disabled/_disable", null)
                .statusCode())
        .isEqualTo(200);
    long version = elasticsearch.version("matrix.disabled");
    assertThat(gateway.decide("matrix.disabled", "two").statusCode()).isEqualTo(403);
    assertThat(elasticsearch.version("matrix.disabled")).isEqualTo(version);
    assertThat(elasticsearch.user("matrix.disabled").path("enabled").asBoolean(true)).isFalse();
  }

  private void foreignAccount() {
    elasticsearch.admin(
        "PUT",
        "/_security/user/matrix.foreign",
        "{\"password\":\"theirs-1\",\"roles\":[\"viewer\"]}");
    assertThat(gateway.decide("matrix.foreign").statusCode()).isEqualTo(403);
    assertThat(gateway.decide("elastic").statusCode()).isEqualTo(403);
    assertThat(elasticsearch.version("matrix.foreign")).isEqualTo(1);
    assertThat(authenticate(FOREIGN).statusCode()).isEqualTo(200);
  }

  private void ownPasswordChangeHealed() {
    String before = gateway.login("matrix.changed", "one");
    assertThat(
            elasticsearch
                .request("POST", "/_security/user/_password", before, "{\"password\":\"my-own-1\"}")
                .statusCode())
        .isEqualTo(200);
    String after = gateway.login("matrix.changed", "two");
    assertThat(after).isNotEqualTo(before);
    assertThat(authenticate(after).statusCode()).isEqualTo(200);
    assertThat(mark("matrix.changed").path("generation").asLong()).isEqualTo(2);
  }

  private void keyTakeover() {
    gateway.login("matrix.key");
    clock.advance(Duration.ofSeconds(1));
    String key = SecretKeys.generate();
    try (TestGateway later =
        TestGateway.builder().on(elasticsearch).set("secret_key", key).clock(clock).start()) {
      assertThat(authenticate(later.login("matrix.key")).statusCode()).isEqualTo(200);
    }
    assertThat(mark("matrix.key").path("generation").asLong()).isEqualTo(2);
    assertThat(mark("matrix.key").path("key").asText())
        .isEqualTo(new SecretKeys(List.of(key), "").currentId());
  }
}
