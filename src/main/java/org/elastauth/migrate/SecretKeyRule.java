package org.elastauth.migrate;

import java.util.Locale;
import java.util.Set;
import org.elastauth.config.Setting;
import org.elastauth.config.SettingNames;
import org.elastauth.crypto.SecretKeys;
import org.elastauth.crypto.WeakSecret;

/** A secret key computes all passwords here, so it must be better than a mere cache key. */
final class SecretKeyRule {
  /** The keys in elastauth's published examples. */
  private static final Set<String> PUBLISHED = Set.of("0123456789abcdef".repeat(4));

  private SecretKeyRule() {}

  static void set(Translation translation, Entry entry, Setting setting, String key) {
    boolean isElastauths = SettingNames.plain(entry.shortName()).equals("secretkey");
    if (Translation.isVariable(key) && isElastauths) {
      translation.set(entry, setting, key, "64 hex digits; generate-key prints a new key");
    } else if (PUBLISHED.contains(key.toLowerCase(Locale.ROOT))) {
      newKey(translation, entry, setting, "this one is published");
    } else if (!isElastauths) {
      newKey(translation, entry, setting, "that of another program does not have 64 hex digits");
    } else if (!key.matches("[0-9A-Fa-f]{64}") || WeakSecret.isGuessable(key)) {
      newKey(translation, entry, setting, "this one is not 64 hex digits, or is easy to guess");
    } else {
      translation.set(entry, setting, key, "");
    }
  }

  private static void newKey(Translation translation, Entry entry, Setting setting, String reason) {
    translation.set(entry, setting, SecretKeys.generate(), "a new key, because " + reason);
  }
}
