package org.elastauth.oidc.provider;

import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.elastauth.oidc.OidcSettings;

/** Asks the provider for its documents, as the gateway does, and says what of them is not used. */
public final class ProviderInspection {
  private final OidcSettings oidc;
  private final ProviderHttp http;

  /**
   * The discovery document.
   *
   * @param issuer that it names; empty if it names none
   * @param endpoints null if the gateway cannot use the document
   * @param unusable why; empty if it can be used
   * @param ignored what of it is not used, with the reason
   * @param ahead how far the provider's clock is ahead of this one; null if it does not say
   */
  public record Discovery(
      ProviderDocument document,
      String issuer,
      ProviderEndpoints endpoints,
      String unusable,
      Map<String, String> ignored,
      Duration ahead) {
    /** The values of a list of the document; empty if it has none. */
    public List<String> list(String member) {
      return document.members().get(member) instanceof List<?> values
          ? values.stream().filter(String.class::isInstance).map(String.class::cast).toList()
          : List.of();
    }
  }

  /**
   * The keys of tokens.
   *
   * @param keys those that the gateway uses
   * @param ignored the others, with the reason
   */
  public record Keys(JWKSet keys, Map<String, String> ignored) {
    /**
     * Whether one of them has signed the token: {@code valid}, {@code invalid} or {@code
     * unknown_key}.
     */
    public String verify(SignedJWT jwt) {
      return SigningKeys.verify(keys, jwt).name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  public ProviderInspection(OidcSettings oidc) {
    this.oidc = oidc;
    this.http = new ProviderHttp(oidc, new CompositeMeterRegistry()); // which counts nothing
  }

  /** The URL of the discovery document. */
  public URI discoveryUrl() {
    return Provider.discoveryUrl(oidc);
  }

  /** The endpoints that are configured. */
  public ProviderEndpoints configured() {
    return ProviderEndpoints.configured(oidc);
  }

  /**
   * @throws IOException if the provider is unreachable or answers with an error
   * @throws UnusableResponseException if the answer is not JSON
   */
  public Discovery discovery() throws IOException {
    HTTPResponse response = get(discoveryUrl());
    ProviderDocument document = ProviderDocument.parse(response.getBody());
    Map<String, String> ignored = new LinkedHashMap<>();
    ProviderEndpoints endpoints = null;
    String unusable = "";
    try {
      endpoints = new DiscoveryReader(oidc, document, ignored::put).read();
    } catch (UnusableResponseException reason) {
      unusable = reason.getMessage();
    }
    Object issuer = document.members().get("issuer");
    return new Discovery(
        document,
        issuer instanceof String text ? text : "",
        endpoints,
        unusable,
        ignored,
        ahead(response));
  }

  /**
   * @throws IOException if the provider is unreachable or answers with an error
   * @throws UnusableResponseException if none of the keys can be used
   */
  public Keys keys(URI url) throws IOException {
    Map<String, String> ignored = new LinkedHashMap<>();
    ProviderDocument document = ProviderDocument.parse(get(url).getBody());
    return new Keys(KeySetReader.read(document, ignored::put), ignored);
  }

  private HTTPResponse get(URI url) throws IOException {
    HTTPRequest request = new HTTPRequest(HTTPRequest.Method.GET, url);
    request.setAccept("application/json");
    HTTPResponse response = http.send(request);
    if (!response.indicatesSuccess() || response.getBody() == null) {
      throw new IOException("HTTP status " + response.getStatusCode());
    }
    return response;
  }

  private static Duration ahead(HTTPResponse response) {
    String date = response.getHeaderValue("Date");
    try {
      return date == null
          ? null
          // it has whole seconds
          : Duration.between(
              Instant.now(),
              ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME)
                  .toInstant()
                  .plusMillis(500));
    } catch (DateTimeParseException malformed) {
      return null;
    }
  }
}
