package org.elastauth.oidc.login;

import com.nimbusds.oauth2.sdk.AuthorizationCode;
import com.nimbusds.oauth2.sdk.AuthorizationCodeGrant;
import com.nimbusds.oauth2.sdk.AuthorizationGrant;
import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.RefreshTokenGrant;
import com.nimbusds.oauth2.sdk.TokenErrorResponse;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.TokenResponse;
import com.nimbusds.oauth2.sdk.auth.ClientAuthentication;
import com.nimbusds.oauth2.sdk.auth.ClientSecretBasic;
import com.nimbusds.oauth2.sdk.auth.ClientSecretPost;
import com.nimbusds.oauth2.sdk.auth.Secret;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.oauth2.sdk.token.RefreshToken;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponse;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponseParser;
import com.nimbusds.openid.connect.sdk.token.OIDCTokens;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.io.IOException;
import java.net.URI;
import org.elastauth.http.HttpError;
import org.elastauth.oidc.BearerChallenge;
import org.elastauth.oidc.OidcSettings;
import org.elastauth.oidc.provider.ProviderEndpoints;
import org.elastauth.oidc.provider.ProviderHttp;
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

  private final ProviderHttp http;
  private final CircuitBreaker breaker;
  private final ClientID client;
  private final ClientAuthentication authentication;
  private final URI redirectUrl;

  TokenEndpoint(
      ProviderHttp http, @Qualifier("providerBreaker") CircuitBreaker breaker, OidcSettings oidc) {
    this.http = http;
    this.breaker = breaker;
    this.client = new ClientID(oidc.clientId());
    this.authentication = oidc.clientSecret().isEmpty() ? null : authentication(client, oidc);
    this.redirectUrl = URI.create(oidc.redirectUrl());
  }

  private static ClientAuthentication authentication(ClientID client, OidcSettings oidc) {
    Secret secret = new Secret(oidc.clientSecret());
    return oidc.clientAuthMethod().equals("client_secret_post")
        ? new ClientSecretPost(client, secret)
        : new ClientSecretBasic(client, secret);
  }

  OIDCTokens request(ProviderEndpoints endpoints, String code, String verifier) {
    return request(
        endpoints,
        new AuthorizationCodeGrant(
            new AuthorizationCode(code),
            redirectUrl,
            verifier.isEmpty() ? null : new CodeVerifier(verifier)));
  }

  OIDCTokens request(ProviderEndpoints endpoints, String refreshToken) {
    return request(endpoints, new RefreshTokenGrant(new RefreshToken(refreshToken)));
  }

  /**
   * @throws HttpError 401 if the provider rejects the grant, 503 if it is unreachable or its
   *     response is unusable
   */
  private OIDCTokens request(ProviderEndpoints endpoints, AuthorizationGrant grant) {
    HTTPResponse response;
    try {
      response = breaker.executeCallable(() -> send(endpoints, grant));
    } catch (Exception unanswered) {
      LOG.atWarn()
          .addKeyValue("reason", String.valueOf(unanswered))
          .log("The token endpoint of the identity provider does not answer");
      throw HttpError.unavailable("the identity provider does not answer");
    }
    return read(response);
  }

  private HTTPResponse send(ProviderEndpoints endpoints, AuthorizationGrant grant)
      throws IOException {
    if (endpoints.token() == null) {
      throw new IOException("the provider has no token endpoint");
    }
    TokenRequest.Builder request =
        authentication == null
            ? new TokenRequest.Builder(endpoints.token(), client, grant)
            : new TokenRequest.Builder(endpoints.token(), authentication, grant);
    HTTPResponse response = http.send(request.build().toHTTPRequest());
    if (response.getStatusCode() == TOO_MANY_REQUESTS) {
      throw new IOException("HTTP status " + TOO_MANY_REQUESTS);
    }
    return response;
  }

  private static OIDCTokens read(HTTPResponse response) {
    TokenResponse answer;
    try {
      answer = OIDCTokenResponseParser.parse(response);
    } catch (ParseException | IllegalArgumentException malformed) {
      throw unusable("not a token response: HTTP status " + response.getStatusCode());
    }
    if (answer instanceof TokenErrorResponse error) {
      String code = error.getErrorObject().getCode();
      if ("invalid_grant".equals(code)) {
        throw BearerChallenge.invalid("the provider has ended this session");
      }
      throw unusable("HTTP status " + response.getStatusCode() + ", " + code);
    }
    return ((OIDCTokenResponse) answer).getOIDCTokens();
  }

  private static HttpError unusable(String reason) {
    LOG.atWarn()
        .addKeyValue("reason", reason)
        .log("The token endpoint of the identity provider returned no tokens");
    return HttpError.unavailable("the identity provider does not answer");
  }
}
