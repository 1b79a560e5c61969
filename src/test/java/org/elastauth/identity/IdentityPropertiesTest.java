package org.elastauth.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.statistics.Statistics;
import org.elastauth.config.TestSettings;
import org.elastauth.http.HttpError;

/**
 * SPEC 2: whatever is claimed, only the username decides; the rest is within the limits or dropped.
 */
class IdentityPropertiesTest {
  private static final OptionalFields FIELDS = TestSettings.fields(TestSettings.of(Map.of()));
  private static final String USERNAME = "(?!_|[.]{1,2}$)(?! )[ -~&&[^:]]{1,255}(?<! )";

  /** Any text, often nearly right. */
  @Provide
  Arbitrary<String> claims() {
    return Arbitraries.frequencyOf(
        Tuple.of(2, Arbitraries.strings().all().ofMaxLength(600)),
        Tuple.of(4, Arbitraries.strings().ascii().ofMaxLength(600)),
        Tuple.of(
            6,
            Arbitraries.strings()
                .withChars("abzAZ09._@+-")
                .withChars(" ,\t\u0000\u007f\u0085\u00e4/:<>")
                .ofMaxLength(40)),
        Tuple.of(6, Arbitraries.strings().withChars("aZ9._@+-").ofMaxLength(330)));
  }

  /** Mostly addresses, a few of them with what none may hold. */
  @Provide
  Arbitrary<String> emailClaims() {
    Arbitrary<String> part = Arbitraries.strings().withChars("aZ9._+-\u00e4").ofMaxLength(170);
    Arbitrary<String> odd =
        Arbitraries.strings().withChars("a@ ,<>\t\u0000\u0085\u2003").ofMaxLength(3);
    return Arbitraries.frequencyOf(
        Tuple.of(6, Combinators.combine(part, part).as((name, host) -> name + "@" + host)),
        Tuple.of(
            3,
            Combinators.combine(part, odd, part)
                .as((name, middle, host) -> name + middle + "@" + host)),
        Tuple.of(2, claims()));
  }

  /** Mostly names, a few of them blank, too long or with what none may hold. */
  @Provide
  Arbitrary<List<String>> groupClaims() {
    return Arbitraries.frequencyOf(
            Tuple.of(9, Arbitraries.strings().withChars("aB9 -\u00e4\u00a0\t").ofMaxLength(12)),
            Tuple.of(1, Arbitraries.strings().withChars("aB ").ofMinLength(250).ofMaxLength(260)),
            Tuple.of(1, claims()))
        .list()
        .ofMaxSize(6);
  }

  private static Identity identity(
      String username, String email, String fullName, List<String> groups) {
    return IdentityRules.identity(username, email, fullName, groups, 7, FIELDS);
  }

  private static boolean isRefused(Runnable identity) {
    try {
      identity.run();
      return false;
    } catch (HttpError refusal) {
      assertThat(refusal.status()).isIn(400, 401);
      return true;
    }
  }

  private static boolean isUnusable(String text, int max) {
    return text.codePointCount(0, text.length()) > max
        || text.codePoints()
            .anyMatch(c -> Character.isISOControl(c) || c == 0xFFFD || c >= 0xD800 && c < 0xE000);
  }

  @Property
  void aUsernameIsTakenAsItIsOrRefused(@ForAll("claims") String name) {
    boolean refused = isRefused(() -> identity(name, "", "", List.of()));
    assertThat(refused).isEqualTo(!name.matches(USERNAME));
    if (!refused) {
      assertThat(identity(name, "", "", List.of()).username()).isEqualTo(name);
    }
  }

  @Property
  void anEmailIsTakenAsItIsOrDropped(@ForAll("emailClaims") String email) {
    boolean dropped = !isEmail(email);
    assertThat(identity("a", email, "", List.of()).email()).isEqualTo(dropped ? "" : email);
    collect(dropped);
  }

  private static boolean isEmail(String text) {
    return text.isEmpty()
        || !isUnusable(text, 320)
            && text.matches("(?s)[^@]+@[^@]+")
            && text.chars()
                .noneMatch(
                    c ->
                        c <= ' '
                            || Character.isISOControl(c)
                            || Character.isWhitespace(c)
                            || "<>,".indexOf(c) >= 0);
  }

  @Property
  void aFullNameIsTakenAsItIsOrDropped(@ForAll("claims") String name) {
    assertThat(identity("a", "", name, List.of()).fullName())
        .isEqualTo(isUnusable(name, 500) ? "" : name);
  }

  @Property
  void groupsAreTrimmedSortedAndOnceOrDropped(@ForAll("groupClaims") List<String> groups) {
    TreeSet<String> named = new TreeSet<>();
    for (String group : groups) {
      named.add(group.replaceAll("^[ \t]+|[ \t]+$", ""));
    }
    named.remove("");
    boolean dropped = named.removeIf(group -> isUnusable(group, 255));
    Identity identity = identity("a", "", "", groups);
    assertThat(identity.groups()).containsExactlyElementsOf(named);
    assertThat(identity.saysGroups()).isEqualTo(!dropped || !named.isEmpty());
    collect(dropped);
  }

  /** A property that met no more than one of the two would say little. */
  private static void collect(boolean dropped) {
    Statistics.label("dropped")
        .collect(dropped)
        .coverage(
            coverage -> {
              coverage.check(true).percentage(share -> share > 5);
              coverage.check(false).percentage(share -> share > 5);
            });
  }

  @Property
  void whatWasTakenOnceIsTakenAgainUnchanged(
      @ForAll("emailClaims") String email,
      @ForAll("claims") String fullName,
      @ForAll("groupClaims") List<String> groups) {
    Identity once = identity("a", email, fullName, groups);
    assertThat(
            identity(
                once.username(),
                once.email(),
                once.fullName(),
                once.saysGroups() ? once.groups() : null))
        .isEqualTo(once);
  }
}
