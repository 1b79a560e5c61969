package org.elastauth.doctor;

import com.nimbusds.jose.jwk.JWK;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.nio.channels.UnresolvedAddressException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.elastauth.oidc.OidcSettings;
import org.elastauth.oidc.provider.ProviderEndpoints;
import org.elastauth.oidc.provider.ProviderHttp;
import org.elastauth.oidc.provider.ProviderInspection;
import org.elastauth.oidc.provider.ProviderInspection.Discovery;
import org.elastauth.oidc.provider.ProviderInspection.Keys;
import org.elastauth.oidc.provider.UnusableResponseException;
import org.elastauth.startup.Settings;

/**
 * Whether the OpenID Connect provider is reachable and fits the settings.
 *
 * @param token whose claims are shown; empty for none
 */
record ProviderFindings(Settings settings, String token) implements Area.Examination {
  private static final String ISSUER = "oidc.issuer";
  private static final String REDIRECT = "oidc.redirect_url";
  private static final String AUTH_METHOD = "oidc.client_auth_method";

  @Override
  public void into(Findings findings) {
    OidcSettings oidc = settings.oidc();
    if (oidc.issuer().isEmpty() || oidc.clientId().isEmpty()) {
      findings.note(
          ISSUER,
          "no provider is configured" + (token.isEmpty() ? "" : ", so the token cannot be checked"),
          "set oidc.issuer and oidc.client_id");
      return;
    }
    ProviderInspection provider = new ProviderInspection(oidc);
    String url = provider.discoveryUrl().toString();
    findings.begin("asked " + url);
    ProviderEndpoints endpoints = provider.configured();
    try {
      Discovery discovery = provider.discovery();
      discovery(findings, url, discovery);
      endpoints = discovery.endpoints() == null ? endpoints : discovery.endpoints();
    } catch (IOException unreachable) {
      findings.fault(
          url,
          "the provider gives no discovery document: " + reason(unreachable),
          "check oidc.issuer, the network, and oidc.tls.ca_cert for a private authority");
    } catch (UnusableResponseException wrong) {
      findings.fault(
          url,
          "this is not a discovery document: " + wrong.getMessage(),
          "check oidc.issuer: it is the iss claim of the provider's tokens");
    }
    endpoints(findings, endpoints);
    redirect(findings, oidc);
    Keys keys = keys(findings, provider, endpoints.jwks());
    if (!token.isEmpty()) {
      new TokenFindings(settings, token).into(findings, keys);
    }
  }

  private void discovery(Findings findings, String url, Discovery discovery) {
    if (discovery.endpoints() == null) {
      boolean differs = !discovery.issuer().equals(settings.oidc().issuer());
      findings.fault(
          differs ? ISSUER : url,
          differs
              ? "the provider names itself "
                  + named(discovery.issuer())
                  + ", not "
                  + settings.oidc().issuer()
              : discovery.unusable(),
          differs
              ? "set oidc.issuer to exactly what the provider says, with or without the slash at its end"
              : "configure the missing endpoint, such as oidc.jwks_uri");
    } else {
      findings.ok(ISSUER, "the provider answers, and names itself as configured");
    }
    discovery
        .ignored()
        .forEach(
            (member, reason) ->
                findings.note(url, reason, "set the endpoint under oidc if the provider has it"));
    List<String> methods = discovery.list("token_endpoint_auth_methods_supported");
    if (settings.logsBrowsersIn() && !methods.isEmpty()) {
      String method =
          settings.oidc().clientSecret().isEmpty() ? "none" : settings.oidc().clientAuthMethod();
      if (methods.contains(method)) {
        findings.ok(AUTH_METHOD, "the provider supports " + method);
      } else {
        findings.fault(
            AUTH_METHOD,
            "the provider does not support "
                + method
                + " at its token endpoint; it supports "
                + String.join(", ", methods),
            method.equals("none")
                ? "set oidc.client_secret"
                : "set oidc.client_auth_method to client_secret_basic or client_secret_post");
      }
    }
    pkce(findings, discovery.list("code_challenge_methods_supported"));
    scopes(findings, discovery.list("scopes_supported"));
    if (discovery.ahead() != null) {
      ClockFindings.add(findings, url, discovery.ahead());
    }
  }

  private static String named(String issuer) {
    return issuer.isEmpty() ? "nothing" : issuer;
  }

  private void pkce(Findings findings, List<String> methods) {
    if (settings.logsBrowsersIn()
        && settings.oidc().usePkce()
        && !methods.isEmpty()
        && !methods.contains("S256")) {
      findings.warning(
          "oidc.use_pkce",
          "the provider does not list PKCE with S256",
          "set oidc.use_pkce to false if logins fail");
    }
  }

