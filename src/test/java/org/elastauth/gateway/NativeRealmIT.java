package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.FaultProxy;
import org.elastauth.server.TestGateway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** SPEC 8: an Elasticsearch that stores native users, but logs none of them in. */
@ExtendWith(OutputCaptureExtension.class)
@Timeout(120)
class NativeRealmIT {
  private static ElasticsearchServer elasticsearch;

  @BeforeAll
  static void start() {
    elasticsearch = ElasticsearchServer.startWithoutNativeRealm();
  }

  @AfterAll
  static void stop() {
    elasticsearch.close();
  }

  private static TestGateway.Builder gateway(String hosts) {
    return TestGateway.builder()
        .set("elasticsearch.hosts", hosts)
        .set("elasticsearch.username", ElasticsearchServer.ADMIN)
        .set("elasticsearch.password", ElasticsearchServer.ADMIN_PASSWORD);
  }

  @Test
  void aNativeRealmThatIsOffIsSaidAndNothingIsRepaired(CapturedOutput output) {
    try (TestGateway gateway = gateway(elasticsearch.url()).start()) {
      for (int i = 0; i < 5; i++) {
        HttpResponse<String> refused = gateway.decide("realm.off");
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.body()).contains("its native realm seems to be switched off");
      }
      assertThat(elasticsearch.version("realm.off")).as("one write").isEqualTo(1);
      assertThat(gateway.decide("realm.other").body()).contains("native realm");
      assertThat(gateway.health().path("status").asText()).isEqualTo("degraded");
      assertThat(gateway.health().at("/elasticsearch/reason").asText())
          .isEqualTo("native_realm_off");
      assertThat(output.getAll().lines())
          .filteredOn(line -> line.contains("native realm is switched off"))
          .hasSize(1);
      assertThat(output).doesNotContain("writing a new password");
    }
    // a gateway that knows nothing of it finds the user's password rejected, and says the same
    try (TestGateway other = gateway(elasticsearch.url()).start()) {
      assertThat(other.decide("realm.off").body()).contains("native realm");
      assertThat(other.decide("realm.off").body()).contains("native realm");
      assertThat(elasticsearch.version("realm.off")).as("one more write").isEqualTo(2);
    }
  }

  /** Another gateway writes the user between our write and the check: this is not the realm. */
  @Test
  void aPasswordThatAnotherPartyReplacedIsWrittenAgain() {
    String user = "realm.fight";
    try (FaultProxy proxy = new FaultProxy(elasticsearch);
        TestGateway gateway = gateway(proxy.url()).start()) {
      FaultProxy.Hold proof = proxy.holdNextProof();
      var login = gateway.decideLater(user);
      proof.awaitArrival();
      elasticsearch.admin(
          "PUT",
          "/_security/user/" + user,
          "{\"password\":\"somebody-elses\",\"roles\":[],\"metadata\":{}}");
      proof.release();
      assertThat(login.join().statusCode()).as("the account is another's now").isEqualTo(403);
    }
  }
}
