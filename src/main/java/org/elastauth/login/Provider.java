package org.elastauth.login;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.JWSKeySelector;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWT;
import com.nimbusds.jwt.JWTParser;
import com.nimbusds.oauth2.sdk.AuthorizationGrant;
import com.nimbusds.oauth2.sdk.GeneralException;
import com.nimbusds.oauth2.sdk.TokenErrorResponse;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.TokenResponse;
import com.nimbusds.oauth2.sdk.auth.ClientSecretBasic;
import com.nimbusds.oauth2.sdk.auth.ClientSecretPost;
import com.nimbusds.oauth2.sdk.auth.Secret;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.Issuer;
import com.nimbusds.openid.connect.sdk.Nonce;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponse;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponseParser;
import com.nimbusds.openid.connect.sdk.claims.IDTokenClaimsSet;
import com.nimbusds.openid.connect.sdk.claims.LogoutTokenClaimsSet;
import com.nimbusds.openid.connect.sdk.op.OIDCProviderMetadata;
import com.nimbusds.openid.connect.sdk.token.OIDCTokens;
import com.nimbusds.openid.connect.sdk.validators.AccessTokenValidator;
import com.nimbusds.openid.connect.sdk.validators.IDTokenValidator;
import com.nimbusds.openid.connect.sdk.validators.InvalidHashException;
import com.nimbusds.openid.connect.sdk.validators.LogoutTokenValidator;
import java.io.IOException;
import java.net.URI;
import java.text.ParseException;
import java.util.Set;
import org.elastauth.config.Settings;
import org.elastauth.identity.Identity;
import org.elastauth.identity.IdentityRules;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/** What a login asks of the provider. */
@Lazy
@Component
final class Provider {
  private static final int SKEW_SECONDS = 60;

  private final Settings.Oidc oidc;
  private final Issuer issuer;
  private final ClientID client;

  Provider(Settings settings) {
    this.oidc = settings.oidc();
    this.issuer = new Issuer(oidc.issuer());
    this.client = new ClientID(oidc.clientId());
  }

  private OIDCProviderMetadata metadata() throws ProviderAway {
    try {
      return OIDCProviderMetadata.resolve(issuer, 2000, 5000);
    } catch (GeneralException | IOException e) {
      throw new ProviderAway(e.getMessage());
    }
  }

  URI authorizationEndpoint() throws ProviderAway {
    return metadata().getAuthorizationEndpointURI();
  }

  /** Null if it has none. */
  URI endSessionEndpoint() throws ProviderAway {
    return metadata().getEndSessionEndpointURI();
  }

  /** Whether each answer says whose it is (RFC 9207). */
  boolean saysWhoAnswers() throws ProviderAway {
    return metadata().supportsAuthorizationResponseIssuerParam();
  }

  OIDCTokens tokens(AuthorizationGrant grant) throws ProviderRefusal, ProviderAway {
    URI endpoint = metadata().getTokenEndpointURI();
    HTTPRequest request = request(endpoint, grant).toHTTPRequest();
    request.setConnectTimeout((int) oidc.connectTimeout().toMillis());
    request.setReadTimeout((int) oidc.readTimeout().toMillis());
    request.setFollowRedirects(false);
    TokenResponse response;
    try {
      response = OIDCTokenResponseParser.parse(request.send());
    } catch (com.nimbusds.oauth2.sdk.ParseException | IOException e) {
      throw new ProviderAway("the token endpoint gives no answer that can be understood");
    }
    if (response instanceof TokenErrorResponse error) {
      String code = error.getErrorObject().getCode();
      int status = error.getErrorObject().getHTTPStatusCode();
      if ("invalid_grant".equals(code)) {
        throw new ProviderRefusal("the token endpoint says invalid_grant");
      }
      throw new ProviderAway("the token endpoint says " + status + " " + code);
    }
    return ((OIDCTokenResponse) response).getOIDCTokens();
  }

  private TokenRequest request(URI endpoint, AuthorizationGrant grant) {
    if (oidc.clientSecret().isEmpty()) {
      return new TokenRequest.Builder(endpoint, client, grant).build();
    }
    Secret secret = new Secret(oidc.clientSecret());
    return new TokenRequest.Builder(
            endpoint,
            oidc.clientAuthMethod().equals("client_secret_post")
                ? new ClientSecretPost(client, secret)
                : new ClientSecretBasic(client, secret),
            grant)
        .build();
  }

  /**
   * @param nonce null: none is expected
   */
  IDTokenClaimsSet validate(OIDCTokens tokens, Nonce nonce) throws ProviderRefusal, ProviderAway {
    JWT token = tokens.getIDToken();
    if (token == null) {
      throw new ProviderRefusal("there is no id token");
    }
    IDTokenValidator validator = new IDTokenValidator(issuer, client, keys(), null);
    validator.setMaxClockSkew(SKEW_SECONDS);
    try {
      IDTokenClaimsSet claims = validator.validate(token, nonce);
      if (claims.getAccessTokenHash() != null) {
        AccessTokenValidator.validate(
            tokens.getAccessToken(),
            (JWSAlgorithm) token.getHeader().getAlgorithm(),
            claims.getAccessTokenHash());
      }
      return claims;
    } catch (BadJOSEException | InvalidHashException e) {
      throw new ProviderRefusal("the id token is not valid: " + e.getMessage());
    } catch (JOSEException e) {
      throw new ProviderAway(e.getMessage());
    }
  }

  LogoutTokenClaimsSet validateLogout(String token) throws ProviderRefusal, ProviderAway {
    try {
      return new LogoutTokenValidator(issuer, client, false, keys(), null)
          .validate(JWTParser.parse(token));
    } catch (BadJOSEException | ParseException e) {
      throw new ProviderRefusal("it is not valid: " + e.getMessage());
    } catch (JOSEException e) {
      throw new ProviderAway(e.getMessage());
    }
  }

  private JWSKeySelector<SecurityContext> keys() throws ProviderAway {
    try {
      JWKSource<SecurityContext> source =
          JWKSourceBuilder.create(metadata().getJWKSetURI().toURL()).build();
      return new JWSVerificationKeySelector<>(
          Set.of(JWSAlgorithm.RS256, JWSAlgorithm.ES256), source);
    } catch (IOException e) {
      throw new ProviderAway(e.getMessage());
    }
  }

  Identity identity(OIDCTokens tokens, IDTokenClaimsSet claims) {
    return IdentityRules.identity(
        claims.getStringClaim("preferred_username"),
        claims.getStringClaim("email"),
        claims.getStringClaim("name"),
        claims.getStringListClaim("groups"),
        claims.getIssueTime().getTime() / 1000);
  }
}
