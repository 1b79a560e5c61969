package org.elastauth.elasticsearch;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.elastauth.http.Refusal;
import org.elastauth.identity.Identity;
import org.junit.jupiter.api.Test;

/** SPEC 5: a foreign account's 403 is remembered for 30 s. */
class ForeignAccountsTest {
  private static Identity identity(String name) {
    return new Identity(name, "", "", List.of(), 0);
  }

  @Test
  void areRememberedForHalfAMinuteFromTheLastLook() {
    AtomicLong now = new AtomicLong();
    ForeignAccounts accounts = new ForeignAccounts(now::get);
    accounts.remember(identity("a"));
    assertThatThrownBy(() -> accounts.refuse(identity("a"))).isInstanceOf(Refusal.class);
    assertThatCode(() -> accounts.refuse(identity("A"))).doesNotThrowAnyException();

    now.set(Duration.ofSeconds(29).toNanos());
    assertThatThrownBy(() -> accounts.refuse(identity("a"))).isInstanceOf(Refusal.class);
    now.set(Duration.ofSeconds(30).toNanos());
    assertThatCode(() -> accounts.refuse(identity("a"))).doesNotThrowAnyException();
  }
}
