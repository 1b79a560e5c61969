package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.elastauth.server.Certificates;
import org.elastauth.server.RedisServer;
import org.elastauth.server.TestGateway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** SPEC 7: redis.tls, against a Redis with TLS and one that demands client certificates. */
@ExtendWith(OutputCaptureExtension.class)
class RedisTlsIT {
  private static Certificates certificates;
  private static RedisServer redis;
  private static RedisServer mutual;

  @BeforeAll
  static void start(@TempDir Path folder) {
    certificates =
        new Certificates(folder)
            .authority("ca")
            .authority("other-ca")
            .signed("server", "ca", "-ext", "san=ip:127.0.0.1")
            .signed("expired", "ca", "-ext", "san=ip:127.0.0.1", "-startdate", "-3d")
            .signed("client", "ca");
    redis = RedisServer.startWithTls(certificates, "server", false);
    mutual = RedisServer.startWithTls(certificates, "server", true);
  }

  @AfterAll
  static void stop() {
    redis.close();
    mutual.close();
  }

  @BeforeEach
  void empty() {
    redis.flush();
    mutual.flush();
  }

  private static TestGateway.Builder gateway(RedisServer server, String authority) {
    return TestGateway.builder()
        .set("elasticsearch.dry_run", true)
        .set("redis.url", "rediss://" + server.tlsAddress() + "/0")
        .set("redis.tls.ca_cert", certificates.certificate(authority).toString());
  }

  private static void assertRedisIsUsed(RedisServer server, TestGateway.Builder builder) {
    try (TestGateway gateway = builder.start()) {
      String header = gateway.login("tls.user");
      assertThat(gateway.login("tls.user")).isEqualTo(header);
      assertThat(server.template().keys("*")).hasSize(1);
      assertThat(gateway.health().path("status").asText()).isEqualTo("healthy");
    }
  }

  private static void assertMemoryServes(
      RedisServer server, TestGateway.Builder builder, CapturedOutput output, String reason) {
    try (TestGateway gateway = builder.start()) {
      String header = gateway.login("tls.user");
      assertThat(gateway.login("tls.user")).isEqualTo(header);
      assertThat(server.template().keys("*")).isEmpty();
      assertThat(gateway.health().path("status").asText()).isEqualTo("degraded");
    }
    assertThat(output.getOut())
        .containsPattern(
            "WARN +Redis connection failed, falling back to memory reason=.*" + reason);
  }

  @Test
  void theAuthorityIsAllItTakes(CapturedOutput output) {
    assertRedisIsUsed(redis, gateway(redis, "ca"));
    assertThat(output).doesNotContain("skip_verify");
  }

  @Test
  void theSwitchDoesWhatTheUrlDoes() {
    assertRedisIsUsed(
        redis,
        gateway(redis, "ca")
            .set("redis.url", "")
            .set("redis.host", redis.tlsAddress())
            .set("redis.enableTLS", true));
  }

  @Test
  void aClientCertificateWhereRedisDemandsOne(CapturedOutput output) {
    assertRedisIsUsed(
        mutual,
        gateway(mutual, "ca")
            .set("redis.tls.client_cert", certificates.certificate("client").toString())
            .set("redis.tls.client_key", certificates.key("client").toString()));
  }

  @Test
  void withoutAClientCertificateRedisRefuses(CapturedOutput output) {
    assertMemoryServes(mutual, gateway(mutual, "ca"), output, "(?i)certificate");
  }

  @Test
  void anotherAuthorityIsNotBelieved(CapturedOutput output) {
    assertMemoryServes(
        redis, gateway(redis, "other-ca"), output, "not trusted.*check redis\\.tls\\.ca_cert");
  }

  @Test
  void withoutAnAuthorityOnlyThoseOfTheJvmAreBelieved(CapturedOutput output) {
    assertMemoryServes(
        redis, gateway(redis, "ca").set("redis.tls.ca_cert", ""), output, "not trusted");
  }

  @Test
  void aCertificateForAnotherNameIsNotBelieved(CapturedOutput output) {
    assertMemoryServes(
        redis,
        gateway(redis, "ca")
            .set("redis.url", "rediss://" + redis.tlsAddress().replace("127.0.0.1", "localhost")),
        output,
        "(?i)localhost");
  }

  @Test
  void anExpiredCertificateIsNotBelieved(CapturedOutput output) {
    try (RedisServer old = RedisServer.startWithTls(certificates, "expired", false)) {
      assertMemoryServes(old, gateway(old, "ca"), output, "has expired");
    }
  }

  @Test
  void aRedisWithoutTlsIsNotSpokenToInClear(CapturedOutput output) {
    assertMemoryServes(
        redis,
        gateway(redis, "ca").set("redis.url", "rediss://:s3cret@" + redis.address()),
        output,
        "redis\\.tls\\.enabled");
    assertThat(output).doesNotContain("s3cret");
  }

  @Test
  void aRedisWithTlsIsNotReachedInClear(CapturedOutput output) {
    assertMemoryServes(
        redis,
        gateway(redis, "ca")
            .set("redis.tls.ca_cert", "")
            .set("redis.url", "redis://" + redis.tlsAddress()),
        output,
        "redis\\.tls\\.enabled");
  }

  @Test
  void skipVerifyBelievesAnyCertificateAndWarns(CapturedOutput output) {
    assertRedisIsUsed(
        redis,
        gateway(redis, "other-ca")
            .set("redis.url", "rediss://" + redis.tlsAddress().replace("127.0.0.1", "localhost"))
            .set("redis.tls.skip_verify", true));
    assertThat(output).containsPattern("WARN +redis\\.tls\\.skip_verify is on");
  }
}
