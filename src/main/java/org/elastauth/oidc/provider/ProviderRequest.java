package org.elastauth.oidc.provider;

import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import java.net.URI;
import java.time.Duration;

/**
 * A request to the provider.
 *
 * @param name the key of the response in memory and in Redis
 * @param token bearer token of the request, or null
 * @param life how long a response is valid
 * @param rejected a response that lacks the requested key; null: any response is accepted
 */
record ProviderRequest(
    Kind kind, String name, URI url, String token, Duration life, Object rejected) {

  /** The document that is requested. */
  enum Kind {
    DISCOVERY("application/json"),
    KEYS("application/json, application/jwk-set+json"),
    USERINFO("application/json, application/jwt");

    private final String types;

    Kind(String types) {
      this.types = types;
    }
  }

  /** Whether another gateway's response is accepted. */
  boolean isShared() {
    return rejected == null;
  }

  /** Whether any client can cause the request, with an invented token. */
  boolean isAboutOneToken() {
    return kind == Kind.USERINFO;
  }

  HTTPRequest http() {
    HTTPRequest http = new HTTPRequest(HTTPRequest.Method.GET, url);
    http.setAccept(kind.types);
    if (token != null) {
      http.setAuthorization("Bearer " + token);
    }
    return http;
  }

  @Override
  public String toString() {
    return name;
  }
}
