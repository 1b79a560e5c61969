package org.elastauth.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.benmanes.caffeine.cache.Ticker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.elastauth.config.TestSettings;
import org.elastauth.credential.Fingerprint;
import org.elastauth.credential.Window;
import org.elastauth.crypto.SecretKeys;
import org.elastauth.elasticsearch.UserChange.Kind;
import org.elastauth.health.Health;
import org.elastauth.health.TestHealth;
import org.elastauth.http.HttpError;
import org.elastauth.identity.Identity;
import org.elastauth.identity.RoleMapping;
import org.elastauth.server.TestGateway;
import org.elastauth.startup.Settings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** SPEC 4: the table of what a miss does, row by row. */
class UserChangePlannerTest {
  private static final long NOW = 1_768_473_000;
  private static final long BOOT = NOW * 1000;
  private static final List<String> ROLES = List.of("viewer");
  private static final Identity JOHN =
      new Identity("john.doe", "j@x.org", "John", List.of("staff"), NOW);
  private static final UserProfile JOHNS =
      new UserProfile(ROLES, "John", "j@x.org", List.of("staff"));
  private static final Window CURRENT = Window.of("john.doe", NOW, 3600);

  private final SecretKeys keys = new SecretKeys(List.of(TestGateway.KEY), "");
  private final Settings settings = TestSettings.of(Map.of("elasticsearch.username", "Gateway"));
  private final Clock clock = Clock.fixed(Instant.ofEpochSecond(NOW), ZoneOffset.UTC);
  private final Health health = TestHealth.of(CircuitBreaker.ofDefaults("e"), clock);
  private final WriteLimits limits =
      new WriteLimits(settings.elasticsearch(), Ticker.systemTicker());
  private final UserChangePlanner planner = planner(settings);

  private UserChangePlanner planner(Settings settings) {
    return new UserChangePlanner(
        settings.cache().lifetime().toSeconds(),
        settings.elasticsearch(),
        new RoleMapping(settings.roles(), TestSettings.fields(settings)),
        keys,
        clock,
        new InstanceStart(BOOT),
        health,
        new ProtectedAccounts(settings.elasticsearch(), settings.identity(), Ticker.systemTicker()),
        limits);
  }

  private OwnershipMetadata mark(Window window, long generation) {
    return new OwnershipMetadata(keys.currentId(), window, generation, BOOT - 1, NOW - 10, "", "");
  }

  private static StoredUser stored(OwnershipMetadata mark) {
    return stored(JOHNS, mark);
  }

  private static StoredUser stored(UserProfile profile, OwnershipMetadata mark) {
    return new StoredUser(true, false, true, profile, "", mark, 5);
  }

  private static StoredUser disabled(OwnershipMetadata mark) {
    return new StoredUser(true, false, false, JOHNS, "", mark, 5);
  }

  private UserChange plan(StoredUser stored) {
    return planner.plan(stored, JOHN, ROLES, null);
  }

  private String password(Window window, long generation) {
    return keys.password(keys.currentId(), "john.doe", window.issued(), generation);
  }

  private static void assertRefused(int status, Runnable run) {
    assertThatThrownBy(run::run)
        .isInstanceOfSatisfying(
            HttpError.class, refusal -> assertThat(refusal.status()).isEqualTo(status));
  }

  @Test
  void absentIsCreated() {
    UserChange plan = plan(StoredUser.absent(5));
    assertThat(plan.kind()).isEqualTo(Kind.CREATE);
    assertThat(plan.credential().password()).isEqualTo("JX2EF9MVcggfUrzpT5EDuHl0vPqBWSJ2");
    assertThat(plan.document())
        .isEqualTo(
            Map.of(
                "password",
                "JX2EF9MVcggfUrzpT5EDuHl0vPqBWSJ2",
                "roles",
                ROLES,
                "full_name",
                "John",
                "email",
                "j@x.org",
                "enabled",
                true,
                "metadata",
                Map.of(
                    "groups", List.of("staff"),
                    "elastauth",
                        Map.of(
                            "v",
                            1,
                            "key",
                            "dab61aaf88df0c01",
                            "issued",
                            CURRENT.issued(),
                            "until",
                            CURRENT.until(),
                            "generation",
                            1L,
                            "boot",
                            BOOT,
                            "asof",
                            NOW))));
  }

