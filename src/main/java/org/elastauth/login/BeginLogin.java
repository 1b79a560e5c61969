package org.elastauth.login;

import com.nimbusds.oauth2.sdk.ResponseType;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.State;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.openid.connect.sdk.AuthenticationRequest;
import com.nimbusds.openid.connect.sdk.Nonce;
import java.net.URI;
import java.time.Clock;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.camel.ExchangeProperty;
import org.elastauth.config.Settings;
import org.elastauth.http.Refusal;
import org.elastauth.oidc.OidcSettings;
import org.elastauth.oidc.ProviderEndpoints;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * Sends a browser to the provider (OpenID Connect Core, 3.1.2.1), with PKCE (RFC 7636). What is to
 * be remembered until it comes back goes along as the encrypted {@code state}; a cookie of this
 * login's own says which browser it was.
 */
@Lazy
@Component("beginLogin")
final class BeginLogin {
  /** A quarter of an hour, in which somebody may look for a password. */
  private static final long PATIENCE_SECONDS = 900;

  private static final int RANDOM_BYTES = 32;
  private static final int NAME_BYTES = 6;
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{8}");

  /** Logins that a browser may have begun at once; further ones replace the oldest. */
  private static final int ATTEMPTS = 16;

  private final SealedLogins logins;
  private final GatewayCookie browserCookie;
  private final OidcSettings oidc;
  private final Clock clock;

  BeginLogin(SealedLogins logins, GatewayCookie browserCookie, Settings settings, Clock clock) {
    this.logins = logins;
    this.browserCookie = browserCookie;
    this.oidc = settings.oidc();
    this.clock = clock;
  }

  /**
   * @param target where to come back to
   * @param attempts logins that the browser has begun, the oldest first
   * @throws Refusal always: 302, or 503 if the provider has no such address
   */
  void redirect(
      @ExchangeProperty("endpoints") ProviderEndpoints endpoints,
      @ExchangeProperty("target") String target,
      @ExchangeProperty("attempts") List<String> attempts) {
    if (endpoints.authorization() == null) {
      throw Refusal.unavailable("the identity provider has no address to log in at");
    }
    String attempt =
        attempts.size() >= ATTEMPTS && NAME.matcher(attempts.get(0)).matches()
            ? attempts.get(0)
            : new Nonce(NAME_BYTES).getValue();
    CodeVerifier verifier = new CodeVerifier();
    Login login =
        new Login(
            random(),
            random(),
            oidc.usePkce() ? verifier.getValue() : "",
            attempt,
            random(),
            target,
            clock.millis() / 1000 + PATIENCE_SECONDS);
    AuthenticationRequest.Builder authentication =
        new AuthenticationRequest.Builder(
                ResponseType.CODE,
                Scope.parse(oidc.scopes()),
                new ClientID(oidc.clientId()),
                URI.create(oidc.redirectUrl()))
            .endpointURI(endpoints.authorization())
            .state(new State(logins.seal(login)))
            .nonce(new Nonce(login.nonce()));
    if (oidc.usePkce()) {
      authentication.codeChallenge(verifier, CodeChallengeMethod.S256);
    }
    throw Refusal.elsewhere(
        "log in at the provider first",
        authentication.build().toURI().toString(),
        browserCookie.of(attempt).set(login.browser(), PATIENCE_SECONDS));
  }

  private static String random() {
    return new Nonce(RANDOM_BYTES).getValue();
  }
}
