package org.elastauth.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.elastauth.http.HttpError;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Anybody can use up as many logins as he likes: none may be valid again because of that. */
class MemoryReplayStoreTest {
  private static final long MINUTE = Duration.ofMinutes(1).toMillis();

  private final AtomicLong nanos = new AtomicLong();
  private final MemoryReplayStore store = new MemoryReplayStore(nanos::get);

  @BeforeEach
  void fill() {
    for (int i = 0; i < ReplayKind.LOGIN.limit(); i++) {
      assertThat(store.use("login " + i, MINUTE, ReplayKind.LOGIN)).isTrue();
    }
  }

  @Test
  void aFullKindRefusesAndForgetsNothing() {
    assertThatThrownBy(() -> store.use("one more", MINUTE, ReplayKind.LOGIN))
        .isInstanceOfSatisfying(
            HttpError.class, refusal -> assertThat(refusal.status()).isEqualTo(503));
    for (int i = 0; i < ReplayKind.LOGIN.limit(); i++) {
      assertThat(store.isUnused("login " + i, ReplayKind.LOGIN)).isFalse();
    }
    assertThat(store.use("login 0", MINUTE, ReplayKind.LOGIN)).as("used").isFalse();
    assertThat(store.use("one more", MINUTE, ReplayKind.TOKEN)).as("another kind").isTrue();
  }

  @Test
  void whatRedisRemembersNeedsNoRoom() {
    assertThat(store.useToo("one more", MINUTE, ReplayKind.LOGIN)).isTrue();
    assertThat(store.isUnused("one more", ReplayKind.LOGIN)).as("not here").isTrue();
    assertThat(store.useToo("login 0", MINUTE, ReplayKind.LOGIN)).as("used").isFalse();
  }

  @Test
  void expiredUsesMakeRoom() {
    nanos.addAndGet(Duration.ofMinutes(2).toNanos());
    assertThat(store.use("one more", MINUTE, ReplayKind.LOGIN)).isTrue();
    assertThat(store.use("one more", MINUTE, ReplayKind.LOGIN)).isFalse();
  }
}
