package org.elastauth.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.core.env.StandardEnvironment;

/** SPEC 11: an unknown key is named with the nearest known one. */
class NearestNameTest {
  private static final List<String> KNOWN =
      List.of(
          "elastauth.cache.type",
          "elastauth.cache.key_prefix",
          "elastauth.cache.expiration",
          "elastauth.redis.host",
          "elastauth.listen",
          "ELASTAUTH_SECRET_KEY");

  @ParameterizedTest
  @CsvSource({
    "elastauth.cahce.type, elastauth.cache.type",
    "elastauth.cache.expiry, elastauth.cache.expiration",
    "elastauth.cache.keyprefx, elastauth.cache.key_prefix",
    "elastauth.cache.key-prefix, elastauth.cache.key_prefix",
    "elastauth.redis_hst, elastauth.redis.host",
    "elastauth.lissten, elastauth.listen",
    "ELASTAUTH_SECRETKEY, ELASTAUTH_SECRET_KEY"
  })
  void names(String written, String meant) {
    assertThat(NearestName.of(written, KNOWN)).contains(meant);
  }

  /** Of all settings, a name of another feature, a secret or the opposite is no suggestion. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "headers_username",
        "elastauth.headers.user",
        "elastauth.oidc.username",
        "elastauth.oidc.password",
        "elastauth.oidc.client_key",
        "elastauth.oidc.client_key_id",
        "elastauth.cache.password",
        "elastauth.elasticsearch.db",
        "elastauth.session.secret",
        "elastauth.session.cookie_path",
        "elastauth.group_blacklist",
        "elastauth.disable_group_whitelist",
        "elastauth.http.min_connections",
        "elastauth.http.max_header_count",
        "elastauth.elasticsearch.max_new_roles",
        "elastauth.redis.master_password",
        "elastauth.admin.password",
        "elastauth.proxy.listen",
        "proxy.listen",
        "ELASTAUTH_LDAP_PASSWORD",
        "ELASTAUTH_OIDC_USERNAME",
        "ELASTAUTH_KIBANA_HOST",
        "ELASTAUTH_PASSWORD",
        "ELASTAUTH_SMTP_HOST",
        "ELASTAUTH_SERVER_TLS_ENABLED"
      })
  void neverCrossesTheMeaning(String name) {
    assertThat(NearestName.of(name, TestSettings.read(new StandardEnvironment()).known()))
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "elastauth.cahce.type, elastauth.cache.type",
    "elastauth.redis.passwort, elastauth.redis.password",
    "elastauth.redis.connection_timeout, elastauth.redis.connect_timeout",
    "elastauth.redis.tsl.enabled, elastauth.redis.tls.enabled",
    "elastauth.odic.isuer, elastauth.oidc.issuer",
    "elastauth.elasticsaerch.username, elastauth.elasticsearch.username",
    "elastauth.trusted_proxis, elastauth.trusted_proxies",
    "elastauth.trusted_proxy, elastauth.trusted_proxies",
    "ELASTAUTH_TRUSTED_PROXY, ELASTAUTH_TRUSTED_PROXIES",
    "elastauth.cache.expires, elastauth.cache.expiration",
    "elastauth.group_whitelst[0], elastauth.group_whitelist",
    "elastauth.enableGroupWhitelst, elastauth.enable_group_whitelist",
    "elastuth.default_roles[0], elastauth.default_roles",
    "cache.tpye, elastauth.cache.type",
    "ELASTAUTH_REDIS_PASWORD, ELASTAUTH_REDIS_PASSWORD"
  })
  void ofAllSettings(String name, String meant) {
    boolean isVariable = name.startsWith("ELASTAUTH_");
    List<String> known =
        TestSettings.read(new StandardEnvironment()).known().stream()
            .filter(other -> other.startsWith("ELASTAUTH_") == isVariable)
            .toList();
    assertThat(NearestName.of(name, known)).contains(meant);
  }

  @Test
  void isSilentWhereNothingIsNear() {
    assertThat(NearestName.of("elastauth.zzzz", KNOWN)).isEmpty();
    assertThat(NearestName.of("elastauth.", KNOWN)).isEmpty();
    assertThat(NearestName.of("elastauth.listen", List.of())).isEmpty();
  }
}
