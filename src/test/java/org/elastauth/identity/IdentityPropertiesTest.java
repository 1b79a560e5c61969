package org.elastauth.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.statistics.Statistics;
import org.elastauth.http.HttpError;

/** SPEC 2: whatever is claimed, it is an identity within the limits or a refusal, nothing else. */
class IdentityPropertiesTest {
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
    return IdentityRules.identity(username, email, fullName, groups, 7);
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

  private static boolean hasControl(String text) {
    return text.chars().anyMatch(Character::isISOControl);
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
  void anEmailIsTakenAsItIsOrRefused(@ForAll("emailClaims") String email) {
    boolean refused = isRefused(() -> identity("a", email, "", List.of()));
    assertThat(refused).isEqualTo(!isEmail(email));
    if (!refused) {
      assertThat(identity("a", email, "", List.of()).email()).isEqualTo(email);
    }
    collect(refused);
  }

  private static boolean isEmail(String text) {
    return text.isEmpty()
        || text.length() <= 320
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
  void aFullNameIsTakenAsItIsOrRefused(@ForAll("claims") String name) {
    boolean refused = isRefused(() -> identity("a", "", name, List.of()));
    assertThat(refused).isEqualTo(name.length() > 500 || hasControl(name));
  }

  @Property
  void groupsAreTrimmedSortedAndOnceOrRefused(@ForAll("groupClaims") List<String> groups) {
    TreeSet<String> named = new TreeSet<>();
    for (String group : groups) {
      named.add(group.replaceAll("^[ \t]+|[ \t]+$", ""));
    }
    named.remove("");
    boolean refused = isRefused(() -> identity("a", "", "", groups));
    assertThat(refused)
        .isEqualTo(named.stream().anyMatch(group -> group.length() > 255 || hasControl(group)));
    if (!refused) {
      assertThat(identity("a", "", "", groups).groups()).containsExactlyElementsOf(named);
    }
    collect(refused);
  }

  /** A property that met no more than one of the two would say little. */
  private static void collect(boolean refused) {
    Statistics.label("refused")
        .collect(refused)
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
    if (!isRefused(() -> identity("a", email, fullName, groups))) {
      Identity once = identity("a", email, fullName, groups);
      assertThat(identity(once.username(), once.email(), once.fullName(), once.groups()))
          .isEqualTo(once);
    }
  }
}
