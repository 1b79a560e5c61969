package org.elastauth.credential;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import org.elastauth.crypto.Sha256;
import org.elastauth.identity.Identity;

/**
 * SHA-256 of full name, email and sorted groups. A different fingerprint means that the user's
 * roles must be written again.
 */
public final class Fingerprint {
  static final int LENGTH = 32;

  private final byte[] bytes;

  private Fingerprint(byte[] bytes) {
    this.bytes = bytes;
  }

  public static Fingerprint of(Identity identity) {
    return of(identity.fullName(), identity.email(), identity.groups());
  }

  /**
   * @param groups sorted
   */
  public static Fingerprint of(String fullName, String email, List<String> groups) {
    MessageDigest sha = Sha256.digest();
    field(sha, fullName);
    field(sha, email);
    for (int i = 0; i < groups.size(); i++) {
      field(sha, groups.get(i));
    }
    return new Fingerprint(sha.digest());
  }

  static Fingerprint read(ByteBuffer from) {
    byte[] bytes = new byte[LENGTH];
    from.get(bytes);
    return new Fingerprint(bytes);
  }

  void write(ByteBuffer to) {
    to.put(bytes);
  }

  /** The length prefix makes the encoding unambiguous. */
  private static void field(MessageDigest sha, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    sha.update((byte) (bytes.length >>> 8));
    sha.update((byte) bytes.length);
    sha.update(bytes);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Fingerprint fingerprint && Arrays.equals(bytes, fingerprint.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }
}
