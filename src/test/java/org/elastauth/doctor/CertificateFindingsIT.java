package org.elastauth.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.elastauth.config.TestSettings;
import org.elastauth.server.Certificates;
import org.elastauth.server.RedisServer;
import org.elastauth.startup.Settings;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Of files, and of a Redis that demands a certificate of its clients. */
class CertificateFindingsIT {
  private static Certificates certificates;
  private static RedisServer redis;

  @BeforeAll
  static void start(@TempDir Path folder) {
    certificates =
        new Certificates(folder)
            .authority("ca", "-validity", "1000")
            .signed("server", "ca", "-ext", "san=ip:127.0.0.1", "-validity", "100");
    redis = RedisServer.startWithTls(certificates, "server", true);
  }

  @AfterAll
  static void stop() {
    redis.close();
  }

  private static List<String> found(Map<String, Object> settings, Duration later) {
    return Found.by(new CertificateFindings(TestSettings.of(settings), Instant.now().plus(later)));
  }

  @ParameterizedTest
  @CsvSource({
    "0, ok, valid until",
    "80, warning, CN=server expires on",
    "101, fault, CN=server expired on",
    "-10, fault, is not valid yet"
  })
  void theEndOfAServersCertificateDecides(int days, String level, String text) {
    assertThat(
            found(
                Map.of(
                    "redis.url", "rediss://" + redis.tlsAddress(), "elasticsearch.dry_run", true),
                Duration.ofDays(days)))
        .singleElement()
        .asString()
        .startsWith(level + " " + redis.tlsAddress() + ": ")
        .contains(text);
  }

  @Test
  void aFileIsJudgedAsWell() {
    Map<String, Object> settings =
        Map.of(
            "elasticsearch.hosts",
            "https://127.0.0.1:" + RedisServer.freePort(),
            "elasticsearch.tls.client_cert",
            certificates.certificate("server").toString());
    assertThat(found(settings, Duration.ofDays(80)))
        .hasSize(2)
        .anySatisfy(line -> assertThat(line).startsWith("warning elasticsearch.tls.client_cert: "))
        .anySatisfy(
            line -> assertThat(line).startsWith("note 127.0.0.1:").contains("could not be"));
  }

  @Test
  void everyServerWithTlsIsAskedOnce() {
    Settings settings =
        TestSettings.of(
            Map.ofEntries(
                Map.entry("redis.url", "rediss://n1:6380,n2:6380"),
                Map.entry("elasticsearch.hosts", "https://es,http://plain:9200,https://[::1]:9201"),
                Map.entry("auth_provider", "oidc"),
                Map.entry("oidc.issuer", "https://id.example.org/realms/a"),
                Map.entry("oidc.jwks_uri", "https://id.example.org/keys"),
                Map.entry(
                    "oidc.redirect_url",
                    "https://kibana.example.org:8443/elastauth/oidc/callback")));
    assertThat(new CertificateFindings(settings, Instant.now()).servers())
        .map(TlsServer::toString)
        .containsExactly(
            "n1:6380",
            "n2:6380",
            "es:9200",
            "[::1]:9201",
            "id.example.org:443",
            "kibana.example.org:8443");
  }
}
