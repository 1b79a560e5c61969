package org.elastauth.crypto;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Set;

/** Recognizes secrets that an attacker can guess, or knows from another place. */
public final class WeakSecret {
  private static final int FEWEST_CHARACTERS = 8;

  /** Shorter ones are faults anyway. */
  private static final int LONG = 32;

  public static final String MEND =
      "has fewer than 8 different characters; generate it with --generateKey";

  private WeakSecret() {}

  /** Whether a long secret has few different characters; the case does not count. */
  public static boolean isGuessable(String secret) {
    return secret.length() >= LONG
        && secret.toLowerCase(Locale.ROOT).chars().distinct().count() < FEWEST_CHARACTERS;
  }

  /**
   * Whether two secrets are the same, one is a part of the other, or both encode the same bytes.
   */
  public static boolean areSame(String one, String other) {
    String first = one.strip().toLowerCase(Locale.ROOT);
    String second = other.strip().toLowerCase(Locale.ROOT);
    if (first.length() < LONG || second.length() < LONG) {
      return false;
    }
    Set<ByteBuffer> shared = readings(one.strip());
    shared.retainAll(readings(other.strip()));
    return first.contains(second) || second.contains(first) || !shared.isEmpty();
  }

  /** The bytes that a secret may mean: its characters, or what they are hex or base64 of. */
  private static Set<ByteBuffer> readings(String secret) {
    Set<ByteBuffer> readings = new HashSet<>();
    add(readings, secret.getBytes(StandardCharsets.UTF_8));
    try {
      add(readings, Base64.getUrlDecoder().decode(secret.replace('+', '-').replace('/', '_')));
    } catch (IllegalArgumentException other) {
      // it is no base64
    }
    return readings;
  }

  /** Adds bytes, and if they are hex digits, what these mean. */
  private static void add(Set<ByteBuffer> readings, byte[] bytes) {
    readings.add(ByteBuffer.wrap(bytes));
    try {
      readings.add(
          ByteBuffer.wrap(HexFormat.of().parseHex(new String(bytes, StandardCharsets.ISO_8859_1))));
    } catch (IllegalArgumentException other) {
      // they are no hex digits
    }
  }
}
