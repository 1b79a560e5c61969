package org.elastauth.crypto;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** Recognizes secrets that an attacker can guess, or knows from another place. */
public final class WeakSecret {
  public static final String MEND =
      "has fewer than 8 different characters; generate it with the command generate-key";

  private static final int FEWEST_CHARACTERS = 8;

  /** Shorter ones are faults anyway. */
  private static final int LONG = 32;

  private WeakSecret() {}

  /** Whether a long secret has few different characters; the case does not count. */
  public static boolean isGuessable(String secret) {
    return secret.length() >= LONG
        && secret.toLowerCase(Locale.ROOT).chars().distinct().count() < FEWEST_CHARACTERS;
  }

  /** Whether two long secrets are the same, or a part or an encoding of each other. */
  public static boolean areSame(String one, String other) {
    String first = one.strip();
    String second = other.strip();
    return Math.min(first.length(), second.length()) >= LONG
        && (first.regionMatches(true, 0, second, 0, LONG)
            || !Collections.disjoint(forms(first), forms(second)));
  }

  /** Its characters, their hex digits, and both of what it is the base64 of. */
  private static Set<String> forms(String secret) {
    Set<String> forms = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
    forms.add(secret);
    forms.add(HexFormat.of().formatHex(secret.getBytes(StandardCharsets.UTF_8)));
    try {
      byte[] decoded = Base64.getUrlDecoder().decode(secret.replace('+', '-').replace('/', '_'));
      forms.add(new String(decoded, StandardCharsets.ISO_8859_1));
      forms.add(HexFormat.of().formatHex(decoded));
    } catch (IllegalArgumentException other) {
      // it is no base64
    }
    return forms;
  }
}
