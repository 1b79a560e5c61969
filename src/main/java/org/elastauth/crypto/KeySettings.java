package org.elastauth.crypto;

import java.util.List;
import org.elastauth.config.Alias;
import org.elastauth.config.Checked;
import org.elastauth.config.Faults;
import org.elastauth.config.Rules.Matches;
import org.elastauth.config.Secret;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The secret keys: one, or several of which the first encrypts and all decrypt.
 *
 * @param credential what else every derived key depends on
 */
public record KeySettings(
    @DefaultValue("")
        @Secret
        @Alias({"SECRET_KEY", "session_encryption_key"})
        @Matches({"|" + KEY, NO_KEY})
        String secretKey,
    @DefaultValue @Secret @Alias("SECRET_KEYS") @Matches({KEY, NO_KEY}) List<String> secretKeys,
    CredentialSettings credential)
    implements Checked {
  private static final String KEY = "[0-9A-Fa-f]{64}";
  private static final String NO_KEY = "is not 64 hex digits; make one with --generateKey";

  public boolean isEmpty() {
    return secretKey.isEmpty() && secretKeys.isEmpty();
  }

  /** The first one encrypts. */
  public List<String> all() {
    return secretKey.isEmpty() ? secretKeys : List.of(secretKey);
  }

  @Override
  public void check(Faults faults) {
    faults.when(
        !secretKey.isEmpty() && !secretKeys.isEmpty(),
        "secret_keys",
        "is set together with secret_key; keep one of the two");
  }

  @Override
  public String toString() {
    return "KeySettings";
  }
}