  @Test
  void oursInsideItsWindowIsComputed() {
    UserChange plan = plan(stored(mark(CURRENT, 4)));
    assertThat(plan.kind()).isEqualTo(Kind.NOTHING);
    assertThat(plan.credential().password()).isEqualTo(password(CURRENT, 4));
  }

  @Test
  void theStoredWindowCountsWhateverThisGatewaysLifetime() {
    Window longer = new Window(NOW - 50_000, NOW + 1);
    UserChange plan = plan(stored(mark(longer, 2)));
    assertThat(plan.kind()).isEqualTo(Kind.NOTHING);
    assertThat(plan.credential().window()).isEqualTo(longer);
    assertThat(plan.credential().password()).isEqualTo(password(longer, 2));
  }

  @Test
  void otherRolesOrProfileAreWrittenWithoutCredentialFieldsOrWindow() {
    StoredUser before =
        stored(new UserProfile(List.of("editor"), "", "", List.of("other")), mark(CURRENT, 3));
    UserChange plan = plan(before);
    assertThat(plan.kind()).isEqualTo(Kind.PROFILE);
    assertThat(plan.credential().password()).isEqualTo(password(CURRENT, 3));
    assertThat(plan.document())
        .isEqualTo(
            Map.of(
                "roles",
                ROLES,
                "full_name",
                "John",
                "email",
                "j@x.org",
                "enabled",
                true,
                "metadata",
                Map.of("groups", List.of("staff"), "elastauth", Map.of("asof", NOW))));
  }

  @Test
  void oursPastItsWindowGetsTheNextOne() {
    UserChange plan = plan(stored(mark(new Window(CURRENT.issued() - 3600, CURRENT.issued()), 9)));
    assertThat(plan.kind()).isEqualTo(Kind.PASSWORD);
    assertThat(plan.credential().window()).isEqualTo(CURRENT);
    assertThat(plan.credential().generation()).isEqualTo(1);
  }

  @Test
  void aPasswordIsNeverUsedAgainWhereALongerWindowBeginsNoLater() {
    UserChange plan = plan(stored(mark(new Window(CURRENT.issued(), CURRENT.issued() + 60), 3)));
    assertThat(plan.credential().window()).isEqualTo(CURRENT);
    assertThat(plan.credential().generation()).isEqualTo(4);
  }

  @Test
  void anotherKeyIsTakenOverOnlyByTheLaterProcess() {
    OwnershipMetadata older =
        new OwnershipMetadata("0011223344556677", CURRENT, 6, BOOT - 1, NOW - 10, "", "");
    UserChange plan = plan(stored(older));
    assertThat(plan.kind()).isEqualTo(Kind.PASSWORD);
    assertThat(plan.credential().generation()).isEqualTo(7);
    assertThat(plan.ownership().key()).isEqualTo(keys.currentId());

    OwnershipMetadata younger =
        new OwnershipMetadata("0011223344556677", CURRENT, 6, BOOT, NOW - 10, "", "");
    assertRefused(503, () -> plan(stored(younger)));
  }

  @Test
  void disabledByAnAdministratorIsRefusedDisabledByUsIsNot() {
    StoredUser disabled = disabled(mark(CURRENT, 1));
    assertRefused(403, () -> plan(disabled));

    OwnershipMetadata expired =
        new OwnershipMetadata(
            keys.currentId(),
            new Window(NOW - 7200, NOW - 3600),
            1,
            BOOT - 1,
            NOW - 10,
            "expired",
            "");
    UserChange plan = plan(disabled(expired));
    assertThat(plan.kind()).isEqualTo(Kind.PASSWORD);
    assertThat(plan.document()).containsEntry("enabled", true);
  }

  /** By a gateway whose clock is ahead: the password is still good. */
  @Test
  void disabledByUsInARunningWindowIsEnabledWithoutAPassword() {
    OwnershipMetadata expired =
        new OwnershipMetadata(keys.currentId(), CURRENT, 2, BOOT - 1, NOW - 10, "expired", "");
    UserChange plan = plan(disabled(expired));
    assertThat(plan.kind()).isEqualTo(Kind.PROFILE);
    assertThat(plan.credential().password()).isEqualTo(password(CURRENT, 2));
    assertThat(plan.document()).containsEntry("enabled", true).doesNotContainKey("password");
    assertThat(plan.document().get("metadata"))
        .isEqualTo(
            Map.of("groups", List.of("staff"), "elastauth", Map.of("asof", NOW, "state", "")));
  }

