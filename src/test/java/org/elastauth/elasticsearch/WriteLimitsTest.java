package org.elastauth.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.elastauth.config.TestSettings;
import org.elastauth.http.HttpError;
import org.junit.jupiter.api.Test;

/** SPEC 5: new users a minute, passwords at once, and repairs of one user. */
class WriteLimitsTest {
  private final AtomicLong now = new AtomicLong();
  private final WriteLimits limits =
      new WriteLimits(
          TestSettings.of(
                  Map.of("elasticsearch.max_new_users", 2, "elasticsearch.max_password_writes", 1))
              .elasticsearch(),
          now::get);

  private static void assertRefused(int status, String message, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            HttpError.class,
            refusal -> {
              assertThat(refusal.status()).isEqualTo(status);
              assertThat(refusal.retryAfter()).isPositive();
            })
        .hasMessageContaining(message);
  }

  @Test
  void noMinuteSeesMoreNewUsersThanAreAllowed() {
    limits.admitNewUser();
    now.set(Duration.ofSeconds(50).toNanos());
    limits.admitNewUser();
    assertRefused(429, "too many new users", limits::admitNewUser);
    now.set(Duration.ofSeconds(60).toNanos());
    limits.admitNewUser();
    assertRefused(429, "too many new users", limits::admitNewUser);
    now.set(Duration.ofSeconds(109).toNanos());
    assertRefused(429, "too many new users", limits::admitNewUser);
    now.set(Duration.ofSeconds(110).toNanos());
    assertThatCode(limits::admitNewUser).doesNotThrowAnyException();
  }

  @Test
  void aSlotIsWaitedForAMomentAndUsedAgain() {
    limits.enter();
    assertRefused(429, "too many logins are being written", limits::enter);
    limits.leave();
    assertThatCode(limits::enter).doesNotThrowAnyException();
  }

  @Test
  void aWrittenProfileIsFreshForSeconds() {
    assertThat(limits.hasFreshProfile("a")).isFalse();
    limits.wroteProfile("a");
    now.set(Duration.ofSeconds(9).toNanos());
    assertThat(limits.hasFreshProfile("a")).isTrue();
    assertThat(limits.hasFreshProfile("b")).isFalse();
    now.set(Duration.ofSeconds(10).toNanos());
    assertThat(limits.hasFreshProfile("a")).isFalse();
  }

  @Test
  void repairsOfAUserEndAndOnlyThoseThatWereMadeCount() {
    for (int i = 0; i < 3; i++) {
      limits.admitRepair("a");
      limits.admitRepair("a");
      limits.repaired("a");
    }
    assertRefused(503, "another party keeps changing", () -> limits.admitRepair("a"));
    assertThatCode(() -> limits.admitRepair("b")).doesNotThrowAnyException();
    now.set(Duration.ofMinutes(10).toNanos());
    assertThatCode(() -> limits.admitRepair("a")).doesNotThrowAnyException();
  }
}