  private void scopes(Findings findings, List<String> supported) {
    List<String> unknown =
        settings.oidc().scopes().stream().filter(scope -> !supported.contains(scope)).toList();
    if (settings.logsBrowsersIn() && !supported.isEmpty() && !unknown.isEmpty()) {
      findings.note(
          "oidc.scopes",
          "scopes that the provider does not list: " + String.join(", ", unknown),
          "remove them if it refuses logins (invalid_scope)");
    }
  }

  private void endpoints(Findings findings, ProviderEndpoints endpoints) {
    Map<String, URI> all = new LinkedHashMap<>();
    all.put("authorization_endpoint", endpoints.authorization());
    all.put("token_endpoint", endpoints.token());
    all.put("userinfo_endpoint", endpoints.userinfo());
    all.put("jwks_uri", endpoints.jwks());
    all.put("end_session_endpoint", endpoints.endSession());
    String plain =
        all.entrySet().stream()
            .filter(endpoint -> endpoint.getValue() != null)
            .filter(endpoint -> "http".equalsIgnoreCase(endpoint.getValue().getScheme()))
            .map(Map.Entry::getKey)
            .collect(Collectors.joining(", "));
    if (!plain.isEmpty()) {
      findings.warning(
          ISSUER,
          "not encrypted: " + plain + "; an attacker on the network path can log in as any user",
          "use an https issuer, or keep the provider on the same trusted host");
    }
    if (settings.logsBrowsersIn() && endpoints.endSession() == null) {
      findings.note(
          "oidc.end_session_endpoint",
          "the provider has none: after a logout it logs the user in again without a password",
          "set it if the provider has one");
    }
  }

  private static void redirect(Findings findings, OidcSettings oidc) {
    if (oidc.redirectUrl().isEmpty()) {
      return; // a warning of the configuration
    }
    String host = URI.create(oidc.redirectUrl()).getAuthority();
    boolean allowed =
        oidc.allowedHosts().isEmpty()
            || oidc.allowedHosts().stream().anyMatch(name -> name.equalsIgnoreCase(host));
    if (allowed) {
      findings.ok(REDIRECT, "register exactly this URL at the provider: " + oidc.redirectUrl());
    } else {
      findings.note(
          REDIRECT,
          "its host " + host + " is not one of oidc.allowed_hosts",
          "browsers return to the hosts of that list; add " + host + " if users open it, too");
    }
  }

  /** Null without keys. */
  private Keys keys(Findings findings, ProviderInspection provider, URI url) {
    if (url == null) {
      return null;
    }
    findings.begin("asked " + url);
    try {
      Keys keys = provider.keys(url);
      Map<String, Long> byAlgorithm =
          keys.keys().getKeys().stream()
              .collect(
                  Collectors.groupingBy(
                      ProviderFindings::algorithm, TreeMap::new, Collectors.counting()));
      if (byAlgorithm.isEmpty()) {
        findings.fault(url.toString(), "the provider publishes no key", "look at its log");
      } else {
        findings.ok(
            url.toString(),
            "usable keys: "
                + byAlgorithm.entrySet().stream()
                    .map(count -> count.getValue() + " × " + count.getKey())
                    .collect(Collectors.joining(", "))
                + ids(keys));
      }
      keys.ignored()
          .forEach(
              (name, reason) ->
                  findings.note(url.toString(), "the key " + name + " is not used: " + reason, ""));
      return keys;
    } catch (IOException unreachable) {
      findings.fault(
          url.toString(),
          "the provider does not give its keys: " + reason(unreachable),
          "no token can be verified; check oidc.jwks_uri and the network");
    } catch (UnusableResponseException wrong) {
      findings.fault(
          url.toString(),
          "no usable key: " + wrong.getMessage(),
          "let the provider sign with RS256 or ES256");
    }
    return null;
  }

  private static String ids(Keys keys) {
    return keys.keys().getKeys().stream()
        .flatMap(key -> Stream.ofNullable(key.getKeyID()))
        .collect(Collectors.joining(", ", " (kid ", ")"));
  }

  private static String algorithm(JWK key) {
    return key.getAlgorithm() == null
        ? key.getKeyType().getValue().toUpperCase(Locale.ROOT) + " of any algorithm"
        : key.getAlgorithm().getName();
  }

  /** The client of the JDK has no message for the most frequent reasons. */
  private static String reason(IOException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof UnresolvedAddressException) {
        return "its host name is unknown";
      }
      if (cause instanceof CertPathBuilderException || cause instanceof CertificateException) {
        return "its certificate is not trusted: " + cause.getMessage();
      }
    }
    return failure instanceof ConnectException && failure.getMessage() == null
        ? "connection refused"
        : ProviderHttp.reason(failure);
  }
}
