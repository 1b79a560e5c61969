package org.elastauth.explain;

import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.elastauth.http.HttpError;
import org.elastauth.identity.Identity;
import org.elastauth.oidc.OidcSettings;
import org.elastauth.oidc.token.ClaimMapping;
import org.elastauth.oidc.token.Token;
import org.elastauth.oidc.token.TokenUse;
import org.elastauth.oidc.token.TokenVerifier;
import org.elastauth.startup.CommandBeans;
import org.elastauth.startup.Settings;

/** Verifies a token as for a request with it, and names the claims that are used. */
final class TokenIdentity {
  private static final String UNREACHABLE =
      "the identity provider is unreachable from here; try again, or pass --user and --groups";

  private final OidcSettings oidc;
  private final boolean usesOidc;
  private final CommandBeans beans;
  private final Explanation explanation;

  TokenIdentity(Settings settings, CommandBeans beans, Explanation explanation) {
    this.oidc = settings.oidc();
    this.usesOidc = settings.usesOidc();
    this.beans = beans;
    this.explanation = explanation;
  }

  /**
   * @throws HttpError as the request would receive it
   */
  Identity of(String text) {
    if (!usesOidc) {
      throw HttpError.unidentified();
    }
    describe(text);
    Token token = verified(Token.of(text, TokenUse.ACCESS));
    Identity identity = beans.get(ClaimMapping.class).identity(token.claims());
    OidcSettings.ClaimMappings claims = oidc.claimMappings();
    explanation.add("claims", claims.username() + " = " + identity.username() + " (username)");
    explanation.add(
        "claims",
        claims.groups()
            + " = "
            + (identity.saysGroups() ? identity.groups() : "missing")
            + " (groups)");
    explanation.add("claims", claims.email() + " = " + shown(identity.email()) + " (email)");
    explanation.add(
        "claims", claims.fullName() + " = " + shown(identity.fullName()) + " (full_name)");
    return identity;
  }

  private static String shown(String text) {
    return text.isEmpty() ? "missing" : text;
  }

  /** What the token says, before it is verified. */
  private void describe(String text) {
    try {
      JWTClaimsSet claims = SignedJWT.parse(text).getJWTClaimsSet();
      explanation.add(
          "token", "issuer " + claims.getIssuer() + "; oidc.issuer is " + oidc.issuer());
      explanation.add(
          "token", "audience " + claims.getAudience() + "; oidc.client_id is " + oidc.clientId());
      if (claims.getExpirationTime() != null) {
        Instant end = claims.getExpirationTime().toInstant();
        explanation.add("token", "expires at " + end);
      }
    } catch (ParseException | IllegalArgumentException opaque) {
      explanation.add("token", "is not a signed JWT");
    }
  }

  private Token verified(Token token) {
    Duration patience = oidc.connectTimeout().plus(oidc.readTimeout()).multipliedBy(2);
    try {
      return beans
          .get(TokenVerifier.class)
          .verify(token)
          .toCompletableFuture()
          .get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | CompletionException failed) {
      for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
        if (cause instanceof HttpError refusal) {
          throw refusal;
        }
      }
      throw HttpError.unavailable(UNREACHABLE);
    } catch (TimeoutException slow) {
      throw HttpError.unavailable(UNREACHABLE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw HttpError.unavailable("interrupted");
    }
  }
}
