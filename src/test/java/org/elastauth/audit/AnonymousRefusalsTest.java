package org.elastauth.audit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.elastauth.http.Decision;
import org.elastauth.http.GatewayEvent;
import org.elastauth.identity.Identity;
import org.elastauth.net.TrustedProxies;
import org.junit.jupiter.api.Test;

/** What the trail keeps of requests that anybody can send. */
class AnonymousRefusalsTest {
  private final AnonymousRefusals refusals =
      new AnonymousRefusals(new TrustedProxies(List.of("10.0.0.0/8")), 40);

  private static Decision of(Identity user, int status, String reason, String forwarded) {
    return new Decision(
        "d", 1, user, "/elastauth", status, reason, "", "10.0.0.1", List.of(forwarded));
  }

  private int admitted(int requests, String reason, String client) {
    int admitted = 0;
    for (int i = 0; i < requests; i++) {
      admitted += refusals.admits(of(null, 401, reason, client)) ? 1 : 0;
    }
    return admitted;
  }

  @Test
  void oneAddressTakesAQuarterAndAllTogetherTheLimit() {
    assertThat(admitted(1_000, "no_identity", "203.0.113.1")).isEqualTo(10);
    int others = 0;
    for (int i = 2; i < 250; i++) {
      others += admitted(1, "no_identity", "203.0.113." + i);
    }
    assertThat(others).isEqualTo(30);
  }

  @Test
  void whatIsNotRecordedIsCountedByAddress() {
    admitted(100, "no_identity", "203.0.113.1");
    admitted(5, "invalid_token", "203.0.113.1");
    admitted(12, "no_identity", "203.0.113.2");
    List<GatewayEvent> summaries = refusals.due(1_000_000);
    assertThat(summaries).extracting(GatewayEvent::action).containsOnly("access-refused-summary");
    assertThat(summaries)
        .extracting(GatewayEvent::details)
        .containsExactly(
            Map.of("count", 95L, "reasons", List.of("no_identity", "invalid_token")),
            Map.of("count", 2L, "reasons", List.of("no_identity")));
    assertThat(summaries)
        .extracting(GatewayEvent::forwardedFor)
        .containsExactly(List.of("203.0.113.1"), List.of("203.0.113.2"));
    assertThat(refusals.due(1_059_999)).as("within the minute").isEmpty();
    assertThat(admitted(11, "no_identity", "203.0.113.1")).as("the next minute").isEqualTo(10);
    assertThat(refusals.due(1_060_000)).hasSize(1);
    assertThat(refusals.due(1_120_000)).as("nothing to count").isEmpty();
  }

  @Test
  void manyAddressesHaveAFewSummariesAndTheCountIsComplete() {
    admitted(1_000, "no_identity", "203.0.113.1");
    for (int i = 0; i < 20_000; i++) {
      admitted(1, "no_identity", "198." + (18 + i / 65_536) + "." + i / 256 % 256 + "." + i % 256);
    }
    refusals.countUnqueued();
    List<GatewayEvent> summaries = refusals.summaries();
    assertThat(summaries).hasSize(21);
    assertThat(summaries.get(20).peer()).isNull();
    assertThat(summaries.stream().mapToLong(each -> (long) each.details().get("count")).sum())
        .isEqualTo(21_001 - 40);
  }

  @Test
  void knownUsersAndGrantsAreAlwaysRecorded() {
    admitted(1_000, "no_identity", "203.0.113.1");
    Identity john = new Identity("john.doe", "", "", List.of(), 1);
    assertThat(refusals.admits(of(john, 403, "no_role", "203.0.113.1"))).isTrue();
    assertThat(refusals.admits(of(null, 200, "none", "203.0.113.1"))).isTrue();
    assertThat(refusals.admits(new Object())).isTrue();
  }
}