  @Test
  void notOursIsRefused() {
    assertRefused(403, () -> plan(stored(null)));
    assertRefused(
        403,
        () ->
            plan(
                new StoredUser(
                    true,
                    true,
                    true,
                    new UserProfile(ROLES, "", "", List.of()),
                    "",
                    mark(CURRENT, 1),
                    5)));
  }

  private static OwnershipMetadata ownedBy(String subject, OwnershipMetadata mark) {
    return mark.ownedBy(subject);
  }

  private static Object written(UserChange plan) {
    Map<?, ?> metadata = (Map<?, ?>) plan.document().getOrDefault("metadata", Map.of());
    return metadata.get("elastauth") instanceof Map<?, ?> ours ? ours.get("sub") : null;
  }

  /** Whatever is written: the first subject stays the owner, and nobody else is served. */
  @Test
  void theNameBelongsToItsFirstSubject() {
    Identity owner = JOHN.withSubject("owner");
    Identity stranger = JOHN.withSubject("stranger");
    Window past = new Window(NOW - 7200, NOW - 3600);
    for (OwnershipMetadata mark :
        List.of(
            mark(CURRENT, 1),
            mark(past, 1),
            new OwnershipMetadata("0011223344556677", CURRENT, 6, BOOT - 1, NOW - 10, "", ""),
            new OwnershipMetadata(keys.currentId(), CURRENT, 1, BOOT - 1, NOW + 5, "", ""))) {
      UserChange taken = planner.plan(stored(mark), owner, ROLES, null);
      assertThat(written(taken)).as("taken " + mark).isEqualTo("owner");
      assertThat(taken.ownership().subject()).isEqualTo("owner");
      assertThat(taken.credential().fingerprint())
          .isNotEqualTo(planner.plan(stored(mark), JOHN, ROLES, null).credential().fingerprint());

      StoredUser owned = stored(ownedBy("owner", mark));
      UserChange kept = planner.plan(owned, owner, ROLES, null);
      assertThat(kept.ownership().subject()).as("kept " + mark).isEqualTo("owner");
      assertThat(written(kept)).isIn("owner", null);
      assertThat(planner(settings).plan(owned, owner, ROLES, owned.ownership()).ownership())
          .as("repaired")
          .matches(ownership -> ownership.subject().equals("owner"));
      assertRefused(403, () -> planner.plan(owned, stranger, ROLES, null));
      assertRefused(403, () -> planner.plan(owned, JOHN, ROLES, null));

      UserChangePlanner sharing = planner(TestSettings.of(Map.of("identity.shared_names", true)));
      assertRefused(403, () -> sharing.plan(owned, stranger, ROLES, null));
      assertThat(sharing.plan(owned, JOHN, ROLES, null).ownership().subject()).isEqualTo("owner");
    }
    assertThat(written(planner.plan(StoredUser.absent(5), owner, ROLES, null))).isEqualTo("owner");
    assertThat(planner.plan(stored(ownedBy("owner", mark(CURRENT, 1))), owner, ROLES, null).kind())
        .isEqualTo(Kind.NOTHING);
  }

  @Test
  void anOlderViewNeverWritesAndIsServedWithTheStoredRoles() {
    OwnershipMetadata newer =
        new OwnershipMetadata(keys.currentId(), CURRENT, 1, BOOT - 1, NOW + 5, "", "");
    StoredUser before =
        stored(new UserProfile(List.of("editor"), "J", "", List.of("other")), newer);
    UserChange plan = plan(before);
    assertThat(plan.kind()).isEqualTo(Kind.NOTHING);
    assertThat(plan.credential().fingerprint())
        .isEqualTo(Fingerprint.of("J", "", List.of("other"), ""));
  }

  @Test
  void aRefusedPasswordIsReplacedOnlyWhereNobodyElseDidSo() {
    OwnershipMetadata refused = mark(CURRENT, 2);
    UserChange replaced = planner.plan(stored(mark(CURRENT, 2)), JOHN, ROLES, refused);
    assertThat(replaced.kind()).isEqualTo(Kind.REPAIR);
    assertThat(replaced.credential().generation()).isEqualTo(3);

    UserChange taken = planner.plan(stored(mark(CURRENT, 3)), JOHN, ROLES, refused);
    assertThat(taken.kind()).isEqualTo(Kind.NOTHING);
    assertThat(taken.credential().generation()).isEqualTo(3);
  }

