package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.RedisServer;
import org.elastauth.server.Servers;
import org.elastauth.server.TestGateway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** SPEC 5, 13.8: accounts that are not the gateway's are never touched. */
@ExtendWith(Servers.class)
class AccountsIT {
  private static ElasticsearchServer elasticsearch;
  private static RedisServer redis;
  private static TestGateway gateway;

  @BeforeAll
  static void start(ElasticsearchServer server, RedisServer cache) {
    elasticsearch = server;
    redis = cache;
    gateway = TestGateway.builder().on(server).with(cache).start();
  }

  @BeforeEach
  void empty() {
    redis.flush();
  }

  @AfterAll
  static void stop() {
    gateway.close();
  }

  private static void assertRefused(HttpResponse<String> response, String message) {
    assertThat(response.statusCode()).isEqualTo(403);
    assertThat(TestGateway.authorization(response)).isEmpty();
    assertThat(ElasticsearchServer.json(response).path("message").asText()).isEqualTo(message);
    assertThat(redis.template().keys("*")).as("no trace in the cache").isEmpty();
  }

  /** SPEC 13.8: reserved accounts are not overwritten. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "elastic",
        "Elastic",
        "KIBANA",
        "kibana_system",
        "logstash_system",
        "beats_system",
        "apm_system",
        "remote_monitoring_user",
        "elastauth",
        "ElastAuth"
      })
  void reservedAccountsAreRefusedWhateverTheirCase(String name) {
    var before = elasticsearch.user(name);
    assertRefused(gateway.decide(name), "this account is reserved");
    assertThat(elasticsearch.user(name)).isEqualTo(before);
  }

  @Test
  void anAccountThatSomebodyElseMadeIsLeftAlone() {
    elasticsearch.admin(
        "PUT",
        "/_security/user/accounts.foreign",
        "{\"password\":\"theirs-1\",\"roles\":[\"viewer\"]}");
    long version = elasticsearch.version("accounts.foreign");
    assertRefused(
        gateway.decide("accounts.foreign"),
        "an account of this name exists that the gateway does not manage");
    assertThat(elasticsearch.version("accounts.foreign")).isEqualTo(version);
    assertThat(
            elasticsearch
                .request(
                    "GET",
                    "/_security/_authenticate",
                    ElasticsearchServer.basic("accounts.foreign", "theirs-1"),
                    null)
                .statusCode())
        .isEqualTo(200);
  }

  /** SPEC 13.8: an administrator's disable is not undone. */
  @Test
  void anAdministratorsDisableStays() {
    gateway.login("accounts.disabled", "one");
    elasticsearch.admin("PUT", "/_security/user/accounts.disabled/_disable", null);
    long version = elasticsearch.version("accounts.disabled");
    redis.flush();
    // another group asks for a write, and so goes past the cache
    assertRefused(
        gateway.decide("accounts.disabled", "two"), "an administrator disabled this account");
    assertThat(elasticsearch.version("accounts.disabled")).isEqualTo(version);
    assertThat(elasticsearch.user("accounts.disabled").path("enabled").asBoolean()).isFalse();
  }

  @Test
  void aUserWithoutAnyRoleIsRefusedBeforeElasticsearchIsAsked() {
    try (TestGateway strict =
        TestGateway.builder()
            .on(elasticsearch)
            .with(redis)
            .set("default_roles", "")
            .set("group_mappings.admins", "superuser")
            .start()) {
      assertRefused(
          strict.decide("accounts.roleless", "staff"), "no group of this user gives a role");
      assertThat(elasticsearch.user("accounts.roleless").isMissingNode()).isTrue();
    }
  }

  @Test
  void aGroupOutsideTheWhitelistIsRefused() {
    try (TestGateway strict =
        TestGateway.builder()
            .on(elasticsearch)
            .with(redis)
            .set("enable_group_whitelist", true)
            .set("group_whitelist", "staff,admins")
            .start()) {
      assertRefused(
          strict.decide("accounts.whitelist", "staff", "guests"),
          "a group of this user is not on the whitelist");
      assertThat(elasticsearch.user("accounts.whitelist").isMissingNode()).isTrue();
      assertThat(strict.decide("accounts.whitelist", "staff").statusCode()).isEqualTo(200);
    }
  }
}
