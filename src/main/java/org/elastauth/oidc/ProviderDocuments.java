package org.elastauth.oidc;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.jwt.JWTParser;
import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.http.ReadOnlyHTTPResponse;
import com.nimbusds.openid.connect.sdk.op.OIDCProviderMetadata;
import java.net.ProtocolException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.elastauth.config.Settings;
import org.elastauth.http.Refusal;
import org.elastauth.oidc.ProviderQuestion.Kind;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/** Reads what the provider answers, and says what is wrong with it where something is. */
@Lazy
@Component("providerDocuments")
public final class ProviderDocuments {
  private static final Logger LOG = LoggerFactory.getLogger(ProviderDocuments.class);
  private static final Duration SAID_AGAIN = Duration.ofMinutes(1);
  private static final int OK = 200;

  /** What is wrong, in words of our own. */
  private static final class Unusable extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    Unusable(String reason) {
      super(reason);
    }
  }

  private final String issuer;
  private final Cache<String, Boolean> said =
      Caffeine.newBuilder()
          .executor(Runnable::run)
          .maximumSize(100)
          .expireAfterWrite(SAID_AGAIN)
          .build();

  public ProviderDocuments(Settings settings) {
    this.issuer = settings.oidc().issuer();
  }

  /**
   * @throws Refusal 401 if the provider refuses the token, 503 if it says nothing of use
   */
  public ProviderAnswer read(
      @Body ReadOnlyHTTPResponse response,
      @ExchangeProperty("question") ProviderQuestion question,
      @ExchangeProperty("asked") long asked) {
    int status = response.getStatusCode();
    if (question.kind() == Kind.USERINFO && (status == 401 || status == 403)) {
      throw BearerChallenge.invalid("the provider does not accept the token");
    }
    if (status != OK || response.getBody() == null) {
      throw unusable(question, "HTTP status " + status);
    }
    try {
      Object content = parse(question, response.getBody(), asked);
      return new ProviderAnswer(content, response.getBody(), asked / 1000);
    } catch (Unusable wrong) {
      throw unusable(question, wrong.getMessage());
    } catch (ParseException | java.text.ParseException | IllegalArgumentException malformed) {
      throw unusable(question, "it is malformed"); // their messages quote what may be personal
    }
  }

  /**
   * @param failure why the provider was not asked, or did not answer
   * @throws Refusal 503
   */
  public void unavailable(
      @ExchangeProperty(Exchange.EXCEPTION_CAUGHT) Exception failure,
      @ExchangeProperty("question") ProviderQuestion question) {
    String reason = failure == null ? "not asked" : failure.toString();
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof ProtocolException) {
        reason = "it does not speak HTTP"; // the message quotes what it speaks
      }
    }
    throw unusable(question, reason);
  }

  private Refusal unusable(ProviderQuestion question, String reason) {
    if (said.asMap().putIfAbsent(question.kind() + reason, Boolean.TRUE) == null) {
      LOG.atWarn()
          .addKeyValue("asked", question.kind().name())
          .addKeyValue("url", question.url())
          .addKeyValue("reason", reason)
          .log("The identity provider gives no answer of use; said once a minute");
    }
    return Refusal.unavailable("the identity provider does not answer");
  }

  /**
   * @param asked when the provider was asked, in epoch milliseconds
   */
  Object parse(ProviderQuestion question, String text, long asked)
      throws ParseException, java.text.ParseException {
    return switch (question.kind()) {
      case DISCOVERY -> endpoints(text);
      case KEYS -> keys(text, asked);
      case USERINFO -> claims(question, text, asked / 1000);
    };
  }

  private ProviderEndpoints endpoints(String text) throws ParseException {
    OIDCProviderMetadata metadata = OIDCProviderMetadata.parse(text);
    if (!metadata.getIssuer().getValue().equals(issuer)) {
      // whoever is another provider, or names itself differently, signs for somebody else
      throw new Unusable("it names another issuer than oidc.issuer, which is " + issuer);
    }
    ProviderEndpoints endpoints = ProviderEndpoints.discovered(metadata);
    for (URI endpoint :
        new URI[] {
          endpoints.authorization(),
          endpoints.token(),
          endpoints.userinfo(),
          endpoints.jwks(),
          endpoints.endSession()
        }) {
      boolean safe =
          endpoint == null
              || "https".equals(endpoint.getScheme())
              || "http".equals(endpoint.getScheme()) && issuer.startsWith("http:");
      if (!safe) {
        throw new Unusable("an endpoint of it is not encrypted as the issuer is");
      }
    }
    return endpoints;
  }

  private static ProviderKeys keys(String text, long asked) throws java.text.ParseException {
    List<JWK> keys =
        JWKSet.parse(text).getKeys().stream()
            .filter(key -> key.toPublicJWK() != null)
            .map(JWK::toPublicJWK)
            .toList();
    return new ProviderKeys(new JWKSet(keys), asked);
  }

  private TokenClaims claims(ProviderQuestion question, String text, long at)
      throws java.text.ParseException {
    Map<String, Object> claims = JSONObjectUtils.parse(text);
    if (!(claims.get("sub") instanceof String subject) || subject.isEmpty()) {
      throw new Unusable("it names no subject");
    }
    return new TokenClaims(
        claims, at, Math.min(at + question.life().toSeconds(), end(question.token())));
  }

  /** The end of a token that says it, epoch seconds; the provider has said that it is good. */
  private static long end(String token) {
    try {
      var end = JWTParser.parse(token).getJWTClaimsSet().getExpirationTime();
      return end == null ? Long.MAX_VALUE : end.getTime() / 1000;
    } catch (java.text.ParseException | RuntimeException opaque) {
      return Long.MAX_VALUE;
    }
  }
}
