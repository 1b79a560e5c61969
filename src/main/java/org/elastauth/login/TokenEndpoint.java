package org.elastauth.login;

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
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import com.nimbusds.oauth2.sdk.http.ReadOnlyHTTPResponse;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.oauth2.sdk.token.RefreshToken;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponse;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponseParser;
import com.nimbusds.openid.connect.sdk.token.OIDCTokens;
import java.io.IOException;
import java.net.URI;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.elastauth.config.Settings;
import org.elastauth.http.Refusal;
import org.elastauth.oidc.BearerChallenge;
import org.elastauth.oidc.OidcSettings;
import org.elastauth.oidc.ProviderEndpoints;
import org.elastauth.oidc.ProviderHttp;
import org.elastauth.session.Session;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * Gets tokens from the provider for a {@code grant}: the code that a login ended with, or a refresh
 * token (RFC 6749, 4.1.3 and 6).
 */
@Lazy
@Component("tokenEndpoint")
final class TokenEndpoint {
  private static final Logger LOG = LoggerFactory.getLogger(TokenEndpoint.class);
  private static final int OVERLOADED = 429;

  private final ProviderHttp http;
  private final ClientID client;
  private final ClientAuthentication authentication;
  private final URI redirectUrl;

  TokenEndpoint(ProviderHttp http, Settings settings) {
    OidcSettings oidc = settings.oidc();
    this.http = http;
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

  AuthorizationGrant codeGrant(
      @ExchangeProperty("login") Login login, @ExchangeProperty("code") String code) {
    return new AuthorizationCodeGrant(
        new AuthorizationCode(code),
        redirectUrl,
        login.verifier().isEmpty() ? null : new CodeVerifier(login.verifier()));
  }

  AuthorizationGrant refreshGrant(@ExchangeProperty("session") Session session) {
    return new RefreshTokenGrant(new RefreshToken(session.refreshToken()));
  }

  /**
   * @throws IOException if the provider does not answer, or only that it cannot
   */
  ReadOnlyHTTPResponse ask(
      @ExchangeProperty("endpoints") ProviderEndpoints endpoints,
      @ExchangeProperty("grant") AuthorizationGrant grant)
      throws IOException {
    if (endpoints.token() == null) {
      throw new IOException("the provider has no token endpoint");
    }
    TokenRequest.Builder request =
        authentication == null
            ? new TokenRequest.Builder(endpoints.token(), client, grant)
            : new TokenRequest.Builder(endpoints.token(), authentication, grant);
    HTTPRequest asked = request.build().toHTTPRequest();
    asked.setAccept("application/json");
    ReadOnlyHTTPResponse response = http.send(asked);
    int status = response.getStatusCode();
    if (status >= HTTPResponse.SC_SERVER_ERROR || status == OVERLOADED) {
      throw new IOException("HTTP status " + status);
    }
    return response;
  }

  /** Leaves nothing to {@link #read}. */
  void unavailable(
      @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception failure, Exchange exchange) {
    LOG.atWarn()
        .addKeyValue("reason", String.valueOf(failure))
        .log("The provider does not answer at its token endpoint");
    exchange.getMessage().setBody(null);
  }

  private static Refusal unavailable(String reason) {
    LOG.atWarn().addKeyValue("reason", reason).log("The provider gives no tokens");
    return Refusal.unavailable("the identity provider does not answer");
  }

  /**
   * Leaves the exchange property {@code sessionOver} if the provider has ended what the grant
   * belongs to.
   *
   * @param response null if there is none
   * @throws Refusal 401 if the provider does not take the grant, 503 if it says nothing of use
   */
  OIDCTokens read(@Body ReadOnlyHTTPResponse response, Exchange exchange) {
    if (response == null) {
      throw Refusal.unavailable("the identity provider does not answer");
    }
    TokenResponse answer;
    try {
      HTTPResponse said = new HTTPResponse(response.getStatusCode());
      response
          .getHeaderMap()
          .forEach((name, values) -> said.setHeader(name, values.toArray(String[]::new)));
      said.setBody(response.getBody());
      answer = OIDCTokenResponseParser.parse(said);
    } catch (ParseException | IllegalArgumentException malformed) {
      throw unavailable("no token response: HTTP status " + response.getStatusCode());
    }
    if (answer instanceof TokenErrorResponse error) {
      String code = error.getErrorObject().getCode();
      if ("invalid_grant".equals(code)) {
        exchange.setProperty("sessionOver", Boolean.TRUE);
        throw BearerChallenge.invalid("the provider has ended this login");
      }
      throw unavailable("HTTP status " + response.getStatusCode() + ", " + code);
    }
    return ((OIDCTokenResponse) answer).getOIDCTokens();
  }
}
