package org.elastauth.credential;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Base64;
import java.util.List;
import org.elastauth.crypto.PaddedEntry;
import org.elastauth.crypto.SecretKeys;
import org.elastauth.server.TestGateway;
import org.junit.jupiter.api.Test;

/** SPEC 4: what lies in a cache opens for its own key and user, whole, or not at all. */
class SealedCredentialsTest {
  private static final String NAME = "elastauth-am9obi5kb2U%3D";
  private static final Credential CREDENTIAL =
      new Credential(
          "john.doe",
          "JX2EF9MVcggfUrzpT5EDuHl0vPqBWSJ2",
          new Window(1_768_469_664, 1_768_473_264),
          7,
          1_768_470_000,
          Fingerprint.of("John Doe", "john@example.org", List.of("a", "b"), ""));

  private final SealedCredentials sealed =
      new SealedCredentials(new SecretKeys(List.of(TestGateway.KEY), ""));

  @Test
  void opensAsItWasSealed() {
    assertThat(sealed.open("john.doe", NAME, sealed.seal(NAME, CREDENTIAL))).isEqualTo(CREDENTIAL);
  }

  @Test
  void hasTheDocumentedForm() {
    byte[] value = Base64.getUrlDecoder().decode(sealed.seal(NAME, CREDENTIAL));
    assertThat(value).startsWith(1, 0xda, 0xb6, 0x1a, 0xaf, 0x88, 0xdf, 0x0c, 0x01);
    assertThat(new String(value, java.nio.charset.StandardCharsets.ISO_8859_1))
        .doesNotContain("JX2EF9");
  }

  @Test
  void isNeverTheSameTwice() {
    assertThat(sealed.seal(NAME, CREDENTIAL)).isNotEqualTo(sealed.seal(NAME, CREDENTIAL));
  }

  @Test
  void doesNotOpenUnderAnotherKeyOrScopeOrName() {
    String value = sealed.seal(NAME, CREDENTIAL);
    assertThat(sealed.open("john.doe", "elastauth-b3RoZXI%3D", value)).isNull();
    assertThat(
            new SealedCredentials(new SecretKeys(List.of(TestGateway.KEY), "prod"))
                .open("john.doe", NAME, value))
        .isNull();
    assertThat(
            new SealedCredentials(new SecretKeys(List.of(SecretKeys.generate()), ""))
                .open("john.doe", NAME, value))
        .isNull();
  }

  @Test
  void opensUnderASecondHeldKey() {
    SecretKeys rotated = new SecretKeys(List.of(SecretKeys.generate(), TestGateway.KEY), "");
    assertThat(new SealedCredentials(rotated).open("john.doe", NAME, sealed.seal(NAME, CREDENTIAL)))
        .isEqualTo(CREDENTIAL);
  }

  @Test
  void everyFlippedBitAndEveryLostByteIsNoticed() {
    byte[] value = Base64.getUrlDecoder().decode(sealed.seal(NAME, CREDENTIAL));
    for (int i = 0; i < value.length; i++) {
      byte[] damaged = value.clone();
      damaged[i] ^= 0x10;
      assertThat(open(damaged)).as("byte %d flipped", i).isNull();
      assertThat(open(java.util.Arrays.copyOf(value, i))).as("cut to %d bytes", i).isNull();
    }
  }

  private Credential open(byte[] value) {
    return sealed.open("john.doe", NAME, Base64.getUrlEncoder().encodeToString(value));
  }

  /** SPEC 8: an entry of an older format is a miss. */
  @Test
  void anotherFormatIsAMiss() {
    for (byte version : new byte[] {0, 2, (byte) 0xff}) {
      byte[] value = Base64.getUrlDecoder().decode(sealed.seal(NAME, CREDENTIAL));
      value[0] = version;
      assertThat(open(value)).isNull();
    }
  }

  @Test
  void textThatIsNoEntryIsAMiss() {
    assertThat(sealed.open("john.doe", NAME, "")).isNull();
    assertThat(sealed.open("john.doe", NAME, "*not base64*")).isNull();
  }

  @Test
  void whatIsLargerThan64KiBIsAMissHoweverWellItIsSealed() {
    String entry = sealed.seal(NAME, CREDENTIAL);
    String largest = PaddedEntry.of(TestGateway.KEY, NAME, entry, 64 * 1024);
    assertThat(largest).hasSize(64 * 1024);
    assertThat(sealed.open("john.doe", NAME, largest)).isEqualTo(CREDENTIAL);
    String larger = PaddedEntry.of(TestGateway.KEY, NAME, entry, 64 * 1024 + 1);
    assertThat(sealed.open("john.doe", NAME, larger)).isNull();
  }

  @Test
  void theCacheKeyIsTheUsernameInBase64AsAUrlWouldCarryIt() {
    assertThat(new CacheKey("elastauth-").of("john.doe")).isEqualTo(NAME);
    assertThat(new CacheKey("x:").of("a>b?")).isEqualTo("x:YT5iPw%3D%3D");
  }

  @Test
  void aCredentialDoesNotTellItsPassword() {
    assertThat(CREDENTIAL.toString()).doesNotContain(CREDENTIAL.password()).contains("john.doe");
  }
}
