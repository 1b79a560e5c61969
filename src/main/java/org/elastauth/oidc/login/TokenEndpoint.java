package org.elastauth.oidc.login;

import com.github.benmanes.caffeine.cache.Ticker;
import com.nimbusds.oauth2.sdk.AuthorizationCode;
import com.nimbusds.oauth2.sdk.AuthorizationCodeGrant;
import com.nimbusds.oauth2.sdk.AuthorizationGrant;
import com.nimbusds.oauth2.sdk.RefreshTokenGrant;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.auth.ClientAuthentication;
import com.nimbusds.oauth2.sdk.auth.ClientSecretBasic;
import com.nimbusds.oauth2.sdk.auth.ClientSecretPost;
import com.nimbusds.oauth2.sdk.auth.Secret;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.oauth2.sdk.token.RefreshToken;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.elastauth.http.HttpError;
import org.elastauth.oidc.BearerChallenge;
import org.elastauth.oidc.OidcSettings;
import org.elastauth.oidc.provider.ProviderDocument;
import org.elastauth.oidc.provider.ProviderEndpoints;
import org.elastauth.oidc.provider.ProviderHttp;
import org.elastauth.oidc.provider.UnusableResponseException;
import org.elastauth.redis.RecentKeys;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/** Requests tokens with a code or a refresh token (RFC 6749, 4.1.3 and 6). Blocks. */
@Lazy
@Component
final class TokenEndpoint {
  private static final Logger LOG = LoggerFactory.getLogger(TokenEndpoint.class);
  private static final int TOO_MANY_REQUESTS = 429;

  /** RFC 6749, 5.2; others are not logged. */
  private static final Pattern ERROR = Pattern.compile("[a-z_]{1,64}");

  /**
   * The user must log in again, or may not: RFC 6749, 4.1.2.1 and 5.2; OpenID Connect Core,
   * 3.1.2.6; Auth0. Entra ID answers with some of these after a change of its policies.
   */
  private static final Set<String> ENDS_SESSION =
      Set.of(
          "invalid_grant",
          "access_denied",
          "interaction_required",
          "login_required",
          "account_selection_required",
          "consent_required",
          "mfa_required");

  private final ProviderHttp http;
  private final CircuitBreaker breaker;
  private final ClientID client;
  private final ClientAuthentication authentication;
  private final URI redirectUrl;
  private final boolean needsAccessToken;
  private final RecentKeys<String> reported =
      new RecentKeys<>(100, Duration.ofMinutes(1), Ticker.systemTicker());

  TokenEndpoint(
      ProviderHttp http, @Qualifier("providerBreaker") CircuitBreaker breaker, OidcSettings oidc) {
    this.http = http;
    this.breaker = breaker;
    this.client = new ClientID(oidc.clientId());
    this.authentication = oidc.clientSecret().isEmpty() ? null : authentication(client, oidc);
    this.needsAccessToken = !oidc.tokenValidation().equals("jwks");
    this.redirectUrl = URI.create(oidc.redirectUrl());
  }

  private static ClientAuthentication authentication(ClientID client, OidcSettings oidc) {
    Secret secret = new Secret(oidc.clientSecret());
    return oidc.clientAuthMethod().equals("client_secret_post")
        ? new ClientSecretPost(client, secret)
        : new ClientSecretBasic(client, secret);
  }

  TokenResponse request(ProviderEndpoints endpoints, String code, String verifier) {
    return request(
        endpoints,
        new AuthorizationCodeGrant(
            new AuthorizationCode(code),
            redirectUrl,
            verifier.isEmpty() ? null : new CodeVerifier(verifier)));
  }

  TokenResponse request(ProviderEndpoints endpoints, String refreshToken) {
    return request(endpoints, new RefreshTokenGrant(new RefreshToken(refreshToken)));
  }

  /**
   * @throws HttpError 401 if the provider rejects the grant, 503 if it is unreachable or its
   *     response is unusable
   */
  private TokenResponse request(ProviderEndpoints endpoints, AuthorizationGrant grant) {
    if (endpoints.token() == null) {
      throw HttpError.unavailable("the identity provider has no token endpoint");
    }
    HTTPResponse response;
    try {
      response = breaker.executeCallable(() -> send(endpoints, grant));
    } catch (Exception unanswered) {
      throw unavailable("does not answer", ProviderHttp.reason(unanswered));
    }
    return read(response);
  }

  private HTTPResponse send(ProviderEndpoints endpoints, AuthorizationGrant grant)
      throws IOException {
    TokenRequest.Builder request =
        authentication == null
            ? new TokenRequest.Builder(endpoints.token(), client, grant)
            : new TokenRequest.Builder(endpoints.token(), authentication, grant);
    HTTPRequest sent = request.build().toHTTPRequest();
    sent.setAccept("application/json");
    HTTPResponse response = http.send(sent);
    if (response.getStatusCode() == TOO_MANY_REQUESTS) {
      throw new IOException("HTTP status " + TOO_MANY_REQUESTS);
    }
    return response;
  }

  private TokenResponse read(HTTPResponse response) {
    String status = "HTTP status " + response.getStatusCode();
    try {
      ProviderDocument document =
          ProviderDocument.parse(Objects.requireNonNullElse(response.getBody(), ""));
      if (!response.indicatesSuccess()) {
        throw rejected(document, status);
      }
      TokenResponse tokens =
          TokenResponse.of(document, reason -> warn("returned a member that is not used", reason));
      // some providers issue none for the scope openid alone
      if (tokens.accessToken().isEmpty() && (tokens.idToken().isEmpty() || needsAccessToken)) {
        // GitHub reports errors with status 200
        throw rejected(document, status + ", access_token is missing");
      }
      return tokens;
    } catch (UnusableResponseException unusable) {
      throw unavailable("returned no tokens", status + ", " + unusable.getMessage());
    }
  }

  private HttpError rejected(ProviderDocument document, String reason) {
    String code = document.members().get("error") instanceof String error ? error : "";
    return endsSession(code)
        ? BearerChallenge.invalid("the provider has ended this session")
        : unavailable(
            "returned no tokens",
            ERROR.matcher(code).matches() ? reason + ", error " + code : reason);
  }

  /** Whether the provider refuses the user. Other errors are about the gateway or the provider. */
  static boolean endsSession(String error) {
    return ENDS_SESSION.contains(error);
  }

  private HttpError unavailable(String what, String reason) {
    warn(what, reason);
    return HttpError.unavailable("the identity provider does not answer");
  }

  private void warn(String what, String reason) {
    if (reported.addIfAbsent(reason)) {
      LOG.atWarn()
          .addKeyValue("reason", reason)
          .log("The token endpoint of the identity provider " + what + "; logged once a minute");
    }
  }
}
