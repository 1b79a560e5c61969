package org.elastauth.oidc.login;

import com.nimbusds.oauth2.sdk.ResponseType;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.State;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.openid.connect.sdk.AuthenticationRequest;
import com.nimbusds.openid.connect.sdk.Nonce;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.elastauth.http.HttpError;
import org.elastauth.http.Responses;
import org.elastauth.oidc.BearerChallenge;
import org.elastauth.oidc.OidcSettings;
import org.elastauth.oidc.provider.Provider;
import org.elastauth.redis.AsyncAnswer;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * Redirects a browser to the provider (OpenID Connect Core, 3.1.2.1), with PKCE (RFC 7636). The
 * browser carries the login as the encrypted {@code state}, so that any gateway can complete it. A
 * cookie binds it to the browser.
 */
@Lazy
@Component("authorizationRedirect")
final class AuthorizationRedirect {
  /** Within this time the user must log in. */
  private static final long MAX_LOGIN_SECONDS = 900;

  private static final int RANDOM_BYTES = 32;
  private static final int SUFFIX_BYTES = 6;
  private static final Pattern SUFFIX = Pattern.compile("[A-Za-z0-9_-]{8}");

  /** Logins of a browser that are in progress at once; a further login replaces the oldest. */
  private static final int MAX_ATTEMPTS = 16;

  private final Provider provider;
  private final RequestedUrl requestedUrl;
  private final SealedLogins logins;
  private final GatewayCookie browserCookie;
  private final OidcSettings oidc;
  private final Clock clock;

  AuthorizationRedirect(
      Provider provider,
      RequestedUrl requestedUrl,
      SealedLogins logins,
      GatewayCookie browserCookie,
      OidcSettings settings,
      Clock clock) {
    this.provider = provider;
    this.requestedUrl = requestedUrl;
    this.logins = logins;
    this.browserCookie = browserCookie;
    this.oidc = settings;
    this.clock = clock;
  }

  /**
   * @throws HttpError 401 if the requested host is not allowed
   * @return fails always: with 302, or with 503 if the provider is unreachable
   */
  CompletionStage<Void> redirect(Exchange exchange) {
    HttpServerRequest request = (HttpServerRequest) exchange.getProperty("request");
    return redirect(exchange, requestedUrl.of(request));
  }

  /**
   * For a link to the login, with the page to come back to as the parameter {@code rd}.
   *
   * @throws HttpError 401 for a script, which cannot log in; 400 if the page is not allowed
   * @return fails as {@link #redirect}
   */
  CompletionStage<Void> redirectLink(Exchange exchange) {
    HttpServerRequest request = (HttpServerRequest) exchange.getProperty("request");
    String mode = request.getHeader("Sec-Fetch-Mode");
    if (mode != null && !mode.isEmpty() && !mode.equals("navigate")) {
      throw BearerChallenge.missing();
    }
    return redirect(exchange, requestedUrl.ofLink(request));
  }

  private CompletionStage<Void> redirect(Exchange exchange, String target) {
    String attempt = attempt(exchange);
    return AsyncAnswer.plain(
        provider
            .endpoints()
            .thenApply(
                endpoints -> {
                  throw redirect(endpoints.authorization(), target, attempt);
                }));
  }

  /**
   * The suffix of a new cookie. The oldest one goes if there are too many. Its suffix is not used
   * again, because another host of the domain may have set it in a scope that is not ours.
   */
  private String attempt(Exchange exchange) {
    HttpServerRequest request = (HttpServerRequest) exchange.getProperty("request");
    List<String> attempts =
        browserCookie.suffixes(request).stream().filter(SUFFIX.asMatchPredicate()).toList();
    if (attempts.size() >= MAX_ATTEMPTS) {
      exchange.setProperty(
          "spentCookies",
          Responses.withSpentCookies(
              exchange, browserCookie.of(attempts.get(0)).clearAll(requestedUrl.orHome(request))));
    }
    return new Nonce(SUFFIX_BYTES).getValue();
  }

  private HttpError redirect(URI authorization, String target, String attempt) {
    if (authorization == null) {
      return HttpError.unavailable("the identity provider has no authorization endpoint");
    }
    CodeVerifier verifier = new CodeVerifier();
    Login login =
        new Login(
            random(),
            random(),
            oidc.usePkce() ? verifier.getValue() : "",
            attempt,
            random(),
            target,
            clock.millis() / 1000 + MAX_LOGIN_SECONDS);
    AuthenticationRequest.Builder authentication =
        new AuthenticationRequest.Builder(
                ResponseType.CODE,
                Scope.parse(oidc.scopes()),
                new ClientID(oidc.clientId()),
                URI.create(oidc.redirectUrl()))
            .endpointURI(authorization)
            .state(new State(logins.seal(login)))
            .nonce(new Nonce(login.nonce()));
    if (oidc.usePkce()) {
      authentication.codeChallenge(verifier, CodeChallengeMethod.S256);
    }
    return HttpError.redirect(
        "log in at the identity provider first",
        authentication.build().toURI().toString(),
        browserCookie.of(attempt).set(login.browser(), MAX_LOGIN_SECONDS));
  }

  private static String random() {
    return new Nonce(RANDOM_BYTES).getValue();
  }
}
