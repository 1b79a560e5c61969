package org.elastauth.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.elastauth.credential.Window;
import org.elastauth.server.TestGateway;
import org.junit.jupiter.api.Test;

/** The vectors of SPEC 4, on which two independent implementations agree. */
class SecretKeysTest {
  private static final long NOW = 1_768_473_000;
  private static final long LIFETIME = 3600;

  private final SecretKeys keys = new SecretKeys(List.of(TestGateway.KEY), "");

  private String password(String username, long issued, long generation) {
    return keys.password(keys.currentId(), username, issued, generation);
  }

  @Test
  void keyIds() {
    assertThat(keys.currentId()).isEqualTo("dab61aaf88df0c01");
    assertThat(new SecretKeys(List.of(TestGateway.KEY), "prod").currentId())
        .isEqualTo("9c50065a05ee32df");
  }

  @Test
  void window() {
    assertThat(Window.offset("john.doe", LIFETIME)).isEqualTo(2064);
    assertThat(Window.of("john.doe", NOW, LIFETIME))
        .isEqualTo(new Window(1_768_469_664, 1_768_473_264));
  }

  @Test
  void passwords() {
    long issued = Window.of("john.doe", NOW, LIFETIME).issued();
    assertThat(password("john.doe", issued, 1)).isEqualTo("JX2EF9MVcggfUrzpT5EDuHl0vPqBWSJ2");
    assertThat(password("john.doe", issued, 2)).isEqualTo("YrpCNiJvZYMufrTYvDaBhgnY92v5WIOe");
    assertThat(password("john.doe", issued + LIFETIME, 1))
        .isEqualTo("8e8osE3YxMC9a1BFI4heNOyQSnqDF50h");
    assertThat(password("John.doe", issued, 1)).isEqualTo("a9oazuUBP1JTGRIAD4D4dy5Mo2QyBe55");
    assertThat(password("a".repeat(255), 0, 0)).isEqualTo("QKgv7AHA3EaNWJNAhS3NTld0sFkgPo6K");
  }

  @Test
  void passwordOfAScope() {
    SecretKeys prod = new SecretKeys(List.of(TestGateway.KEY), "prod");
    assertThat(
            prod.password(
                prod.currentId(), "john.doe", Window.of("john.doe", NOW, LIFETIME).issued(), 1))
        .isEqualTo("MjXqGZA6FH9Gxk53AyTbc4XWiknGjrVe");
  }

  @Test
  void everyHeldKeyReadsAndTheFirstWrites() {
    String other = SecretKeys.generate();
    SecretKeys both = new SecretKeys(List.of(other, TestGateway.KEY), "");
    assertThat(both.currentId()).isEqualTo(new SecretKeys(List.of(other), "").currentId());
    assertThat(both.holds("dab61aaf88df0c01")).isTrue();
    assertThat(both.password("dab61aaf88df0c01", "a".repeat(255), 0, 0))
        .isEqualTo("QKgv7AHA3EaNWJNAhS3NTld0sFkgPo6K");
    assertThat(keys.holds(both.currentId())).isFalse();
    assertThatThrownBy(() -> keys.password(both.currentId(), "a", 0, 0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aGeneratedKeyIs64HexDigitsAndNeverTheSame() {
    assertThat(SecretKeys.generate()).matches("[0-9a-f]{64}").isNotEqualTo(SecretKeys.generate());
  }
}
