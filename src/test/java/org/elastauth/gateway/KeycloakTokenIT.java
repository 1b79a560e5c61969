package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.KeycloakServer;
import org.elastauth.server.KeycloakServer.Tokens;
import org.elastauth.server.Servers;
import org.elastauth.server.TestGateway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** SPEC 3: tokens that a real Keycloak issues open a real Elasticsearch. */
@ExtendWith(Servers.class)
@Timeout(300)
class KeycloakTokenIT {
  private static KeycloakServer keycloak;
  private static ElasticsearchServer elasticsearch;
  private static TestGateway gateway;

  @BeforeAll
  static void start(KeycloakServer server, ElasticsearchServer store) {
    keycloak = server;
    elasticsearch = store;
    gateway = believing(server.url()).set("group_mappings.platform-admins", "superuser").start();
  }

  @AfterAll
  static void stop() {
    gateway.close();
  }

  private static TestGateway.Builder believing(String url) {
    return TestGateway.builder()
        .on(elasticsearch)
        .set("auth_provider", "oidc")
        .set("oidc.issuer", KeycloakServer.issuer(url))
        .set("oidc.client_id", KeycloakServer.CLIENT)
        .set("oidc.client_secret", KeycloakServer.CLIENT_SECRET);
  }

  private static HttpResponse<String> ask(TestGateway gateway, String token) {
    return gateway.get("/elastauth", "Authorization", "Bearer " + token);
  }

  @Test
  void aTokenOpensElasticsearchWithTheRolesOfItsGroups() {
    HttpResponse<String> response = ask(gateway, keycloak.token(KeycloakServer.JOHN));
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    assertThat(response.body()).isEqualTo("{\"status\":\"OK\",\"user\":\"john.doe\"}");
    HttpResponse<String> known =
        elasticsearch.request(
            "GET",
            "/_security/_authenticate",
            TestGateway.authorization(response).orElseThrow(),
            null);
    JsonNode user = ElasticsearchServer.json(known);
    assertThat(user.path("username").asText()).isEqualTo("john.doe");
    assertThat(user.path("roles").toString()).isEqualTo("[\"superuser\"]");
    assertThat(user.path("full_name").asText()).isEqualTo("John Doe");
    assertThat(user.path("email").asText()).isEqualTo("john.doe@example.org");
    assertThat(user.path("metadata").path("groups").toString())
        .as("a comma in the name of a group is kept")
        .isEqualTo("[\"developers\",\"platform-admins\",\"sales, europe\"]");
  }

  @Test
  void aTokenInACookieIsOneToo() {
    Tokens tokens = keycloak.tokens(KeycloakServer.JANE);
    for (String cookie :
        new String[] {"access_token=" + tokens.access(), "a=b; id_token=" + tokens.id()}) {
      HttpResponse<String> response = gateway.get("/elastauth", "Cookie", cookie);
      assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
      assertThat(response.body()).contains("\"jane.roe\"");
    }
    HttpResponse<String> both =
        gateway.get(
            "/elastauth",
            "Authorization",
            "Bearer " + keycloak.token(KeycloakServer.JOHN),
            "Cookie",
            "access_token=" + tokens.access());
    assertThat(both.body()).as("the header goes first").contains("\"john.doe\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"userinfo", "both"})
  void theProviderVouchesForATokenUntilItIsWithdrawn(String validation) {
    try (TestGateway asking =
        believing(keycloak.url()).set("oidc.token_validation", validation).start()) {
      Tokens tokens = keycloak.tokens(KeycloakServer.JOHN);
      HttpResponse<String> response = ask(asking, tokens.access());
      assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
      assertThat(response.body()).contains("\"john.doe\"");

      Tokens withdrawn = keycloak.tokens(KeycloakServer.JOHN);
      keycloak.logout(withdrawn);
      HttpResponse<String> refused = ask(asking, withdrawn.access());
      assertThat(refused.statusCode()).isEqualTo(401);
      assertThat(refused.headers().firstValue("WWW-Authenticate").orElseThrow())
          .contains("error=\"invalid_token\"");
      assertThat(ask(gateway, withdrawn.access()).statusCode())
          .as("its signature is good until it ends")
          .isEqualTo(200);
      String anothers =
          keycloak
              .tokens(keycloak.url(), KeycloakServer.PUBLIC_CLIENT, KeycloakServer.JOHN)
              .access();
      HttpResponse<String> foreign = ask(asking, anothers);
      assertThat(foreign.statusCode()).isEqualTo(401);
      assertThat(foreign.body()).contains("the token is for another audience");
    }
  }

  @Test
  void anIdTokenIsNoAccessToken() {
    HttpResponse<String> refused = ask(gateway, keycloak.tokens(KeycloakServer.JANE).id());
    assertThat(refused.statusCode()).isEqualTo(401);
    assertThat(refused.body()).contains("the token is an ID token");
  }
}
