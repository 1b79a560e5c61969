package org.elastauth.revocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.benmanes.caffeine.cache.Ticker;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.Map;
import org.elastauth.config.TestSettings;
import org.elastauth.credential.LatestCredentials;
import org.elastauth.credential.Window;
import org.elastauth.crypto.SecretKeys;
import org.elastauth.elasticsearch.InstanceStart;
import org.elastauth.elasticsearch.OwnershipMetadata;
import org.elastauth.elasticsearch.ProtectedAccounts;
import org.elastauth.elasticsearch.StoredUser;
import org.elastauth.elasticsearch.UserChange;
import org.elastauth.elasticsearch.UserProfile;
import org.elastauth.http.HttpError;
import org.elastauth.identity.Identity;
import org.elastauth.server.TestGateway;
import org.junit.jupiter.api.Test;

/** What a revocation writes, and when it is over. */
class UserRevokerTest {
  private static final Window WINDOW = new Window(1_000, 4_600);
  private static final Identity JOHN = new Identity("john.doe", "", "", List.of(), 2_000);

  private final SecretKeys keys = new SecretKeys(List.of(TestGateway.KEY), "");
  private final UserRevoker revoker =
      new UserRevoker(
          null,
          keys,
          new InstanceStart(7),
          new LatestCredentials(),
          new ProtectedAccounts(
              TestSettings.of(Map.of()).elasticsearch(),
              TestSettings.of(Map.of()).identity(),
              Ticker.systemTicker()),
          new SimpleMeterRegistry(),
          event -> {});

  private OwnershipMetadata mark(long issued, long generation, String state) {
    return new OwnershipMetadata(
        keys.currentId(),
        new Window(issued, issued + 3_600),
        generation,
        1,
        1_500,
        state,
        "subject");
  }

  private static StoredUser stored(boolean enabled, OwnershipMetadata mark) {
    return new StoredUser(
        true,
        false,
        enabled,
        new UserProfile(List.of("viewer"), "John", "j@x.org", List.of("staff")),
        "",
        mark,
        5);
  }

  private UserChange plan(StoredUser stored, boolean disable) {
    return revoker.plan(stored, JOHN, new Revocation(disable, false, false), null);
  }