  @Test
  void aClockThatRanAheadNeitherFreezesRolesNorStopsRotation() {
    OwnershipMetadata ahead =
        new OwnershipMetadata(keys.currentId(), CURRENT, 1, BOOT - 1, NOW + 61, "", "");
    StoredUser before = stored(new UserProfile(List.of("superuser"), "", "", List.of("x")), ahead);
    assertThat(plan(before).kind()).isEqualTo(Kind.PROFILE);
  }

  /** Tokens may be minutes old; what a newer one left must stand. */
  @Test
  void aViewOlderThanTheStoredOneWritesNothing() {
    Identity early = new Identity("john.doe", "", "", List.of("staff"), NOW - 600);
    StoredUser later =
        stored(new UserProfile(List.of("editor"), "", "", List.of("x")), mark(CURRENT, 1));
    UserChange plan = planner.plan(later, early, ROLES, null);
    assertThat(plan.kind()).isEqualTo(Kind.NOTHING);
  }

  private static Identity named(String name, String group, long asOf) {
    return new Identity("john.doe", "", name, List.of(group), asOf);
  }

  @Test
  void aLoginThatIsNotNewerChangesAProfileOnceInSeconds() {
    long issued = NOW - 10;
    UserProfile one = new UserProfile(ROLES, "One", "", List.of("staff"));
    StoredUser stored = stored(one, mark(CURRENT, 1));
    for (Identity other :
        List.of(named("Other", "staff", issued), named("One", "another", issued), SILENT)) {
      assertThat(planner.plan(stored, other, ROLES, null).kind()).isEqualTo(Kind.PROFILE);
    }
    limits.wroteProfile("john.doe");
    UserChange served = planner.plan(stored, named("Other", "another", issued), ROLES, null);
    assertThat(served.kind()).isEqualTo(Kind.NOTHING);
    assertThat(served.credential().fingerprint())
        .isEqualTo(Fingerprint.of(named("One", "staff", issued)));
    UserChange silent = planner.plan(stored, SILENT, ROLES, null);
    assertThat(silent.kind()).isEqualTo(Kind.NOTHING);
    assertThat(silent.credential().fingerprint())
        .as("of a login that says nothing of groups")
        .isEqualTo(Fingerprint.of(new Identity("john.doe", "", "One", List.of(), 0)));

    assertThat(planner.plan(stored, named("One", "another", issued + 1), ROLES, null).kind())
        .as("newer groups")
        .isEqualTo(Kind.PROFILE);
    Identity header = named("One", "another", NOW);
    OwnershipMetadata same =
        new OwnershipMetadata(keys.currentId(), CURRENT, 1, BOOT - 1, NOW, "", "");
    assertThat(planner.plan(stored(one, same), header, ROLES, null).kind())
        .as("asserted by this request")
        .isEqualTo(Kind.PROFILE);
    List<String> night = List.of("night");
    for (Identity decided : List.of(named("One", "staff", issued), SILENT)) {
      assertThat(planner.plan(stored, decided.withRoles(night), night, null).kind())
          .as("roles that a route decides")
          .isEqualTo(Kind.PROFILE);
    }
  }

  /** A login without a claim or header of groups; its roles are the default roles. */
  private static final Identity SILENT = new Identity("john.doe", "", "Johnny", List.of(), 0);

  private UserChangePlanner mapping(String group, String defaults) {
    return planner(
        TestSettings.of(
            Map.of(
                "elasticsearch.adopt",
                "elastauth",
                "group_mappings." + group,
                "superuser",
                "default_roles",
                defaults)));
  }

  private StoredUser storedAt(long asOf, Window window, List<String> roles, List<String> groups) {
    return new StoredUser(
        true,
        false,
        true,
        new UserProfile(roles, "John", "j@x.org", groups),
        "",
        new OwnershipMetadata(keys.currentId(), window, 1, BOOT - 1, asOf, "", ""),
        5);
  }

  @Test
  void aLoginThatSaysNothingOfGroupsNeverReplacesRolesOfGroups() {
    UserChangePlanner mapping = mapping("staff", "viewer");
    List<String> superuser = List.of("superuser");
    Window past = Window.of("john.doe", NOW - 7200, 3600);
    for (StoredUser stored :
        List.of(
            storedAt(NOW - 10, CURRENT, superuser, List.of("staff")),
            storedAt(NOW - 10, past, superuser, List.of("staff")),
            storedAt(NOW + 600, CURRENT, superuser, List.of("staff")),
            storedAt(NOW - 10, CURRENT, ROLES, List.of("Staff")),
            unmarked(false, true, ROLES, "elastauth"))) {
      assertRefused(403, () -> mapping.plan(stored, SILENT, ROLES, null));
    }
  }

