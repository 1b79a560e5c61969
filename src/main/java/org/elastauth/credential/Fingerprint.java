package org.elastauth.credential;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import org.elastauth.crypto.Sha256;
import org.elastauth.identity.Identity;

/**
 * SHA-256 of full name, email, sorted groups, subject, and the roles that a route has decided. A
 * different fingerprint means that the user's roles must be written again, or that another subject
 * uses the name.
 */
public final class Fingerprint {
  static final int LENGTH = 32;

  /** A length that no group has, so that no group is mistaken for a subject. */
  private static final byte[] NO_GROUP = {-1, -1};

  /** The same, before the roles. */
  private static final byte[] ROLES = {-1, -2};

  private final byte[] bytes;

  private Fingerprint(byte[] bytes) {
    this.bytes = bytes;
  }

  public static Fingerprint of(Identity identity) {
    return of(
        identity.saysGroups(),
        identity.fullName(),
        identity.email(),
        identity.groups(),
        identity.subject(),
        identity.roles());
  }

  /**
   * @param groups sorted
   * @param subject as in {@link Identity}
   */
  public static Fingerprint of(String fullName, String email, List<String> groups, String subject) {
    return of(true, fullName, email, groups, subject, null);
  }

  /**
   * @param groups sorted
   * @param subject as in {@link Identity}
   * @param roles as in {@link Identity}
   */
  public static Fingerprint of(
      String fullName, String email, List<String> groups, String subject, List<String> roles) {
    return of(true, fullName, email, groups, subject, roles);
  }

  private static Fingerprint of(
      boolean saysGroups,
      String fullName,
      String email,
      List<String> groups,
      String subject,
      List<String> roles) {
    MessageDigest sha = Sha256.digest();
    if (!saysGroups) {
      // no length begins with it: a login without groups never gets the roles of another login
      sha.update((byte) -1);
    }
    field(sha, fullName);
    field(sha, email);
    for (int i = 0; i < groups.size(); i++) {
      field(sha, groups.get(i));
    }
    if (!subject.isEmpty()) {
      sha.update(NO_GROUP);
      field(sha, subject);
    }
    if (roles != null) {
      sha.update(ROLES);
      roles.forEach(role -> field(sha, role));
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
