package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.Servers;
import org.elastauth.server.TestGateway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** SPEC 5: elasticsearch.adopt, for users that elastauth or Keyline created. */
@ExtendWith({Servers.class, OutputCaptureExtension.class})
class AdoptionIT {
  private final ElasticsearchServer elasticsearch;

  AdoptionIT(ElasticsearchServer elasticsearch) {
    this.elasticsearch = elasticsearch;
  }

  private TestGateway gateway(String adopt) {
    return TestGateway.builder()
        .on(elasticsearch)
        .set("group_mappings.admins", "superuser")
        .set("elasticsearch.adopt", adopt)
        .borrow();
  }

  private void create(String name, String roles, String metadata, boolean enabled) {
    create(
        name,
        "{\"password\":\"theirs-1\",\"roles\":%s,\"metadata\":%s,\"enabled\":%s}"
            .formatted(roles, metadata, enabled));
  }

  private void create(String name, String body) {
    HttpResponse<String> created = elasticsearch.admin("PUT", "/_security/user/" + name, body);
    assertThat(created.statusCode()).as(created.body()).isEqualTo(200);
  }

  private int status(String authorization) {
    return elasticsearch
        .request("GET", "/_security/_authenticate", authorization, null)
        .statusCode();
  }

  @Test
  void elastauthsUsersAreTakenOverOnceAndLogged(CapturedOutput output) {
    create("adopt.john", "[\"superuser\"]", "{\"groups\":[\"admins\"],\"extra\":1}", true);
    try (TestGateway gateway = gateway("elastauth")) {
      String first = gateway.login("adopt.john", "staff");
      assertThat(status(first)).isEqualTo(200);
      assertThat(gateway.login("adopt.john", "admins")).isEqualTo(first);
    }
    assertThat(status(ElasticsearchServer.basic("adopt.john", "theirs-1"))).isEqualTo(401);
    JsonNode metadata = elasticsearch.user("adopt.john").path("metadata");
    assertThat(metadata.path("elastauth").path("generation").asLong()).isEqualTo(1);
    assertThat(metadata.path("groups").toString()).isEqualTo("[\"admins\"]");
    assertThat(output.toString().split("Taking over a user that elastauth created", -1)).hasSize(2);
  }

  /** The bodies that elastauth 2 as a proxy, Keyline 0.1.0 and later Keylines send. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "elastauth|adopt.null|`email`:``,`full_name`:``,`metadata`:{`groups`:null}",
        "keyline|adopt.old|`metadata`:{`source`:`ldap`,`groups`:[`admins`],`last_auth`:1774126052,`managed_by`:`keyline`}",
        "keyline|adopt.new@example.com|`full_name`:`John`,`email`:`adopt.new@example.com`"
      })
  void whatOtherVersionsWriteIsTakenOver(String program, String name, String fields) {
    create(
        name,
        "{`password`:`theirs-1`,`roles`:[`superuser`],`enabled`:true,%s}"
            .formatted(fields)
            .replace('`', '"'));
    try (TestGateway gateway = gateway(program.equals("keyline") ? "elastauth" : "keyline")) {
      assertThat(gateway.decide(name, "admins").statusCode()).isEqualTo(403);
    }
    try (TestGateway gateway = gateway(program)) {
      assertThat(status(gateway.login(name, "admins"))).isEqualTo(200);
    }
    assertThat(status(ElasticsearchServer.basic(name, "theirs-1"))).isEqualTo(401);
    assertThat(elasticsearch.user(name).path("metadata").path("elastauth").path("v").asInt())
        .isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "adopt.by-hand          | \"email\":\"john@example.com\"",
        "adopt.no-email         | \"full_name\":\"John\"",
        "adopt.note@example.com | \"email\":\"adopt.note@example.com\",\"metadata\":{\"note\":1}"
      })
  void accountsThatKeylineDidNotMarkAreLeftAlone(String name, String fields) {
    create(name, "{\"password\":\"theirs-1\",\"roles\":[\"viewer\"],%s}".formatted(fields));
    long version = elasticsearch.version(name);
    try (TestGateway gateway = gateway("keyline")) {
      assertThat(gateway.decide(name, "staff").statusCode()).isEqualTo(403);
    }
    assertThat(elasticsearch.version(name)).isEqualTo(version);
  }

  @Test
  void byDefaultTheyAreLeftAloneAndTheLogNamesTheOption(CapturedOutput output) {
    create("adopt.none", "[\"viewer\"]", "{\"groups\":[\"staff\"]}", true);
    long version = elasticsearch.version("adopt.none");
    try (TestGateway gateway = gateway("none")) {
      HttpResponse<String> response = gateway.decide("adopt.none", "staff");
      assertThat(response.statusCode()).isEqualTo(403);
      assertThat(response.body()).doesNotContain("adopt:");
    }
    assertThat(output)
        .containsPattern("Refused: .*elasticsearch\\.adopt: elastauth takes over.*adopt\\.none");
    assertThat(elasticsearch.version("adopt.none")).isEqualTo(version);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "adopt.role         | [\"viewer\",\"editor\"] | {\"groups\":[\"staff\"]}",
        "adopt.nothing  | [\"viewer\"]            | {}",
        "adopt.no-groups    | [\"viewer\"]            | {\"other\":[\"staff\"]}",
        "adopt.of-keyline   | [\"viewer\"]            | {\"groups\":[],\"managed_by\":\"keyline\"}",
        "adopt.other-mark   | [\"viewer\"]            | {\"groups\":[\"staff\"],\"elastauth\":{\"v\":2}}",
      })
  void othersAreLeftAlone(String name, String roles, String metadata) {
    create(name, roles, metadata, true);
    long version = elasticsearch.version(name);
    try (TestGateway gateway = gateway("elastauth")) {
      assertThat(gateway.decide(name, "staff").statusCode()).isEqualTo(403);
    }
    assertThat(elasticsearch.version(name)).isEqualTo(version);
    assertThat(status(ElasticsearchServer.basic(name, "theirs-1"))).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource({"elastic", "elastauth", "Kibana_System"})
  void reservedOnesAreLeftAlone(String name) {
    JsonNode before = elasticsearch.user(name);
    try (TestGateway gateway = gateway("elastauth")) {
      assertThat(gateway.decide(name, "staff").statusCode()).isEqualTo(403);
    }
    assertThat(elasticsearch.user(name)).isEqualTo(before);
  }

  @Test
  void anAdministratorsDisableStays() {
    create("adopt.disabled", "[\"viewer\"]", "{\"groups\":[\"staff\"]}", false);
    long version = elasticsearch.version("adopt.disabled");
    try (TestGateway gateway = gateway("elastauth")) {
      HttpResponse<String> response = gateway.decide("adopt.disabled", "staff");
      assertThat(response.statusCode()).isEqualTo(403);
      assertThat(response.body()).contains("an administrator disabled this account");
    }
    assertThat(elasticsearch.version("adopt.disabled")).isEqualTo(version);
  }
}
