package org.elastauth.credential;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.elastauth.identity.Identity;
import org.junit.jupiter.api.Test;

/** Whatever tells two identities apart tells their fingerprints apart. */
class FingerprintTest {
  private static final Identity JOHN = new Identity("john.doe", "j@x.org", "John", List.of("a"), 7);

  @Test
  void anotherSubjectIsAnotherFingerprint() {
    Fingerprint owner = Fingerprint.of(JOHN.withSubject("owner"));
    assertThat(owner).isEqualTo(Fingerprint.of(JOHN.withSubject("owner")));
    assertThat(owner).isNotEqualTo(Fingerprint.of(JOHN.withSubject("stranger")));
    assertThat(owner).isNotEqualTo(Fingerprint.of(JOHN));
  }

  @Test
  void noGroupPassesForASubject() {
    assertThat(Fingerprint.of("John", "j@x.org", List.of("a", "owner"), ""))
        .isNotEqualTo(Fingerprint.of("John", "j@x.org", List.of("a"), "owner"));
  }

  @Test
  void rolesThatARouteHasDecidedAreAnotherFingerprint() {
    Fingerprint day = Fingerprint.of(JOHN.withRoles(List.of("viewer")));
    assertThat(day)
        .isEqualTo(Fingerprint.of(JOHN.withRoles(List.of("viewer"))))
        .isNotEqualTo(Fingerprint.of(JOHN.withRoles(List.of())))
        .isNotEqualTo(Fingerprint.of(JOHN.withRoles(List.of("viewer", "night"))))
        .isNotEqualTo(Fingerprint.of(JOHN));
    assertThat(Fingerprint.of(JOHN.withSubject("viewer")))
        .isNotEqualTo(Fingerprint.of(JOHN.withRoles(List.of("viewer"))));
  }
}
