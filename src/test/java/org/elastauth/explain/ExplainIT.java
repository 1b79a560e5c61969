package org.elastauth.explain;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.ProviderDouble;
import org.elastauth.server.Servers;
import org.elastauth.server.TestGateway;
import org.elastauth.startup.CommandBeans;
import org.elastauth.startup.LoadedConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a real Elasticsearch knows of a user, and what a login would write there. */
@ExtendWith(Servers.class)
@Timeout(90)
class ExplainIT {
  private static final String OTHER_KEY = "f".repeat(32) + "0123456789abcdef".repeat(2);

  private final ElasticsearchServer elasticsearch;

  ExplainIT(ElasticsearchServer elasticsearch) {
    this.elasticsearch = elasticsearch;
  }

  private Explanation explain(Login login, Map<String, String> settings) throws Exception {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--elastauth.elasticsearch.hosts=" + elasticsearch.url(),
                "--elastauth.elasticsearch.username=" + ElasticsearchServer.GATEWAY,
                "--elastauth.elasticsearch.password=" + ElasticsearchServer.GATEWAY_PASSWORD,
                "--elastauth.group_mappings.admins=superuser",
                "--elastauth.group_mappings.ghosts=no_such_role",
                "--elastauth.cache.expiration=7d"));
    if (!settings.containsKey("secret_key")) {
      arguments.add("--elastauth.secret_key=" + TestGateway.KEY);
    }
    settings.forEach((key, value) -> arguments.add("--elastauth." + key + "=" + value));
    LoadedConfiguration configuration = LoadedConfiguration.read(arguments.toArray(String[]::new));
    try (CommandBeans beans = LoginExplainer.beans(configuration)) {
      Explanation explanation = new LoginExplainer(configuration, beans).explain(login);
      assertThat(String.join("\n", explanation.lines()))
          .doesNotContain(ElasticsearchServer.GATEWAY_PASSWORD, TestGateway.KEY)
          .doesNotContainPattern("\"password\":\"[^*]");
      return explanation;
    }
  }

  private Explanation explain(String user, String... groups) throws Exception {
    return explain(new Login(user, List.of(groups), ""), Map.of());
  }

  private static String text(Explanation explanation) {
    return String.join("\n", explanation.lines()).replaceAll(" +", " ");
  }

  private void create(String name, String document) {
    assertThat(elasticsearch.admin("PUT", "/_security/user/" + name, document).statusCode())
        .isEqualTo(200);
  }

  @Test
  void aNewUserIsNotWritten() throws Exception {
    Explanation explanation = explain("explain.new", "admins", "staff");
    assertThat(explanation.isGranted()).isTrue();
    assertThat(text(explanation))
        .contains(
            "admins → [superuser] (--elastauth.group_mappings.admins)",
            "staff is not in group_mappings",
            "roles superuser",
            "account absent",
            "write a new user, with a password until 20",
            "\"groups\":[\"admins\",\"staff\"]",
            "\"password\":\"***\"",
            "decision 200");
    assertThat(elasticsearch.admin("GET", "/_security/user/explain.new", null).statusCode())
        .isEqualTo(404);
  }

  @Test
  void aUserOfOursIsExplainedButNotChanged() throws Exception {
    try (TestGateway gateway =
        TestGateway.builder()
            .on(elasticsearch)
            .set("group_mappings.admins", "superuser")
            .set("group_mappings.ghosts", "no_such_role")
            .borrow()) {
      gateway.login("explain.known", "admins");
    }
    long version = elasticsearch.version("explain.known");
    assertThat(text(explain("explain.known", "admins")))
        .contains(
            "account created by a gateway, enabled, with the roles [superuser]",
            "password number 1 of this window",
            "which is configured here",
            "write nothing; the password stays the same until");
    assertThat(text(explain("explain.known", "ghosts")))
        .contains(
            "Elasticsearch does not know no_such_role",
            "write roles and profile; the password stays the same until");
    assertThat(
            text(
                explain(
                    new Login("explain.known", List.of("admins"), ""),
                    Map.of("secret_key", OTHER_KEY))))
        .contains("which is not configured here", "refuses the login with 503", "new password");
    assertThat(elasticsearch.version("explain.known")).isEqualTo(version);

    create(
        "explain.known",
        "{\"roles\":[\"superuser\"],\"enabled\":false,\"metadata\":%s}"
            .formatted(elasticsearch.user("explain.known").path("metadata")));
    assertThat(text(explain("explain.known", "admins")))
        .contains(
            "disabled",
            "decision 403: an administrator disabled this account",
            "mend enable the user: PUT /_security/user/explain.known/_enable");
  }

  @Test
  void accountsOfOthersAreRefusedWithTheReason() throws Exception {
    create("explain.person", "{\"password\":\"theirs-1\",\"roles\":[\"viewer\"]}");
    create(
        "explain.v2",
        "{\"password\":\"theirs-1\",\"roles\":[\"superuser\"],\"metadata\":{\"groups\":[\"admins\"]}}");
    assertThat(text(explain("explain.person", "admins")))
        .contains(
            "account foreign, enabled: created by another program or a person, with the roles [viewer]",
            "decision 403: an account of this name exists that the gateway does not manage",
            "mend delete or rename this user");
    assertThat(text(explain("explain.v2", "admins")))
        .contains("created by elastauth", "mend set elasticsearch.adopt to elastauth");
    assertThat(
            explain(
                    new Login("explain.v2", List.of("admins"), ""),
                    Map.of("elasticsearch.adopt", "elastauth"))
                .isGranted())
        .isTrue();
    assertThat(text(explain(ElasticsearchServer.GATEWAY.toUpperCase(), "admins")))
        .contains("decision 403: this account is reserved", "mend log in with another name");
    assertThat(elasticsearch.user("explain.v2").path("metadata").toString())
        .isEqualTo("{\"groups\":[\"admins\"]}");
  }

  @Test
  void aTokenIsVerifiedWithTheProvidersKeys() throws Exception {
    try (ProviderDouble provider = new ProviderDouble()) {
      Map<String, String> settings =
          Map.of(
              "auth_provider",
              "oidc",
              "oidc.issuer",
              provider.issuer(),
              "oidc.client_id",
              ProviderDouble.CLIENT,
              "default_roles",
              "viewer");
      String token = provider.token("explain.token");
      Explanation explanation = explain(new Login("", null, token), settings);
      assertThat(text(explanation))
          .contains(
              "token issuer " + provider.issuer() + "; oidc.issuer is " + provider.issuer(),
              "claims preferred_username = explain.token (username)",
              "account absent",
              "decision 200")
          .doesNotContain(token.substring(token.lastIndexOf('.')));
      String forged = token.substring(0, token.length() - 8) + "AAAAAAAA";
      assertThat(text(explain(new Login("", null, forged), settings)))
          .contains("decision 401: the token's signature is invalid", "mend compare the token");
      provider.setStatus(500);
      assertThat(text(explain(new Login("", null, token), settings))).contains("decision 503: ");
    }
  }
}
