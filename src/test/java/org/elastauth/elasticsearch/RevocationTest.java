package org.elastauth.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.Map;
import org.elastauth.credential.HighWaterMarks;
import org.elastauth.credential.SecretKeys;
import org.elastauth.credential.Window;
import org.elastauth.http.Refusal;
import org.elastauth.identity.Identity;
import org.elastauth.server.TestGateway;
import org.junit.jupiter.api.Test;

/** What a revocation writes, and when it is over. */
class RevocationTest {
  private static final Window WINDOW = new Window(1_000, 4_600);
  private static final Identity JOHN = new Identity("john.doe", "", "", List.of(), 2_000);

  private final SecretKeys keys = new SecretKeys(List.of(TestGateway.KEY), "");
  private final Revocation revocation =
      new Revocation(keys, new Boot(7), new HighWaterMarks(), new SimpleMeterRegistry());

  private Mark mark(long issued, long generation, String state) {
    return new Mark(
        keys.currentId(), new Window(issued, issued + 3_600), generation, 1, 1_500, state);
  }

  private static StoredUser stored(boolean enabled, Mark mark) {
    return new StoredUser(
        true,
        false,
        enabled,
        List.of("viewer"),
        "John",
        "j@x.org",
        List.of("staff"),
        false,
        mark,
        5);
  }

  private Plan plan(StoredUser stored, boolean disable) {
    return revocation.plan(stored, JOHN, disable, null, null, 0);
  }

  @Test
  void theNextGenerationOfTheSameWindowWithEverythingElseAsItWas() {
    Plan plan = plan(stored(true, mark(1_000, 3, "")), false);
    assertThat(plan.document())
        .isEqualTo(
            Map.of(
                "password",
                keys.password(keys.currentId(), "john.doe", 1_000, 4),
                "roles",
                List.of("viewer"),
                "full_name",
                "John",
                "email",
                "j@x.org",
                "enabled",
                true,
                "metadata",
                Map.of(
                    "groups",
                    List.of("staff"),
                    "elastauth",
                    Map.of(
                        "v",
                        1,
                        "key",
                        keys.currentId(),
                        "issued",
                        1_000L,
                        "until",
                        4_600L,
                        "generation",
                        4L,
                        "boot",
                        7L,
                        "asof",
                        1_500L))));
    assertThat(plan.credential().window()).isEqualTo(WINDOW);
  }

  @Test
  void anAttemptThatDidNotHoldIsFollowedByAHigherGeneration() {
    Plan undone = plan(stored(true, mark(1_000, 3, "")), true);
    Plan again = revocation.plan(stored(true, mark(1_000, 3, "")), JOHN, true, undone, null, 1);
    assertThat(again.mark().generation()).isEqualTo(5);
  }

  @Test
  void whoIsDisabledStaysSo() {
    assertState(plan(stored(true, mark(1_000, 1, "")), true), "revoked");
    assertState(plan(stored(false, mark(1_000, 1, "revoked")), false), "revoked");
    assertState(plan(stored(false, mark(1_000, 1, "")), false), "revoked");
    assertState(plan(stored(false, mark(1_000, 1, "expired")), true), "revoked");
    assertState(plan(stored(false, mark(1_000, 1, "expired")), false), "expired");
  }

  private static void assertState(Plan plan, String state) {
    assertThat(plan.mark().state()).isEqualTo(state);
    assertThat(plan.document()).containsEntry("enabled", false);
    assertThat(plan.document().toString()).contains("state=" + state);
  }

  @Test
  void whoWasEnabledAgainLosesTheState() {
    Plan plan = plan(stored(true, mark(1_000, 1, "revoked")), false);
    assertThat(plan.mark().state()).isEmpty();
    assertThat(plan.document()).containsEntry("enabled", true);
  }

  @Test
  void aPasswordUnderAKeyThatIsNotHeldIsRevokedToo() {
    Mark foreign = new Mark("0011223344556677", WINDOW, 5, 99, 1_500, "");
    Plan plan = plan(stored(true, foreign), false);
    assertThat(plan.mark().key()).isEqualTo(keys.currentId());
    assertThat(plan.mark().generation()).isEqualTo(6);
  }

  @Test
  void absentForeignAndReserved() {
    assertRefused(404, StoredUser.absent(5), 0);
    assertRefused(403, stored(true, null), 0);
    assertRefused(
        403,
        new StoredUser(
            true, true, true, List.of(), "", "", List.of(), false, mark(1_000, 1, ""), 5),
        0);
    assertRefused(503, stored(true, mark(1_000, 1, "")), 5);
  }

  private void assertRefused(int status, StoredUser stored, int round) {
    assertThatThrownBy(() -> revocation.plan(stored, JOHN, false, null, null, round))
        .isInstanceOfSatisfying(
            Refusal.class, refusal -> assertThat(refusal.status()).isEqualTo(status));
  }

  @Test
  void itHoldsUnlessSomebodyWroteWhatTheyHadReadBefore() {
    Plan plan = plan(stored(true, mark(1_000, 3, "")), false);
    assertThat(revocation.holds(stored(true, mark(1_000, 4, "")), plan)).isTrue();
    assertThat(revocation.holds(stored(true, mark(1_000, 5, "")), plan)).as("repaired").isTrue();
    assertThat(revocation.holds(stored(true, mark(4_600, 1, "")), plan)).as("turned").isTrue();
    assertThat(revocation.holds(StoredUser.absent(5), plan)).as("deleted").isTrue();
    assertThat(revocation.holds(stored(true, mark(1_000, 3, "")), plan)).isFalse();
    assertThat(revocation.holds(stored(true, mark(100, 9, "")), plan)).isFalse();
  }

  @Test
  void aDisableHoldsOnlyWhileTheUserIsDisabled() {
    Plan plan = plan(stored(true, mark(1_000, 3, "")), true);
    assertThat(revocation.holds(stored(false, mark(1_000, 4, "revoked")), plan)).isTrue();
    assertThat(revocation.holds(stored(true, mark(1_000, 4, "revoked")), plan)).isFalse();
    assertThat(revocation.holds(stored(true, mark(4_600, 1, "")), plan)).isFalse();
    assertThat(revocation.holds(StoredUser.absent(5), plan)).as("may be made again").isFalse();
  }
}
