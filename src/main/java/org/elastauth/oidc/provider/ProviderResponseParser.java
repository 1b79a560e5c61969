package org.elastauth.oidc.provider;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.jwt.JWTParser;
import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import com.nimbusds.openid.connect.sdk.op.OIDCProviderMetadata;
import java.net.ProtocolException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.elastauth.http.HttpError;
import org.elastauth.oidc.BearerChallenge;
import org.elastauth.oidc.OidcSettings;
import org.elastauth.oidc.TokenClaims;
import org.elastauth.oidc.provider.ProviderRequest.Kind;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/** Parses the provider's responses, and logs why a response is unusable. */
@Lazy
@Component
final class ProviderResponseParser {
  private static final Logger LOG = LoggerFactory.getLogger(ProviderResponseParser.class);
  private static final Duration LOG_INTERVAL = Duration.ofMinutes(1);
  private static final int OK = 200;

  /** The message is safe to log; messages of parsers may quote personal data. */
  private static final class Unusable extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    Unusable(String reason) {
      super(reason);
    }
  }

  private final String issuer;
  private final ProviderEndpoints configured;
  private final Cache<String, Boolean> logged =
      Caffeine.newBuilder()
          .executor(Runnable::run)
          .maximumSize(100)
          .expireAfterWrite(LOG_INTERVAL)
          .build();

  ProviderResponseParser(OidcSettings settings) {
    this.issuer = settings.issuer();
    this.configured = ProviderEndpoints.configured(settings);
  }

  /** Throws 401 if the provider rejects the token, 503 if the response is unusable. */
  ProviderResponse read(HTTPResponse response, ProviderRequest request, long asked) {
    int status = response.getStatusCode();
    if (request.kind() == Kind.USERINFO && (status == 401 || status == 403)) {
      throw BearerChallenge.invalid("the provider does not accept the token");
    }
    if (status != OK || response.getBody() == null) {
      throw unusable(request, "HTTP status " + status);
    }
    try {
      Object content = parse(request, response.getBody(), asked);
      return new ProviderResponse(content, response.getBody(), asked / 1000);
    } catch (Unusable wrong) {
      throw unusable(request, wrong.getMessage());
    } catch (ParseException | java.text.ParseException | IllegalArgumentException malformed) {
      throw unusable(request, "it is malformed");
    }
  }

  HttpError unavailable(Exception failure, ProviderRequest request) {
    String reason = failure.toString();
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof ProtocolException) {
        reason = "it does not speak HTTP"; // the exception quotes the received bytes
      }
    }
    return unusable(request, reason);
  }

  private HttpError unusable(ProviderRequest request, String reason) {
    if (logged.asMap().putIfAbsent(request.kind() + reason, Boolean.TRUE) == null) {
      LOG.atWarn()
          .addKeyValue("asked", request.kind().name())
          .addKeyValue("url", request.url())
          .addKeyValue("reason", reason)
          .log("The identity provider gave no usable response; logged once a minute");
    }
    return HttpError.unavailable("the identity provider does not answer");
  }

  /** The time of the request is in epoch milliseconds. */
  Object parse(ProviderRequest request, String text, long asked)
      throws ParseException, java.text.ParseException {
    return switch (request.kind()) {
      case DISCOVERY -> endpoints(text);
      case KEYS -> keys(text, asked);
      case USERINFO -> claims(request, text, asked / 1000);
    };
  }

  private ProviderEndpoints endpoints(String text) throws ParseException {
    OIDCProviderMetadata metadata = OIDCProviderMetadata.parse(text);
    if (!metadata.getIssuer().getValue().equals(issuer)) {
      // its keys sign the tokens of another issuer
      throw new Unusable("its issuer is not oidc.issuer, which is " + issuer);
    }
    ProviderEndpoints discovered = ProviderEndpoints.discovered(metadata);
    if (!discovered.all().allMatch(this::isSafe)) {
      throw new Unusable("it has an unencrypted endpoint, but oidc.issuer is encrypted");
    }
    return configured.or(discovered);
  }

  private boolean isSafe(URI endpoint) {
    return "https".equals(endpoint.getScheme())
        || "http".equals(endpoint.getScheme()) && issuer.startsWith("http:");
  }

  private static Provider.Keys keys(String text, long asked) throws java.text.ParseException {
    List<JWK> keys =
        JWKSet.parse(text).getKeys().stream()
            .filter(key -> key.toPublicJWK() != null)
            .map(JWK::toPublicJWK)
            .toList();
    return new Provider.Keys(new JWKSet(keys), asked);
  }

  private TokenClaims claims(ProviderRequest request, String text, long at)
      throws java.text.ParseException {
    Map<String, Object> claims = JSONObjectUtils.parse(text);
    if (!(claims.get("sub") instanceof String subject) || subject.isEmpty()) {
      throw new Unusable("it has no claim sub");
    }
    return new TokenClaims(
        claims, at, Math.min(at + request.life().toSeconds(), end(request.token())));
  }

  /** When the token expires, in epoch seconds; the provider has verified it. */
  private static long end(String token) {
    try {
      var end = JWTParser.parse(token).getJWTClaimsSet().getExpirationTime();
      return end == null ? Long.MAX_VALUE : end.getTime() / 1000;
    } catch (java.text.ParseException | RuntimeException opaque) {
      return Long.MAX_VALUE;
    }
  }
}
