package org.elastauth.elasticsearch;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.elastauth.config.TestSettings;
import org.elastauth.http.HttpError;
import org.elastauth.identity.Identity;
import org.elastauth.startup.Settings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** SPEC 5: reserved names, and a foreign account's 403, which is remembered for 30 s. */
class ProtectedAccountsTest {
  private final AtomicLong now = new AtomicLong();
  private final Settings settings = TestSettings.of(Map.of("elasticsearch.username", "Gateway"));
  private final ProtectedAccounts accounts =
      new ProtectedAccounts(settings.elasticsearch(), settings.identity(), now::get);

  private static Identity identity(String name) {
    return new Identity(name, "", "", List.of(), 0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"elastic", "KIBANA", "GATEWAY", "elastic/kibana", "Elastic/fleet-server"})
  void reservedNamesAndTheGatewaysOwnAreRefused(String name) {
    assertThatThrownBy(() -> accounts.refuseReserved(identity(name))).isInstanceOf(HttpError.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"elastic2", "elastic-kibana", "users/elastic/kibana"})
  void otherNamesAreNot(String name) {
    assertThatCode(() -> accounts.refuseReserved(identity(name))).doesNotThrowAnyException();
  }

  @Test
  void foreignOnesAreRememberedForHalfAMinute() {
    accounts.addForeign(identity("a"));
    assertThatThrownBy(() -> accounts.refuseForeign(identity("a"))).isInstanceOf(HttpError.class);
    assertThatCode(() -> accounts.refuseForeign(identity("A"))).doesNotThrowAnyException();

    now.set(Duration.ofSeconds(29).toNanos());
    assertThatThrownBy(() -> accounts.refuseForeign(identity("a"))).isInstanceOf(HttpError.class);
    now.set(Duration.ofSeconds(30).toNanos());
    assertThatCode(() -> accounts.refuseForeign(identity("a"))).doesNotThrowAnyException();
  }
}