  @Test
  void aLoginThatSaysNothingOfGroupsIsServedWithRolesThatNoGroupGives() {
    UserChangePlanner mapping = mapping("admins", "viewer");
    UserChange plan =
        mapping.plan(
            storedAt(NOW - 10, CURRENT, ROLES, List.of("staff")),
            new Identity("john.doe", "", "", List.of(), 0),
            ROLES,
            null);
    assertThat(plan.kind()).isEqualTo(Kind.NOTHING);
    assertThat(plan.credential().asOf()).isEqualTo(NOW - 10);
    assertThat(plan.credential().fingerprint())
        .isEqualTo(Fingerprint.of(new Identity("john.doe", "", "", List.of(), 0)))
        .isNotEqualTo(Fingerprint.of(new Identity("john.doe", "", "", List.of(), NOW)));
    UserChange renamed =
        mapping.plan(storedAt(NOW, CURRENT, ROLES, List.of("staff")), SILENT, ROLES, null);
    assertThat(renamed.document())
        .containsEntry("full_name", "Johnny")
        .containsEntry("email", "j@x.org")
        .containsEntry(
            "metadata", Map.of("groups", List.of("staff"), "elastauth", Map.of("asof", NOW)));
  }

  /** The set-up in which no login says anything of groups. */
  @Test
  void whereNobodySaysAnythingOfGroupsEverybodyHasTheDefaultRoles() {
    UserChange created = planner.plan(StoredUser.absent(5), SILENT, ROLES, null);
    assertThat(created.kind()).isEqualTo(Kind.CREATE);
    assertThat(created.credential().asOf()).isZero();
    StoredUser stored = storedAt(0, CURRENT, ROLES, List.of());
    assertThat(planner.plan(stored, SILENT, ROLES, null).kind()).isEqualTo(Kind.PROFILE);
    UserChange changed = mapping("x", "editor").plan(stored, SILENT, List.of("editor"), null);
    assertThat(changed.document()).containsEntry("roles", List.of("editor"));
    Identity older = new Identity("john.doe", "", "", List.of("admins"), NOW - 600);
    UserChange known = planner.plan(stored, older, List.of("superuser"), null);
    assertThat(known.document())
        .as("whatever says something of groups is newer than what says nothing")
        .containsEntry("roles", List.of("superuser"))
        .containsEntry(
            "metadata",
            Map.of("groups", List.of("admins"), "elastauth", Map.of("asof", NOW - 600)));
  }

  @Test
  void aWindowThatEndsInTheFarFutureIsNotBelieved() {
    UserChange plan = plan(stored(mark(new Window(NOW, NOW + 9 * 86_400), 1)));
    assertThat(plan.kind()).isEqualTo(Kind.PASSWORD);
    assertThat(plan.credential().window().until()).isLessThanOrEqualTo(NOW + 3600);
  }

  @Test
  void aLoginHasTheRolesOfTheUserOfKeylineThatItTakesOver() {
    UserChangePlanner adopting =
        planner(
            TestSettings.of(
                Map.of(
                    "elasticsearch.adopt", "keyline",
                    "group_mappings.admins", "superuser",
                    "default_roles", "viewer")));
    StoredUser theirs = unmarked(false, true, List.of("superuser"), "keyline");
    assertRefused(403, () -> adopting.plan(theirs, JOHN, List.of("viewer"), null));
    assertThat(adopting.plan(theirs, JOHN, List.of("superuser"), null).kind())
        .isEqualTo(Kind.PASSWORD);
    StoredUser none = unmarked(false, true, List.of(), "keyline");
    assertRefused(403, () -> adopting.plan(none, JOHN, List.of("viewer"), null));
  }

