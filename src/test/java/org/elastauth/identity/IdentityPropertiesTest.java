package org.elastauth.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.elastauth.http.Refusal;

/** SPEC 2: whatever is claimed, it is an identity within the limits or a refusal, nothing else. */
class IdentityPropertiesTest {
  private static final String USERNAME = "[A-Za-z0-9@+-][A-Za-z0-9._@+-]{0,254}";

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

  @Provide
  Arbitrary<List<String>> groupClaims() {
    return claims().list().ofMaxSize(8);
  }

  private static Identity identity(
      String username, String email, String fullName, List<String> groups) {
    return IdentityRules.identity(username, email, fullName, groups, 7);
  }

  private static boolean isRefused(Runnable identity) {
    try {
      identity.run();
      return false;
    } catch (Refusal refusal) {
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
  void anEmailIsTakenAsItIsOrRefused(@ForAll("claims") String email) {
    if (!isRefused(() -> identity("a", email, "", List.of()))) {
      assertThat(identity("a", email, "", List.of()).email())
          .isEqualTo(email)
          .hasSizeLessThanOrEqualTo(320)
          .matches("(?s)|[^@]+@[^@]+")
          .doesNotContainPattern("\\s")
          .matches(text -> !hasControl(text));
    }
  }

  @Property
  void aFullNameIsTakenAsItIsOrRefused(@ForAll("claims") String name) {
    boolean refused = isRefused(() -> identity("a", "", name, List.of()));
    assertThat(refused).isEqualTo(name.length() > 500 || hasControl(name));
  }

  @Property
  void groupsAreTrimmedSortedAndOnce(@ForAll("groupClaims") List<String> groups) {
    if (!isRefused(() -> identity("a", "", "", groups))) {
      assertThat(identity("a", "", "", groups).groups())
          .isSorted()
          .doesNotHaveDuplicates()
          .allSatisfy(
              group ->
                  assertThat(group)
                      .isNotEmpty()
                      .hasSizeLessThanOrEqualTo(255)
                      .matches(text -> !hasControl(text))
                      .doesNotStartWith(" ")
                      .doesNotEndWith(" "));
    }
  }

  @Property
  void whatWasTakenOnceIsTakenAgainUnchanged(
      @ForAll("claims") String email,
      @ForAll("claims") String fullName,
      @ForAll("groupClaims") List<String> groups) {
    if (!isRefused(() -> identity("a", email, fullName, groups))) {
      Identity once = identity("a", email, fullName, groups);
      assertThat(identity(once.username(), once.email(), once.fullName(), once.groups()))
          .isEqualTo(once);
    }
  }
}
