package org.elastauth.oidc.provider;

import com.github.benmanes.caffeine.cache.Ticker;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.JWTParser;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import java.text.ParseException;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;
import org.elastauth.http.HttpError;
import org.elastauth.oidc.BearerChallenge;
import org.elastauth.oidc.OidcSettings;
import org.elastauth.oidc.TokenClaims;
import org.elastauth.oidc.provider.ProviderRequest.Kind;
import org.elastauth.redis.RecentKeys;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/** Parses the provider's responses, and logs why a response, or what of it, is not used. */
@Lazy
@Component
final class ProviderResponseParser {
  private static final Logger LOG = LoggerFactory.getLogger(ProviderResponseParser.class);

  /** A JWT, also one without a signature or an encrypted one. */
  private static final Pattern JWT = Pattern.compile("[\\w-]+(\\.[\\w-]*){2,4}");

  /** How far the clocks of provider and gateway may differ, in seconds. */
  private static final long SKEW = 60;

  private final OidcSettings oidc;
  private final RecentKeys<String> reported =
      new RecentKeys<>(100, Duration.ofMinutes(1), Ticker.systemTicker());
  private final RecentKeys<String> ignored =
      new RecentKeys<>(1_000, Duration.ofHours(1), Ticker.systemTicker());

  ProviderResponseParser(OidcSettings settings) {
    this.oidc = settings;
  }

  /** Throws 401 if the provider rejects the token, 503 if the response is unusable. */
  ProviderResponse read(HTTPResponse response, ProviderRequest request, long asked) {
    int status = response.getStatusCode();
    if (request.kind() == Kind.USERINFO && (status == 401 || status == 403)) {
      throw BearerChallenge.invalid("the provider does not accept the token");
    }
    if (!response.indicatesSuccess() || response.getBody() == null) {
      throw unusable(request, "HTTP status " + status);
    }
    try {
      Object content = parse(request, response.getBody(), asked);
      return new ProviderResponse(content, response.getBody(), asked / 1000);
    } catch (UnusableResponseException wrong) {
      throw unusable(request, wrong.getMessage());
    }
  }

  HttpError unavailable(Exception failure, ProviderRequest request) {
    return unusable(request, ProviderHttp.reason(failure));
  }

  HttpError unusable(ProviderRequest request, String reason) {
    if (reported.addIfAbsent(request.kind() + reason)) {
      LOG.atWarn()
          .addKeyValue("asked", request.kind().name())
          .addKeyValue("url", request.url())
          .addKeyValue("reason", reason)
          .log("The identity provider gave no usable response; logged once a minute");
    }
    return HttpError.unavailable("the identity provider does not answer");
  }

  private void ignore(ProviderRequest request, String part, String reason) {
    if (ignored.addIfAbsent(request.kind() + part + reason)) {
      LOG.atWarn()
          .addKeyValue("asked", request.kind().name())
          .addKeyValue("url", request.url())
          .addKeyValue("part", part)
          .addKeyValue("reason", reason)
          .log("A part of the identity provider's response is not used; logged once an hour");
    }
  }

  /**
   * The time of the request is in epoch milliseconds.
   *
   * @throws UnusableResponseException whose message is safe to log
   */
  Object parse(ProviderRequest request, String text, long asked) {
    return switch (request.kind()) {
      case DISCOVERY ->
          new DiscoveryReader(
                  oidc,
                  ProviderDocument.parse(text),
                  (part, reason) -> ignore(request, part, reason))
              .read();
      case KEYS ->
          new Provider.Keys(
              KeySetReader.read(
                  ProviderDocument.parse(text), (part, reason) -> ignore(request, part, reason)),
              asked);
      case USERINFO -> userinfo(request, text.strip(), asked / 1000);
    };
  }

  /** OpenID Connect Core, 5.3.2: a JSON object, or a signed JWT. */
  private Userinfo userinfo(ProviderRequest request, String text, long at) {
    SignedJWT jwt = JWT.matcher(text).matches() ? signed(text) : null;
    Map<String, Object> claims =
        jwt == null ? ProviderDocument.parse(text).members() : checked(jwt, at).getClaims();
    if (!(claims.get("sub") instanceof String subject) || subject.isEmpty()) {
      throw new UnusableResponseException("it has no claim sub");
    }
    long until = Math.min(at + request.life().toSeconds(), end(request.token()));
    return new Userinfo(new TokenClaims(claims, at, until), jwt);
  }

  private static SignedJWT signed(String text) {
    SignedJWT jwt;
    try {
      jwt = SignedJWT.parse(text);
    } catch (ParseException | IllegalArgumentException unsigned) {
      throw new UnusableResponseException("it is not a signed JWT");
    }
    if (!SigningKeys.accepts(jwt.getHeader().getAlgorithm())) {
      throw new UnusableResponseException("its alg is not accepted");
    }
    return jwt;
  }

  /** The claims; the signature is not verified yet. */
  private JWTClaimsSet checked(SignedJWT jwt, long at) {
    JWTClaimsSet claims;
    try {
      claims = jwt.getJWTClaimsSet();
    } catch (ParseException | IllegalArgumentException malformed) {
      throw new UnusableResponseException("its claims are malformed");
    }
    if (claims == null || !oidc.issuer().equals(claims.getIssuer())) {
      throw new UnusableResponseException("its claim iss is not oidc.issuer");
    }
    if (!claims.getAudience().contains(oidc.clientId())) {
      throw new UnusableResponseException("its claim aud does not contain oidc.client_id");
    }
    var end = claims.getExpirationTime();
    if (end != null && end.getTime() / 1000 + SKEW <= at) {
      throw new UnusableResponseException("its claim exp is in the past");
    }
    return claims;
  }

  /** When the token expires, in epoch seconds; the provider has verified it. */
  private static long end(String token) {
    try {
      var end = JWTParser.parse(token).getJWTClaimsSet().getExpirationTime();
      return end == null ? Long.MAX_VALUE : end.getTime() / 1000;
    } catch (ParseException | RuntimeException opaque) {
      return Long.MAX_VALUE;
    }
  }
}
