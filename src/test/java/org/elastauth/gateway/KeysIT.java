package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import org.elastauth.crypto.SecretKeys;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.Servers;
import org.elastauth.server.TestGateway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** SPEC 4: rotating a key, losing it, and two gateways that do not hold the same. */
@ExtendWith(Servers.class)
class KeysIT {
  private final ElasticsearchServer elasticsearch;

  KeysIT(ElasticsearchServer elasticsearch) {
    this.elasticsearch = elasticsearch;
  }

  private TestGateway.Builder gateway() {
    return TestGateway.builder().on(elasticsearch);
  }

  private JsonNode mark(String user) {
    return elasticsearch.user(user).path("metadata").path("elastauth");
  }

  @Test
  void theSecondKeyKeepsAPasswordAliveUntilItsWindowEnds() {
    String old = SecretKeys.generate();
    String fresh = SecretKeys.generate();
    String before;
    try (TestGateway first = gateway().set("secret_key", old).start()) {
      before = first.login("keys.rotated");
    }
    long version = elasticsearch.version("keys.rotated");
    try (TestGateway second =
            gateway().set("secret_key", "").set("secret_keys", old + "," + fresh).start();
        TestGateway third =
            gateway().set("secret_key", "").set("secret_keys", fresh + "," + old).start()) {
      assertThat(second.login("keys.rotated")).isEqualTo(before);
      assertThat(third.login("keys.rotated")).isEqualTo(before);
      assertThat(elasticsearch.version("keys.rotated")).isEqualTo(version);
      third.login("keys.new");
      assertThat(mark("keys.new").path("key").asText())
          .isEqualTo(new SecretKeys(java.util.List.of(fresh), "").currentId());
      assertThat(second.login("keys.new")).isEqualTo(third.login("keys.new"));
    }
  }

  @Test
  void ofTwoGatewaysWithDifferentKeysTheOlderGivesWayAndSaysSo() {
    try (TestGateway older = gateway().set("secret_key", SecretKeys.generate()).start();
        TestGateway younger = gateway().set("secret_key", SecretKeys.generate()).start()) {
      older.login("keys.conflict");
      String theirs = younger.login("keys.conflict");
      long version = elasticsearch.version("keys.conflict");

      // another group goes past the older one's own cache
      HttpResponse<String> refused = older.decide("keys.conflict", "moved");
      assertThat(refused.statusCode()).isEqualTo(503);
      assertThat(refused.headers().firstValue("Retry-After")).isPresent();
      assertThat(older.health().path("key_conflict").asBoolean()).isTrue();
      assertThat(older.health().path("status").asText()).isEqualTo("degraded");

      assertThat(elasticsearch.version("keys.conflict")).isEqualTo(version);
      assertThat(younger.login("keys.conflict")).isEqualTo(theirs);
      assertThat(younger.health().path("key_conflict").isMissingNode()).isTrue();
    }
  }

  @Test
  void aPasswordTheUserChangedIsHealedThreeTimesAndThenLeft() {
    try (TestGateway gateway = gateway().start()) {
      String current = gateway.login("keys.changed", "group-0");
      for (int i = 1; i <= 3; i++) {
        change(current, "my-own-" + i);
        current = gateway.login("keys.changed", "group-" + i);
        assertThat(
                elasticsearch
                    .request("GET", "/_security/_authenticate", current, null)
                    .statusCode())
            .isEqualTo(200);
        assertThat(mark("keys.changed").path("generation").asLong()).isEqualTo(1 + i);
      }
      change(current, "my-own-4");
      HttpResponse<String> refused = gateway.decide("keys.changed", "group-4");
      assertThat(refused.statusCode()).isEqualTo(503);
      assertThat(refused.body()).contains("another party keeps changing");
      assertThat(mark("keys.changed").path("generation").asLong()).isEqualTo(4);
    }
  }

  private void change(String authorization, String password) {
    assertThat(
            elasticsearch
                .request(
                    "POST",
                    "/_security/user/_password",
                    authorization,
                    "{\"password\":\"" + password + "\"}")
                .statusCode())
        .isEqualTo(200);
  }
}