  @ParameterizedTest
  @CsvSource({"elastauth,keyline", "keyline,elastauth"})
  void aUserOfAnotherProgramIsAdoptedOnlyWhereItIsAskedForAndNothingSpeaksAgainstIt(
      String creator, String other) {
    UserChangePlanner adopting =
        planner(TestSettings.of(Map.of("elasticsearch.adopt", creator, "default_roles", "viewer")));
    StoredUser theirs = unmarked(false, true, ROLES, creator);
    UserChange plan = adopting.plan(theirs, JOHN, ROLES, null);
    assertThat(plan.kind()).isEqualTo(Kind.PASSWORD);
    assertThat(plan.credential().generation()).isEqualTo(1);
    assertThat(plan.credential().window()).isEqualTo(CURRENT);

    assertRefused(403, () -> plan(theirs));
    for (StoredUser foreign :
        List.of(
            unmarked(true, true, ROLES, creator),
            unmarked(false, false, ROLES, creator),
            unmarked(false, true, List.of("superuser"), creator),
            unmarked(false, true, ROLES, other),
            unmarked(false, true, ROLES, ""))) {
      assertRefused(403, () -> adopting.plan(foreign, JOHN, ROLES, null));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "elastauth | {\"metadata\":{\"groups\":[\"staff\"]}}",
        "elastauth | {\"metadata\":{\"groups\":[]}}",
        "elastauth | {\"metadata\":{\"groups\":null}}",
        "elastauth | {\"metadata\":{\"groups\":[],\"note\":1},\"username\":\"a@b.c\",\"email\":\"a@b.c\"}",
        "keyline   | {\"metadata\":{\"groups\":[],\"managed_by\":\"keyline\",\"source\":\"oidc\",\"last_auth\":1}}",
        "keyline   | {\"metadata\":{},\"username\":\"a@b.c\",\"email\":\"a@b.c\"}",
        "``        | {\"metadata\":{},\"username\":\"a\",\"email\":\"a@b.c\"}",
        "``        | {\"metadata\":{},\"username\":\"a\",\"email\":null}",
        "``        | {\"metadata\":{},\"username\":\"\",\"email\":\"\"}",
        "``        | {\"metadata\":{\"note\":1},\"username\":\"a@b.c\",\"email\":\"a@b.c\"}",
        "``        | {\"metadata\":{\"groups\":\"staff\"}}",
        "``        | {\"metadata\":{\"groups\":[],\"elastauth\":{\"v\":2}}}",
        "``        | {\"metadata\":{\"managed_by\":\"keyline\",\"elastauth\":null}}",
      })
  void theProgramThatCreatedAUser(String creator, String user) throws Exception {
    assertThat(StoredUser.read(new ObjectMapper().readTree(user), 5).creator()).isEqualTo(creator);
  }

  private static StoredUser unmarked(
      boolean reserved, boolean enabled, List<String> roles, String creator) {
    return new StoredUser(
        true,
        reserved,
        enabled,
        new UserProfile(roles, "", "", List.of("staff")),
        creator,
        null,
        5);
  }

  /** The older token is used alone: the roles that a newer one had for some hours must end. */
  @Test
  void rolesThatARouteDecidesComeAndGoWithAnOlderViewToo() {
    UserChangePlanner mapping = mapping("staff", "viewer");
    List<String> admins = List.of("superuser");
    Identity early = new Identity("john.doe", "", "", List.of("others"), NOW - 600);
    List<String> night = List.of("night", "viewer");
    StoredUser day = storedAt(NOW - 10, CURRENT, admins, List.of("staff"));

    assertThat(mapping.plan(day, early, ROLES, null).kind()).isEqualTo(Kind.NOTHING);
    UserChange begun = mapping.plan(day, early.withRoles(night), night, null);
    assertThat(begun.kind()).isEqualTo(Kind.PROFILE);
    assertThat(begun.document())
        .containsEntry("roles", List.of("night", "superuser"))
        .containsEntry(
            "metadata",
            Map.of(
                "groups",
                List.of("staff"),
                "elastauth",
                Map.of("asof", NOW - 10, "decided", true)));
    // the newer view uses the same entry of the cache
    assertThat(begun.credential().fingerprint())
        .isEqualTo(
            Fingerprint.of(
                new Identity("john.doe", "j@x.org", "John", List.of("staff"), NOW - 10)
                    .withRoles(List.of("night", "superuser"))));

    UserProfile byNight =
        new UserProfile(List.of("night", "superuser"), "John", "j@x.org", List.of("staff"), true);
    StoredUser still =
        new StoredUser(true, false, true, byNight, "", day.ownership(), day.readAt());
    UserChange ended = mapping.plan(still, early, ROLES, null);
    assertThat(ended.kind()).isEqualTo(Kind.PROFILE);
    assertThat(ended.document())
        .containsEntry("roles", admins)
        .containsEntry(
            "metadata",
            Map.of(
                "groups",
                List.of("staff"),
                "elastauth",
                Map.of("asof", NOW - 10, "decided", false)));
  }
}
