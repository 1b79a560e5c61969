package org.elastauth.crypto;

import java.util.List;
import org.elastauth.config.Alias;
import org.elastauth.config.Checked;
import org.elastauth.config.Faults;
import org.elastauth.config.Rules.Matches;
import org.elastauth.config.Secret;
import org.springframework.boot.context.properties.bind.DefaultValue;

/** A secret key, or several: the first encrypts, all decrypt. */
public record KeySettings(
    @DefaultValue("")
        @Secret
        @Alias({"SECRET_KEY", "session_encryption_key", "cache.encryption_key"})
        @Matches({"|" + KEY, NO_KEY})
        String secretKey,
    @DefaultValue @Secret @Alias("SECRET_KEYS") @Matches({KEY, NO_KEY}) List<String> secretKeys,
    Credential credential)
    implements Checked {
  /**
   * @param scope part of every derived key, so that several clusters can share a secret key
   */
  public record Credential(
      @DefaultValue("") @Matches({"[A-Za-z0-9._-]{0,64}", "takes at most 64 of A-Z a-z 0-9 . _ -"})
          String scope) {}

  private static final String KEY = "[0-9A-Fa-f]{64}";
  private static final String NO_KEY =
      "is not 64 hex digits; generate a key with the command generate-key";

  public boolean isEmpty() {
    return secretKey.isEmpty() && secretKeys.isEmpty();
  }

  public List<String> all() {
    return secretKey.isEmpty() ? secretKeys : List.of(secretKey);
  }

  @Override
  public void check(Faults faults) {
    faults.when(
        !secretKey.isEmpty() && !secretKeys.isEmpty(),
        "secret_keys",
        "is set together with secret_key; remove one of them");
    for (String key : all()) {
      faults.when(
          WeakSecret.isGuessable(key),
          secretKey.isEmpty() ? "secret_keys" : "secret_key",
          key,
          WeakSecret.MEND);
    }
  }

  @Override
  public String toString() {
    return "KeySettings";
  }
}
