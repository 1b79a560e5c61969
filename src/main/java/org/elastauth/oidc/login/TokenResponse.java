package org.elastauth.oidc.login;

import com.nimbusds.jwt.JWTParser;
import java.text.ParseException;
import java.util.function.Consumer;
import org.elastauth.oidc.provider.ProviderDocument;
import org.elastauth.oidc.provider.UnusableResponseException;

/**
 * The tokens of a successful token response (RFC 6749, 5.1; OpenID Connect Core, 3.1.3.3). Empty if
 * there is none. Other members are not read.
 *
 * @param lifetime of the access token, in seconds; 0 if the response does not say
 */
record TokenResponse(String accessToken, String idToken, String refreshToken, long lifetime) {
  /** In seconds: the longest that is believed, as long as {@code session.max_age} can be. */
  private static final long MAX_LIFETIME = 30 * 86_400L;

  /** In seconds: what a longer lifetime counts as, so that the provider is asked about the user. */
  private static final long LIFETIME = 86_400;

  /** RFC 6749, A.12. The token is sent in a header. */
  private static final String VISIBLE = "[ -~]*";

  /**
   * @param ignored receives what is wrong with a member that the session does without
   * @throws UnusableResponseException that names the member that is wrong
   */
  static TokenResponse of(ProviderDocument document, Consumer<String> ignored) {
    String idToken = document.text("id_token");
    try {
      if (!idToken.isEmpty()) {
        JWTParser.parse(idToken);
      }
    } catch (ParseException | IllegalArgumentException malformed) {
      throw new UnusableResponseException("id_token is not a JWT");
    }
    String accessToken = document.text("access_token");
    if (!accessToken.matches(VISIBLE)) {
      throw new UnusableResponseException("access_token is not printable ASCII");
    }
    return new TokenResponse(
        accessToken,
        idToken,
        refreshToken(document, ignored),
        lifetime(document.members().get("expires_in"), ignored));
  }

  private static String refreshToken(ProviderDocument document, Consumer<String> ignored) {
    try {
      return document.text("refresh_token");
    } catch (UnusableResponseException wrong) {
      ignored.accept(wrong.getMessage());
      return "";
    }
  }

  private static long lifetime(Object value, Consumer<String> ignored) {
    if (value == null || value.equals("")) {
      return 0;
    }
    double seconds = 0;
    try {
      seconds = Double.parseDouble(value.toString());
    } catch (NumberFormatException text) {
      // reported below
    }
    if (seconds > MAX_LIFETIME) {
      ignored.accept("expires_in is longer than 30 days, and counts as one day");
      return LIFETIME;
    }
    if (!(seconds >= 1)) {
      ignored.accept("expires_in is not a positive number; the exp of the ID token counts");
      return 0;
    }
    return (long) seconds;
  }

  /** Without the tokens, which are secret. */
  @Override
  public String toString() {
    return "TokenResponse";
  }
}
