package org.elastauth.oidc.login;

import com.nimbusds.oauth2.sdk.token.BearerAccessToken;
import com.nimbusds.openid.connect.sdk.claims.AccessTokenHash;
import com.nimbusds.openid.connect.sdk.validators.AccessTokenValidator;
import com.nimbusds.openid.connect.sdk.validators.InvalidHashException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.elastauth.http.HttpError;
import org.elastauth.identity.Identity;
import org.elastauth.oidc.BearerChallenge;
import org.elastauth.oidc.TokenClaims;
import org.elastauth.oidc.provider.Provider;
import org.elastauth.oidc.token.ClaimMapping;
import org.elastauth.oidc.token.Token;
import org.elastauth.oidc.token.TokenUse;
import org.elastauth.oidc.token.TokenVerifier;
import org.elastauth.session.Session;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * Verifies the tokens of a token response: the ID token must belong to the login, or to the
 * session's user (OpenID Connect Core, 3.1.3.7, 3.1.3.8 and 12.2).
 */
@Lazy
@Component
final class IdTokenVerifier {
  private final TokenVerifier verifier;
  private final Provider provider;
  private final ClaimMapping mapping;

  IdTokenVerifier(TokenVerifier verifier, Provider provider, ClaimMapping mapping) {
    this.verifier = verifier;
    this.provider = provider;
    this.mapping = mapping;
  }

  CompletionStage<VerifiedTokens> verify(TokenResponse tokens, Login login) {
    if (tokens.idToken().isEmpty()) {
      throw BearerChallenge.invalid("the provider returned no ID token");
    }
    return claims(tokens, login.nonce())
        .thenApply(claims -> new VerifiedTokens(tokens, claims, mapping.identity(claims)));
  }

  /**
   * Newer tokens of a session, possibly without an ID token. Providers may send fewer claims than
   * at the login (OpenID Connect Core, 12.2): without groups, the session keeps those of the login.
   *
   * @return fails with 403 if the session must end: the tokens belong to another user, have no
   *     valid username, or say that groups are left out
   */
  CompletionStage<VerifiedTokens> verify(TokenResponse tokens, Session session) {
    CompletionStage<TokenClaims> claims =
        tokens.idToken().isEmpty() ? userinfo(tokens) : claims(tokens, null);
    return claims.thenApply(
        verified -> {
          if (!verified.text("sub").equals(session.subject())) {
            throw HttpError.forbidden("the token belongs to another user");
          }
          Identity newer = identityOrEnd(verified).withGroupsOf(session.identity());
          return new VerifiedTokens(tokens, verified, newer);
        });
  }

  private Identity identityOrEnd(TokenClaims claims) {
    try {
      return mapping.identity(claims);
    } catch (HttpError rejected) {
      throw HttpError.forbidden(rejected.getMessage());
    }
  }

  private CompletionStage<TokenClaims> userinfo(TokenResponse tokens) {
    Token access = access(tokens);
    return provider.userinfo(access.text(), access.hash()).thenApply(IdTokenVerifier::withSubject);
  }

  /** The nonce is null for a refresh. */
  private CompletionStage<TokenClaims> claims(TokenResponse tokens, String nonce) {
    return CompletableFuture.completedFuture(Token.of(tokens.idToken(), TokenUse.ID))
        .thenCompose(verifier::verifySigned)
        .thenApply(signed -> check(signed, tokens.accessToken(), nonce))
        .thenCompose(signed -> verifier.addUserinfo(signed, access(tokens)))
        .thenApply(verified -> withSubject(verified.claims()));
  }

  private static Token access(TokenResponse tokens) {
    return Token.of(tokens.accessToken(), TokenUse.ACCESS);
  }

  private static Token check(Token id, String access, String nonce) {
    if (nonce != null && !isSame(nonce, id.claims().text("nonce"))) {
      throw BearerChallenge.invalid("the ID token belongs to another login");
    }
    String hash = id.claims().text("at_hash");
    if (!hash.isEmpty() && !access.isEmpty()) {
      try {
        AccessTokenValidator.validate(
            new BearerAccessToken(access),
            id.jwt().getHeader().getAlgorithm(),
            new AccessTokenHash(hash));
      } catch (InvalidHashException foreign) {
        throw BearerChallenge.invalid("the ID token belongs to another access token");
      }
    }
    return id;
  }

  private static TokenClaims withSubject(TokenClaims claims) {
    if (claims.text("sub").isEmpty()) {
      throw BearerChallenge.invalid("the token has no claim sub");
    }
    return claims;
  }

  private static boolean isSame(String expected, String actual) {
    return MessageDigest.isEqual(
        expected.getBytes(StandardCharsets.UTF_8), actual.getBytes(StandardCharsets.UTF_8));
  }
}
