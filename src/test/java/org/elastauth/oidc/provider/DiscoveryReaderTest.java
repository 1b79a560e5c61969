package org.elastauth.oidc.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.elastauth.config.TestSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Only the members that are used can be wrong, and are named. */
class DiscoveryReaderTest {
  private static final String ISSUER = "https://auth.example.org";
  private static final String REST =
      "\"issuer\":\"https://auth.example.org\",\"jwks_uri\":\"https://auth.example.org/jwks\"";

  private final Map<String, String> ignored = new LinkedHashMap<>();

  private ProviderEndpoints read(String text, Map<String, Object> more) {
    Map<String, Object> settings = new HashMap<>(more);
    settings.put("oidc.issuer", ISSUER);
    settings.put("oidc.client_id", "elastauth");
    return new DiscoveryReader(
            TestSettings.of(settings).oidc(), ProviderDocument.parse(text), ignored::put)
        .read();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{REST}",
        "\uFEFF{REST}",
        "  {REST}\n",
        "{\"ui_locales_supported\":[\"en_US\"],REST}",
        "{\"op_policy_uri\":\"\",\"service_documentation\":\"\",\"op_tos_uri\":7,REST}",
        "{\"subject_types_supported\":[],\"response_types_supported\":\"code\",REST}",
        "{\"id_token_signing_alg_values_supported\":[null,7],REST}",
        "{\"scopes_supported\":[\"a b\",null],\"claims_supported\":{},REST}",
        "{\"registration_endpoint\":\"/relative\",\"introspection_endpoint\":\"ftp://x\",REST}",
        "{\"mtls_endpoint_aliases\":null,\"code_challenge_methods_supported\":[\"s256\"],REST}",
        "{\"end_session_endpoint\":\"\",\"userinfo_endpoint\":null,REST}",
        "{\"authorization_endpoint\":\" \",\"token_endpoint\":\"\",REST}",
        "{\"authorization_response_iss_parameter_supported\":null,REST}"
      })
  void whatIsUnusedOrEmptyMayBeAnything(String text) {
    assertThat(read(text.replace("REST", REST), Map.of()))
        .isEqualTo(
            new ProviderEndpoints(null, null, null, URI.create(ISSUER + "/jwks"), null, false));
    assertThat(ignored).isEmpty();
  }

  /** A usual document in which one member has another value. */
  private static String with(String member, String value) {
    Map<String, String> members = new LinkedHashMap<>();
    members.put("issuer", "\"https://auth.example.org\"");
    for (String name :
        List.of("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")) {
      members.put(name, "\"https://auth.example.org/" + name + "\"");
    }
    members.put(member, value);
    return members.entrySet().stream()
        .map(entry -> "\"" + entry.getKey() + "\":" + entry.getValue())
        .collect(Collectors.joining(",", "{", "}"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "end_session_endpoint | \"/logout\" | is not an absolute http or https URL",
        "end_session_endpoint | \"auth.example.org/logout\" | is not an absolute http or https URL",
        "end_session_endpoint | \"//auth.example.org/x\" | is not an absolute http or https URL",
        "end_session_endpoint | \"https://\" | is not an absolute http or https URL",
        "end_session_endpoint | \"https://a b/\" | is not an absolute http or https URL",
        "end_session_endpoint | {} | is not a string",
        "userinfo_endpoint | 7 | is not a string",
        "userinfo_endpoint | \"urn:x:y\" | is not an absolute http or https URL",
        "authorization_endpoint | [\"https://auth.example.org/a\"] | is not a string",
        "authorization_endpoint | \"\" | is missing",
        "token_endpoint | null | is missing",
        "token_endpoint | \"javascript:alert(1)\" | is not an absolute http or https URL",
        "authorization_response_iss_parameter_supported | \"yes\" | is neither true nor false"
      })
  void aMemberThatNoTokenNeedsIsNamedAndMissing(String member, String value, String reason) {
    assertThat(
            read(
                    with(member, value),
                    Map.of("oidc.redirect_url", "https://x.example.org/elastauth/oidc/callback"))
                .jwks())
        .isNotNull();
    assertThat(ignored).isEqualTo(Map.of(member, member + " " + reason));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "jwks_uri | \"/jwks\" | jwks | is not an absolute http or https URL",
        "jwks_uri | \"\" | jwks | is missing",
        "jwks_uri | 7 | both | is not a string",
        "jwks_uri | \"file:///etc/passwd\" | jwks | is not an absolute http or https URL",
        "jwks_uri | \"http://auth.example.org/jwks\" | jwks | is not encrypted",
        "userinfo_endpoint | \"\" | userinfo | is missing",
        "userinfo_endpoint | \"userinfo\" | both | is not an absolute http or https URL",
        "userinfo_endpoint | \"http://auth.example.org/me\" | jwks | is not encrypted",
        "end_session_endpoint | \"HTTP://auth.example.org/x\" | jwks | is not encrypted",
        "issuer | \"https://auth.example.org/\" | jwks | is not oidc.issuer",
        "issuer | [\"https://auth.example.org\"] | jwks | is not a string"
      })
  void aMemberThatEveryTokenNeedsIsNamed(
      String member, String value, String validation, String reason) {
    assertThatThrownBy(() -> read(with(member, value), Map.of("oidc.token_validation", validation)))
        .isInstanceOf(UnusableResponseException.class)
        .hasMessageContaining(member + " " + reason)
        .hasMessageNotContaining("auth.example.org/j");
  }

  @Test
  void whatIsConfiguredIsNotRead() {
    ProviderEndpoints endpoints =
        read(
            "{\"issuer\":\"" + ISSUER + "\",\"jwks_uri\":\"http://x/jwks\"}",
            Map.of("oidc.jwks_uri", "https://keys.example.org/"));
    assertThat(endpoints.jwks()).isEqualTo(URI.create("https://keys.example.org/"));
    assertThat(ignored).isEmpty();
  }

  @Test
  void unencryptedEndpointsAreUsedIfThatIsAllowed() {
    ProviderEndpoints endpoints =
        read(
            "{\"issuer\":\""
                + ISSUER
                + "\",\"jwks_uri\":\"http://keycloak.svc:8080/jwks\","
                + "\"token_endpoint\":\"http://keycloak.svc:8080/token\"}",
            Map.of("oidc.allow_http_endpoints", "true"));
    assertThat(endpoints.jwks()).isEqualTo(URI.create("http://keycloak.svc:8080/jwks"));
    assertThat(endpoints.token()).isEqualTo(URI.create("http://keycloak.svc:8080/token"));
  }
}