  @Test
  void theNextGenerationOfTheSameWindowWithEverythingElseAsItWas() {
    UserChange plan = plan(stored(true, mark(1_000, 3, "")), false);
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
                        1_500L,
                        "sub",
                        "subject"))));
    assertThat(plan.credential().window()).isEqualTo(WINDOW);
  }

  @Test
  void anAttemptThatDidNotHoldIsFollowedByAHigherGeneration() {
    UserChange undone = plan(stored(true, mark(1_000, 3, "")), true);
    UserChange again =
        revoker.plan(
            stored(true, mark(1_000, 3, "")), JOHN, new Revocation(true, false, false), undone);
    assertThat(again.ownership().generation()).isEqualTo(5);
  }

  @Test
  void whoIsDisabledStaysSo() {
    assertState(plan(stored(true, mark(1_000, 1, "")), true), "revoked");
    assertState(plan(stored(false, mark(1_000, 1, "revoked")), false), "revoked");
    assertState(plan(stored(false, mark(1_000, 1, "")), false), "revoked");
    assertState(plan(stored(false, mark(1_000, 1, "expired")), true), "revoked");
    assertState(plan(stored(false, mark(1_000, 1, "expired")), false), "expired");
  }

  private static void assertState(UserChange plan, String state) {
    assertThat(plan.ownership().state()).isEqualTo(state);
    assertThat(plan.document()).containsEntry("enabled", false);
    assertThat(plan.document().toString()).contains("state=" + state);
  }

  @Test
  void whoWasEnabledAgainLosesTheState() {
    UserChange plan = plan(stored(true, mark(1_000, 1, "revoked")), false);
    assertThat(plan.ownership().state()).isEmpty();
    assertThat(plan.document()).containsEntry("enabled", true);
  }

  @Test
  void aReleaseForgetsTheSubjectAndNothingElseDoes() {
    StoredUser john = stored(true, mark(1_000, 3, ""));
    UserChange released = revoker.plan(john, JOHN, new Revocation(false, false, true), null);
    assertThat(released.ownership().subject()).isEmpty();
    assertThat(released.ownership().asOf()).as("each login of the next subject is newer").isZero();
    assertThat(released.ownership().generation()).isEqualTo(4);
    assertThat(released.document().get("metadata").toString()).doesNotContain("subject");
    assertThat(plan(john, true).ownership().subject()).isEqualTo("subject");
  }

  @Test
  void aPasswordUnderAKeyThatIsNotHeldIsRevokedToo() {
    OwnershipMetadata foreign =
        new OwnershipMetadata("0011223344556677", WINDOW, 5, 99, 1_500, "", "");
    UserChange plan = plan(stored(true, foreign), false);
    assertThat(plan.ownership().key()).isEqualTo(keys.currentId());
    assertThat(plan.ownership().generation()).isEqualTo(6);
  }

  @Test
  void foreignAndReserved() {
    assertForbidden(stored(true, null));
    assertForbidden(
        new StoredUser(
            true,
            true,
            true,
            new UserProfile(List.of(), "", "", List.of()),
            "",
            mark(1_000, 1, ""),
            5));
  }

  private void assertForbidden(StoredUser stored) {
    assertThatThrownBy(() -> plan(stored, false))
        .isInstanceOfSatisfying(
            HttpError.class, refusal -> assertThat(refusal.status()).isEqualTo(403));
  }

  private Revocation written(boolean disable) {
    UserChange change = plan(stored(true, mark(1_000, 3, "")), disable);
    return new Revocation(disable, false, false).written(change, 0);
  }

  @Test
  void itHoldsUnlessSomebodyWroteWhatTheyHadReadBefore() {
    Revocation revocation = written(false);
    assertThat(UserRevoker.holds(stored(true, mark(1_000, 4, "")), revocation)).isTrue();
    assertThat(UserRevoker.holds(stored(true, mark(1_000, 5, "")), revocation))
        .as("repaired")
        .isTrue();
    assertThat(UserRevoker.holds(stored(true, mark(4_600, 1, "")), revocation))
        .as("turned")
        .isTrue();
    assertThat(UserRevoker.holds(StoredUser.absent(5), revocation)).as("deleted").isTrue();
    assertThat(UserRevoker.holds(stored(true, mark(1_000, 3, "")), revocation)).isFalse();
    assertThat(UserRevoker.holds(stored(true, mark(100, 9, "")), revocation)).isFalse();
  }

  @Test
  void aDisableHoldsOnlyWhileTheUserIsDisabled() {
    Revocation revocation = written(true);
    assertThat(UserRevoker.holds(stored(false, mark(1_000, 4, "revoked")), revocation)).isTrue();
    assertThat(UserRevoker.holds(stored(true, mark(1_000, 4, "revoked")), revocation)).isFalse();
    assertThat(UserRevoker.holds(stored(true, mark(4_600, 1, "")), revocation)).isFalse();
    assertThat(UserRevoker.holds(StoredUser.absent(5), revocation))
        .as("may be made again")
        .isFalse();
  }

  @Test
  void whatIsAnnouncedAndReported() {
    Revocation asked = new Revocation(true, false, false);
    assertThat(asked.issued()).isZero();
    assertThat(asked.generation()).isZero();
    assertThat(asked.report("john.doe"))
        .as("a user store of one's own")
        .isEqualTo(new Revocation.Report("john.doe", null, null, null, null, null, null));
    assertThat(asked.asDryRun().report("john.doe").dryRun()).isTrue();

    Revocation revocation = written(true);
    assertThat(revocation.issued()).isEqualTo(1_000);
    assertThat(revocation.generation()).isEqualTo(4);
    assertThat(revocation.report("john.doe"))
        .isEqualTo(new Revocation.Report("john.doe", 4L, true, null, null, null, null));
    assertThat(revocation.withoutApiKeys(2, null).report("john.doe").apiKeysInvalidated())
        .isEqualTo(2);
  }
}
