package org.elastauth.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.elastauth.config.Fault;
import org.elastauth.config.TestSettings;
import org.elastauth.startup.UnsafeSettings;
import org.junit.jupiter.api.Test;

class ConfigurationFindingsTest {
  @Test
  void aFaultNamesSettingValueAndPlace() {
    assertThat(
            Found.by(
                new ConfigurationFindings(
                    List.of(new Fault("redis.db", "x", "not a whole number", "config.yml:4")),
                    List.of())))
        .containsExactly(
            "fault redis.db=x: not a whole number -> correct it in config.yml:4; the gateway does not"
                + " start like this");
  }

  /** The messages of the start are texts; the report splits them. */
  @Test
  void eachUnsafeSettingHasARemedy() {
    List<String> unsafe =
        UnsafeSettings.of(
            TestSettings.of(
                Map.ofEntries(
                    Map.entry("auth_provider", "oidc"),
                    Map.entry("oidc.issuer", "http://keycloak.example.org"),
                    Map.entry("oidc.allow_http_endpoints", true),
                    Map.entry("oidc.bearer", "any"),
                    Map.entry("oidc.token_validation", "userinfo"),
                    Map.entry("group_whitelist[0]", "a"),
                    Map.entry("redis.host", "redis"),
                    Map.entry("redis.tls.skip_verify", true))));
    List<String> found = Found.by(new ConfigurationFindings(List.of(), unsafe));
    assertThat(found).hasSizeGreaterThan(9).hasSize(unsafe.size() + 1);
    assertThat(found.subList(1, found.size()))
        .allMatch(line -> line.matches("warning settings: .+ -> .+"));
  }
}
