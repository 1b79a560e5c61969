package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.elastauth.server.Certificates;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.TestGateway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** SPEC 5: elasticsearch.tls, against an Elasticsearch that demands client certificates. */
@ExtendWith(OutputCaptureExtension.class)
class ElasticsearchTlsIT {
  private static Certificates certificates;
  private static ElasticsearchServer elasticsearch;

  @BeforeAll
  static void start(@TempDir Path folder) {
    certificates =
        new Certificates(folder)
            .authority("ca")
            .authority("other-ca")
            .signed("server", "ca", "-ext", "san=ip:127.0.0.1")
            .signed("client", "ca");
    elasticsearch = ElasticsearchServer.start(certificates);
  }

  @AfterAll
  static void stop() {
    elasticsearch.close();
  }

  private static TestGateway.Builder withoutCertificate(String authority) {
    return TestGateway.builder()
        .on(elasticsearch)
        .set("elasticsearch.tls.ca_cert", certificates.certificate(authority).toString());
  }

  private static TestGateway.Builder gateway(String authority) {
    return withoutCertificate(authority)
        .set("elasticsearch.tls.client_cert", certificates.certificate("client").toString())
        .set("elasticsearch.tls.client_key", certificates.key("client").toString());
  }

  private static void assertNobodyGetsIn(TestGateway.Builder builder, String user) {
    try (TestGateway gateway = builder.start()) {
      assertThat(gateway.decide(user).statusCode()).isEqualTo(503);
    }
    assertThat(elasticsearch.user(user).isMissingNode()).isTrue();
  }

  @Test
  void theAuthorityAndAClientCertificateAreAllItTakes(CapturedOutput output) {
    try (TestGateway gateway = gateway("ca").start()) {
      String authorization = gateway.login("tls.user");
      assertThat(
              elasticsearch
                  .request("GET", "/_security/_authenticate", authorization, null)
                  .statusCode())
          .isEqualTo(200);
    }
    assertThat(output).doesNotContain("insecure_skip_verify");
  }

  @Test
  void anotherAuthorityIsNotBelieved() {
    assertNobodyGetsIn(gateway("other-ca"), "tls.other-ca");
  }

  @Test
  void aCertificateForAnotherNameIsNotBelieved() {
    assertNobodyGetsIn(
        gateway("ca")
            .set("elasticsearch.hosts", elasticsearch.url().replace("127.0.0.1", "localhost")),
        "tls.other-name");
  }

  @Test
  void withoutAClientCertificateElasticsearchRefuses() {
    assertNobodyGetsIn(withoutCertificate("ca"), "tls.no-client");
  }

  @Test
  void withoutAnAuthorityOnlyThoseOfTheJvmAreBelieved() {
    assertNobodyGetsIn(gateway("ca").set("elasticsearch.tls.ca_cert", ""), "tls.no-ca");
  }

  @Test
  void skipVerifyBelievesAnyCertificateAndWarns(CapturedOutput output) {
    try (TestGateway gateway =
        gateway("other-ca")
            .set("elasticsearch.hosts", elasticsearch.url().replace("127.0.0.1", "localhost"))
            .set("elasticsearch.tls.insecure_skip_verify", true)
            .start()) {
      assertThat(gateway.decide("tls.skipped").statusCode()).isEqualTo(200);
    }
    assertThat(output).containsPattern("WARN +elasticsearch\\.tls\\.insecure_skip_verify is on");
  }
}
