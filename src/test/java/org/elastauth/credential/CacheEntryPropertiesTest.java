package org.elastauth.credential;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.elastauth.crypto.SecretKeys;
import org.elastauth.server.TestGateway;

/** SPEC 4: names and values of cache entries, for every user and credential. */
class CacheEntryPropertiesTest {
  private static final String PREFIX = "elastauth-";

  private final CacheKey names = new CacheKey(PREFIX);
  private final SealedCredentials sealed =
      new SealedCredentials(new SecretKeys(List.of(TestGateway.KEY), ""));

  @Provide
  Arbitrary<String> usernames() {
    return Arbitraries.strings()
        .withCharRange('a', 'z')
        .withCharRange('A', 'Z')
        .withCharRange('0', '9')
        .withChars("._@+-")
        .ofMinLength(1)
        .ofMaxLength(255)
        .filter(name -> name.charAt(0) != '.' && name.charAt(0) != '_');
  }

  @Provide
  Arbitrary<Credential> credentials() {
    Arbitrary<Fingerprint> fingerprints =
        Arbitraries.strings()
            .ofMaxLength(30)
            .map(name -> Fingerprint.of(name, "", List.of("a"), ""));
    return Combinators.combine(
            usernames(),
            Arbitraries.strings().alpha().numeric().ofMaxLength(255),
            Arbitraries.longs(),
            Arbitraries.longs(),
            Arbitraries.longs(),
            Arbitraries.longs(),
            fingerprints)
        .as(
            (user, password, issued, until, generation, asOf, fingerprint) ->
                new Credential(
                    user, password, new Window(issued, until), generation, asOf, fingerprint))
        .withoutEdgeCases(); // of seven parts they would be more than there are tries
  }

  @Property
  void aNameKeepsThePrefixAndIsSafeInAUrl(@ForAll("usernames") String user) {
    assertThat(names.of(user)).startsWith(PREFIX).matches(PREFIX + "[A-Za-z0-9%]+");
  }

  @Property
  void aNameTellsItsUser(@ForAll("usernames") String user) {
    String encoded = names.of(user).substring(PREFIX.length());
    byte[] name =
        Base64.getDecoder()
            .decode(encoded.replace("%2B", "+").replace("%2F", "/").replace("%3D", "="));
    assertThat(new String(name, StandardCharsets.US_ASCII)).isEqualTo(user);
  }

  @Property
  void opensAsItWasSealed(@ForAll("credentials") Credential credential) {
    String name = names.of(credential.username());
    String value = sealed.seal(name, credential);
    assertThat(value).matches("[A-Za-z0-9_-]+");
    assertThat(sealed.open(credential.username(), name, value)).isEqualTo(credential);
  }

  @Property
  void aFlippedBitIsNoticed(
      @ForAll("credentials") Credential credential, @ForAll @IntRange(max = 1 << 20) int bit) {
    String name = names.of(credential.username());
    byte[] value = Base64.getUrlDecoder().decode(sealed.seal(name, credential));
    int at = bit % (value.length * Byte.SIZE);
    value[at / Byte.SIZE] ^= (byte) (1 << at % Byte.SIZE);
    assertThat(open(credential, name, value)).isNull();
  }

  @Property
  void aLostEndIsNoticed(
      @ForAll("credentials") Credential credential, @ForAll @IntRange(max = 1 << 20) int length) {
    String name = names.of(credential.username());
    byte[] value = Base64.getUrlDecoder().decode(sealed.seal(name, credential));
    assertThat(open(credential, name, Arrays.copyOf(value, length % value.length))).isNull();
  }

  @Property
  void anEntryUnderAnotherUsersNameDoesNotOpen(
      @ForAll("credentials") Credential credential, @ForAll("usernames") String other) {
    String value = sealed.seal(names.of(credential.username()), credential);
    boolean same = other.equals(credential.username());
    assertThat(sealed.open(other, names.of(other), value) != null).isEqualTo(same);
  }

  @Property
  void anyOtherTextIsAMiss(@ForAll String text, @ForAll("usernames") String user) {
    assertThat(sealed.open(user, names.of(user), text)).isNull();
  }

  @Property
  void anyOtherBytesOfOurFormAreAMiss(@ForAll byte[] bytes, @ForAll("credentials") Credential c) {
    String name = names.of(c.username());
    byte[] value = Base64.getUrlDecoder().decode(sealed.seal(name, c));
    byte[] forged = Arrays.copyOf(value, 1 + SecretKeys.KEY_ID_LENGTH + bytes.length);
    System.arraycopy(bytes, 0, forged, 1 + SecretKeys.KEY_ID_LENGTH, bytes.length);
    assertThat(open(c, name, forged)).isNull();
  }

  private Credential open(Credential credential, String name, byte[] value) {
    return sealed.open(
        credential.username(), name, Base64.getUrlEncoder().withoutPadding().encodeToString(value));
  }
}
