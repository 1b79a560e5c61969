package org.elastauth.revocation;

import org.elastauth.config.Checked;
import org.elastauth.config.Faults;
import org.elastauth.config.Rules.Matches;
import org.elastauth.config.Secret;
import org.elastauth.crypto.WeakSecret;
import org.springframework.boot.context.properties.bind.DefaultValue;

/** The administration API. */
public record AdminSettings(
    @DefaultValue("false") boolean enabled,
    @DefaultValue("")
        @Secret
        @Matches({
          "|[!-~]{32,1024}",
          "is not 32 to 1024 printable ASCII characters without a blank; the command generate-key prints a valid value"
        })
        String credential)
    implements Checked {
  @Override
  public void check(Faults faults) {
    faults.when(
        enabled && credential.isEmpty(),
        "credential",
        "is missing; admin.enabled requires a credential of at least 32 characters");
    faults.when(WeakSecret.isGuessable(credential), "credential", WeakSecret.MEND);
  }

  @Override
  public String toString() {
    return "Admin[" + enabled + "]";
  }
}
