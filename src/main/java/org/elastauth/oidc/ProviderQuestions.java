package org.elastauth.oidc;

import java.net.URI;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.elastauth.config.Settings;
import org.elastauth.http.Refusal;
import org.elastauth.oidc.ProviderQuestion.Kind;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/** Says what is to be asked, and where. */
@Lazy
@Component("providerQuestions")
public final class ProviderQuestions {
  private static final String DISCOVERY = "/.well-known/openid-configuration";

  private final OidcSettings oidc;
  private final ProviderEndpoints configured;
  private final ProviderQuestion discovery;
  private final String keys;
  private final String client;

  public ProviderQuestions(Settings settings) {
    this.oidc = settings.oidc();
    this.configured = ProviderEndpoints.configured(oidc);
    // gateways of different providers may share a Redis
    TokenHash provider = TokenHash.of(oidc.issuer() + '\n' + oidc.jwksUri());
    this.keys = "jwks-" + provider;
    this.client = oidc.issuer() + '\n' + oidc.clientId() + '\n';
    this.discovery = isEnough(configured, oidc) ? null : discovery(oidc, provider);
  }

  private static ProviderQuestion discovery(OidcSettings oidc, TokenHash provider) {
    return new ProviderQuestion(
        Kind.DISCOVERY,
        "discovery-" + provider,
        URI.create(oidc.issuer().replaceFirst("/$", "") + DISCOVERY),
        null,
        oidc.cache().discovery(),
        null);
  }

  /**
   * @return null where everything that is needed is configured
   */
  public ProviderQuestion discovery() {
    return discovery;
  }

  /** What is configured, and what was discovered beside it. */
  public ProviderEndpoints endpoints(Exchange exchange) {
    return exchange.getMessage().getBody() instanceof ProviderEndpoints discovered
        ? configured.or(discovered)
        : configured;
  }

  private static boolean isEnough(ProviderEndpoints known, OidcSettings oidc) {
    return (known.jwks() != null || oidc.tokenValidation().equals("userinfo"))
        && (known.userinfo() != null || oidc.tokenValidation().equals("jwks"))
        && (known.authorization() != null && known.token() != null && known.jwks() != null
            || oidc.redirectUrl().isEmpty());
  }

  public ProviderQuestion keys(@ExchangeProperty("endpoints") ProviderEndpoints endpoints) {
    return keysAnew(endpoints, null);
  }

  /**
   * @param known keys that do not do
   */
  public ProviderQuestion keysAnew(
      @ExchangeProperty("endpoints") ProviderEndpoints endpoints,
      @ExchangeProperty("keys") ProviderKeys known) {
    return new ProviderQuestion(
        Kind.KEYS, keys, endpoints.jwks(), null, oidc.cache().jwks(), known);
  }

  /**
   * @throws Refusal 503 if the provider has no such address
   */
  public ProviderQuestion userinfo(
      @ExchangeProperty("endpoints") ProviderEndpoints endpoints,
      @ExchangeProperty("token") String token,
      @ExchangeProperty("tokenHash") TokenHash hash) {
    if (endpoints.userinfo() == null) {
      throw Refusal.unavailable("the identity provider has no userinfo endpoint");
    }
    return new ProviderQuestion(
        Kind.USERINFO,
        "userinfo-" + TokenHash.of(client + hash),
        endpoints.userinfo(),
        token,
        oidc.cache().userinfo(),
        null);
  }
}
