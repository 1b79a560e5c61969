package org.elastauth.editor;

import java.time.Clock;
import java.util.regex.Pattern;
import org.apache.camel.Body;
import org.apache.camel.ExchangeProperty;
import org.elastauth.credential.Credential;
import org.elastauth.credential.Fingerprint;
import org.elastauth.credential.Window;
import org.elastauth.http.HttpError;
import org.elastauth.identity.Identity;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Description;
import org.springframework.stereotype.Component;

/** Makes the credential that the operator's user store returns. */
@Component("credential")
@Description(
    "The credential of the user of the property identity, which a user store leaves as the body.")
public final class CredentialParts {
  /** A cached credential has the length of the password in one byte. */
  private static final Pattern PASSWORD = Pattern.compile("[ -~]{1,255}");

  private final long lifetime;
  private final Clock clock;

  public CredentialParts(@Value("${elastauth.cache.lifetime}") long lifetime, Clock clock) {
    this.lifetime = lifetime;
    this.clock = clock;
  }

  /**
   * @throws HttpError 503 without a usable password
   */
  @Description(
      "From the password in the body: 1 to 255 printable ASCII characters; another body receives 503. The credential"
          + " is cached for cache.expiration at most, so the store must accept the password that long.")
  public Credential fromPassword(
      @Body String password, @ExchangeProperty("identity") Identity identity) {
    if (password == null || !PASSWORD.matcher(password).matches()) {
      throw HttpError.unavailable("the user store returned no usable password; try again");
    }
    Window window = Window.of(identity.username(), clock.millis() / 1000, lifetime);
    return new Credential(
        identity.username(), password, window, 1, identity.asOf(), Fingerprint.of(identity));
  }
}
