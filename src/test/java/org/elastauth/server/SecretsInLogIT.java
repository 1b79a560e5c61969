package org.elastauth.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Logs secrets as a careless message of the gateway would, and expects that they are found. */
class SecretsInLogIT {
  private static final String CREDENTIAL = "planted-credential-0123456789-abcdef";
  private static TestGateway gateway;

  @BeforeAll
  static void start() {
    gateway =
        TestGateway.builder()
            .set("elasticsearch.dry_run", true)
            .set("admin.enabled", true)
            .set("admin.credential", CREDENTIAL)
            .start();
    SecretsInLog.check("the start");
  }

  @AfterAll
  static void stop() {
    gateway.close();
  }

  private static void log(String message) {
    LoggerFactory.getLogger("org.elastauth.http").debug(message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        CREDENTIAL,
        TestGateway.KEY,
        "Basic ZWxhc3RhdXRoOnBsYW50ZWQ=",
        "Bearer planted-token-of-somebody",
        "eyJhbGciOiJSUzI1NiJ9.e30.e30"
      })
  void aSecretIsFound(String secret) {
    log("a message with " + secret + " in it");
    assertThatThrownBy(() -> SecretsInLog.check("this test"))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("this test hold a secret")
        .hasMessageContaining(secret);
    SecretsInLog.check("what follows");
  }

  @Test
  void aPasswordThatTheGatewayReturnedIsFound() {
    log("a message with " + gateway.login("secrets.user").substring("Basic ".length()));
    assertThatThrownBy(() -> SecretsInLog.check("this test")).isInstanceOf(AssertionError.class);
  }

  @Test
  void whatIsNoSecretIsInTheLog() throws Exception {
    log("a harmless message");
    SecretsInLog.check("this test");
    assertThat(Files.readString(SecretsInLog.LOG)).contains("a harmless message");
  }
}
