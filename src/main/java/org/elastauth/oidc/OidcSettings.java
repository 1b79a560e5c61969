package org.elastauth.oidc;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.elastauth.config.Alias;
import org.elastauth.config.Checked;
import org.elastauth.config.ConfigurationFaults;
import org.elastauth.config.Fault;
import org.elastauth.config.Faults;
import org.elastauth.config.Rules;
import org.elastauth.config.Rules.Between;
import org.elastauth.config.Rules.Matches;
import org.elastauth.config.Rules.OneOf;
import org.elastauth.config.Rules.Url;
import org.elastauth.config.Secret;
import org.elastauth.config.TlsFiles;
import org.elastauth.crypto.Sha256;
import org.elastauth.identity.AutheliaSettings;
import org.springframework.boot.context.properties.bind.DefaultValue;

/** The OpenID Connect provider. Endpoints that are not set are discovered. */
public record OidcSettings(
    @DefaultValue("") @Alias({"OIDC_ISSUER", "oidc.issuer_url"}) @Url String issuer,
    @DefaultValue("") @Alias("OIDC_CLIENT_ID") String clientId,
    @DefaultValue("") @Secret @Alias("OIDC_CLIENT_SECRET") String clientSecret,
    @DefaultValue("") @Alias("OIDC_AUTHORIZATION_ENDPOINT") @Url String authorizationEndpoint,
    @DefaultValue("") @Alias("OIDC_TOKEN_ENDPOINT") @Url String tokenEndpoint,
    @DefaultValue("") @Alias("OIDC_USERINFO_ENDPOINT") @Url String userinfoEndpoint,
    @DefaultValue("") @Alias("OIDC_JWKS_URI") @Url String jwksUri,
    @DefaultValue("") @Alias("OIDC_END_SESSION_ENDPOINT") @Url String endSessionEndpoint,
    @DefaultValue({"openid", "profile", "email", "groups"})
        @Alias("OIDC_SCOPES")
        @Matches({SCOPE, "is not a scope; list each scope separately"})
        List<String> scopes,
    @DefaultValue("client_secret_basic")
        @Alias("OIDC_CLIENT_AUTH_METHOD")
        @OneOf({"client_secret_basic", "client_secret_post"})
        String clientAuthMethod,
    @DefaultValue("jwks") @Alias("OIDC_TOKEN_VALIDATION") @OneOf({"jwks", "userinfo", "both"})
        String tokenValidation,
    @DefaultValue("access") @OneOf({"access", "any"}) String bearer,
    @DefaultValue("false") boolean allowHttpEndpoints,
    @DefaultValue("true") @Alias("OIDC_USE_PKCE") boolean usePkce,
    ClaimMappings claimMappings,
    @DefaultValue("true") @Alias("OIDC_REQUIRE_VERIFIED_EMAIL") boolean requireVerifiedEmail,
    @Secret Map<String, String> customHeaders,
    @DefaultValue("") @Alias("OIDC_REDIRECT_URL") @Url String redirectUrl,
    @DefaultValue
        @Alias("OIDC_ALLOWED_HOSTS")
        @Matches({HOST, "is not of the form host or host:port"})
        List<String> allowedHosts,
    Cache cache,
    @DefaultValue("2s") @Between({"10ms", "20s"}) Duration connectTimeout,
    @DefaultValue("5s") @Between({"10ms", "20s"}) Duration readTimeout,
    TlsFiles tls)
    implements Checked {
  private static final String SCOPE = "[!#-\\[\\]-~]{1,100}";
  private static final String HOST = "(\\[[0-9A-Fa-f:.]+\\]|[A-Za-z0-9._-]{1,253})(:\\d{1,5})?";
  private static final String CALLBACK = "/elastauth/oidc/callback";
  private static final String LOOPBACK = "localhost|127(\\.\\d{1,3}){3}|\\[::1]";

  /** Headers that the gateway sets itself in a request to the provider. */
  private static final Set<String> OWN_HEADERS =
      Set.of(
          "accept",
          "authorization",
          "connection",
          "content-length",
          "content-type",
          "expect",
          "host",
          "transfer-encoding",
          "upgrade");

  @Override
  public void check(Faults faults) {
    checkEncrypted("authorization_endpoint", authorizationEndpoint, faults);
    checkEncrypted("token_endpoint", tokenEndpoint, faults);
    checkEncrypted("userinfo_endpoint", userinfoEndpoint, faults);
    checkEncrypted("jwks_uri", jwksUri, faults);
    checkEncrypted("end_session_endpoint", endSessionEndpoint, faults);
    faults.when(
        Rules.isUrl(redirectUrl) && !redirectUrl.endsWith(CALLBACK),
        "redirect_url",
        "does not end in " + CALLBACK + ", the path of the gateway's callback");
    faults.when(!scopes.contains("openid"), "scopes", "lacks openid");
    customHeaders.forEach(
        (name, value) -> {
          String key = "custom_headers." + name;
          if (!name.matches(Rules.HEADER)) {
            faults.add(key, "is not the name of an HTTP header");
          } else if (OWN_HEADERS.contains(name.toLowerCase(Locale.ROOT))) {
            faults.add(key, "***", "is a header that the gateway sets itself");
          } else if (!value.matches("[ -~]{0,4096}")) {
            faults.add(key, "***", "is not printable ASCII of at most 4096 characters");
          }
        });
  }

  /** What tokens cannot be verified without. */
  public List<Fault> missing() {
    return Stream.of(
            new Fault(
                "oidc.issuer",
                issuer,
                "is missing; set it to the iss claim of the provider's tokens"),
            new Fault(
                "oidc.client_id",
                clientId,
                "is missing; tokens must contain it in their aud claim"))
        .filter(fault -> fault.value().isEmpty())
        .toList();
  }

  /**
   * @throws ConfigurationFaults if the operator's route uses tokens without these settings
   */
  public void requireProvider() {
    if (!missing().isEmpty()) {
      throw new ConfigurationFaults(missing());
    }
  }

  /**
   * The hash that identifies a user at all providers; empty for none.
   *
   * @param sub unique at the issuer
   */
  public String subject(String sub) {
    return sub.isEmpty() ? "" : Sha256.hex(issuer + '|' + sub);
  }

  /** An attacker that answers in place of the provider could impersonate any user. */
  private void checkEncrypted(String name, String url, Faults faults) {
    faults.when(
        !allowHttpEndpoints
            && issuer.startsWith("https:")
            && url.startsWith("http:")
            && Rules.isUrl(url)
            && !URI.create(url).getHost().matches(LOOPBACK),
        name,
        "is not encrypted, though oidc.issuer is; write https://, or set oidc.allow_http_endpoints if only"
            + " the cluster's own network is between them");
  }

  @Override
  public String toString() {
    return "Oidc[" + issuer + "]";
  }

  /**
   * Names of claims, or dotted paths into them such as {@code realm_access.roles}.
   *
   * @param groupsSeparator the character between two groups of one text; empty: a text is one group
   */
  public record ClaimMappings(
      @DefaultValue("preferred_username")
          @Alias({"OIDC_USERNAME_CLAIM", "oidc.user_identity_claim"})
          @Matches({CLAIM, NO_CLAIM})
          String username,
      @DefaultValue("email") @Alias("OIDC_EMAIL_CLAIM") @Matches({CLAIM, NO_CLAIM}) String email,
      @DefaultValue("groups") @Alias("OIDC_GROUPS_CLAIM") @Matches({CLAIM, NO_CLAIM}) String groups,
      @DefaultValue("name") @Alias("OIDC_NAME_CLAIM") @Matches({CLAIM, NO_CLAIM}) String fullName,
      @DefaultValue("")
          @Matches({"(" + AutheliaSettings.SEPARATOR + ")?", AutheliaSettings.NO_SEPARATOR})
          String groupsSeparator) {
    private static final String CLAIM = "[!#-\\[\\]-~]{1,255}";
    private static final String NO_CLAIM = "is not the name of a claim";
  }

  /** How long the provider's responses are valid, in memory and in Redis. */
  public record Cache(
      @DefaultValue("1h") @Between({"1s", "24h"}) Duration jwks,
      @DefaultValue("1h") @Between({"1s", "24h"}) Duration discovery,
      @DefaultValue("5m") @Between({"1s", "1h"}) Duration userinfo) {}
}
