package org.elastauth.oidc.provider;

import java.net.URI;
import java.util.function.BiConsumer;
import org.elastauth.oidc.OidcSettings;

/**
 * Reads a discovery document. Only the members that the gateway uses, and that are not configured,
 * can be wrong. Such a member counts as missing, unless no token can be verified without it.
 */
final class DiscoveryReader {
  private static final String NAMES_ISSUER = "authorization_response_iss_parameter_supported";

  private final OidcSettings oidc;
  private final ProviderDocument document;
  private final BiConsumer<String, String> ignored;

  /**
   * @param ignored receives the name of a member and the reason, which quotes nothing
   */
  DiscoveryReader(
      OidcSettings oidc, ProviderDocument document, BiConsumer<String, String> ignored) {
    this.oidc = oidc;
    this.document = document;
    this.ignored = ignored;
  }

  /**
   * @throws UnusableResponseException if it is of another issuer, or lacks what every token needs
   */
  ProviderEndpoints read() {
    if (!document.text("issuer").equals(oidc.issuer())) {
      // its keys sign the tokens of another issuer
      throw new UnusableResponseException(
          "its issuer is not oidc.issuer, which is " + oidc.issuer());
    }
    boolean logsIn = !oidc.redirectUrl().isEmpty();
    boolean asks = !oidc.tokenValidation().equals("jwks");
    boolean verifies = !oidc.tokenValidation().equals("userinfo");
    ProviderEndpoints configured = ProviderEndpoints.configured(oidc);
    return new ProviderEndpoints(
        endpoint("authorization_endpoint", configured.authorization(), logsIn, false),
        endpoint("token_endpoint", configured.token(), logsIn, false),
        endpoint("userinfo_endpoint", configured.userinfo(), asks, asks),
        endpoint("jwks_uri", configured.jwks(), verifies || logsIn, verifies),
        endpoint("end_session_endpoint", configured.endSession(), false, false),
        namesIssuer());
  }

  /**
   * @param used whether a missing member is reported
   * @param required whether the document is unusable without it
   */
  private URI endpoint(String member, URI configured, boolean used, boolean required) {
    if (configured != null) {
      return configured;
    }
    URI url = null;
    String fault = null;
    try {
      String text = document.text(member);
      url = text.isEmpty() ? null : url(member, text);
      fault = url == null && used ? member + " is missing" : null;
    } catch (UnusableResponseException wrong) {
      fault = wrong.getMessage();
    }
    if (url != null && isUnsafe(url)) {
      throw new UnusableResponseException(
          member + " is not encrypted, but oidc.issuer is; see oidc.allow_http_endpoints");
    }
    if (fault != null && required) {
      throw new UnusableResponseException(fault);
    }
    if (fault != null) {
      ignored.accept(member, fault);
    }
    return url;
  }

  private static URI url(String member, String text) {
    try {
      URI url = URI.create(text);
      if (url.isAbsolute() && url.getHost() != null && url.getScheme().matches("(?i)https?")) {
        return url;
      }
    } catch (IllegalArgumentException malformed) {
      // reported below
    }
    throw new UnusableResponseException(member + " is not an absolute http or https URL");
  }

  /** An attacker that answers in place of the provider could impersonate any user. */
  private boolean isUnsafe(URI url) {
    return url.getScheme().equalsIgnoreCase("http")
        && !oidc.issuer().startsWith("http:")
        && !oidc.allowHttpEndpoints();
  }

  private boolean namesIssuer() {
    Object value = document.members().get(NAMES_ISSUER);
    if (value != null && !(value instanceof Boolean)) {
      ignored.accept(NAMES_ISSUER, NAMES_ISSUER + " is neither true nor false");
    }
    return Boolean.TRUE.equals(value);
  }
}
