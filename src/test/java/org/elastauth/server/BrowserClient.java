package org.elastauth.server;

import java.net.URI;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A browser behind a reverse proxy that asks a gateway as Traefik's forwardAuth and Caddy's
 * forward_auth do: it opens pages, keeps cookies, and logs in at the provider when redirected
 * there.
 */
public final class BrowserClient {
  /** What browsers say when they open a page. */
  public static final String PAGE =
      "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

  private final LoginForm provider = new LoginForm();
  private final Map<String, String> cookies = new LinkedHashMap<>();
  private final String site;
  private TestGateway gateway;

  /**
   * @param site host and port, as the reverse proxy names it
   */
  public BrowserClient(TestGateway gateway, String site) {
    this.gateway = gateway;
    this.site = site;
  }

  /** The settings of a gateway that lets browsers of a site log in. */
  public static TestGateway.Builder gateway(KeycloakServer keycloak, String site) {
    return gateway(keycloak.issuer(), site);
  }

  public static TestGateway.Builder gateway(String issuer, String site) {
    return TestGateway.builder()
        .set("auth_provider", "oidc")
        .set("oidc.issuer", issuer)
        .set("oidc.client_id", KeycloakServer.CLIENT)
        .set("oidc.client_secret", KeycloakServer.CLIENT_SECRET)
        .set("oidc.redirect_url", "https://" + site + "/elastauth/oidc/callback");
  }

  /** Sends its requests to another gateway from now on. */
  public BrowserClient at(TestGateway other) {
    gateway = other;
    return this;
  }

  /**
   * Opens a page.
   *
   * @param more headers, names and values, alternating
   */
  public HttpResponse<String> open(String path, String... more) {
    List<String> headers =
        new ArrayList<>(
            List.of(
                "Accept",
                PAGE,
                "X-Forwarded-Method",
                "GET",
                "X-Forwarded-Host",
                site,
                "X-Forwarded-Uri",
                path));
    headers.addAll(List.of(more));
    return ask("/elastauth", headers.toArray(String[]::new));
  }

  /** Asks the gateway itself, with the cookies. */
  public HttpResponse<String> ask(String path, String... headers) {
    var request = gateway.request(path, headers);
    if (!cookies.isEmpty()) {
      request.header("Cookie", cookieHeader());
    }
    HttpResponse<String> response = gateway.send(request.build());
    for (String cookie : response.headers().allValues("Set-Cookie")) {
      String[] pair = cookie.split(";", 2)[0].split("=", 2);
      if (pair[1].isEmpty()) {
        cookies.remove(pair[0]);
      } else {
        cookies.put(pair[0], pair[1]);
      }
    }
    return response;
  }

  public String cookieHeader() {
    return cookies.entrySet().stream()
        .map(cookie -> cookie.getKey() + "=" + cookie.getValue())
        .collect(Collectors.joining("; "));
  }

  /** By name; may be changed. */
  public Map<String, String> cookies() {
    return cookies;
  }

  /** Opens a page, and logs in at the provider: where that sends the browser then. */
  public URI authorize(String path, KeycloakServer.User user) {
    return provider.logIn(location(open(path)), user);
  }

  /** Logs in at the provider, where an answer sends it. */
  public URI authorize(HttpResponse<String> sent, KeycloakServer.User user) {
    return provider.logIn(location(sent), user);
  }

  /** Does the same with another address of the provider. */
  public URI authorizeAt(String authorization, KeycloakServer.User user) {
    return provider.logIn(authorization, user);
  }

  /** As if its session had been overlooked. */
  public URI authorizeAgain(String path, KeycloakServer.User user) {
    Map<String, String> kept = Map.copyOf(cookies);
    cookies.keySet().removeIf(name -> !name.contains("_login_"));
    URI callback = authorize(path, user);
    kept.forEach(cookies::putIfAbsent);
    return callback;
  }

  /** Follows where the provider sent it. */
  public HttpResponse<String> follow(URI callback) {
    return ask(callback.getRawPath() + "?" + callback.getRawQuery());
  }

  /** All of it: the answer that gives it a session. */
  public HttpResponse<String> logIn(String path, KeycloakServer.User user) {
    HttpResponse<String> answer = follow(authorize(path, user));
    if (answer.statusCode() != 302) {
      throw new AssertionError(answer.statusCode() + " " + answer.body());
    }
    return answer;
  }

  /** Logs out where the gateway sends it to: where the provider sends it then. */
  public URI leave(String endSession) {
    return provider.follow(endSession);
  }

  public static String location(HttpResponse<String> response) {
    return response
        .headers()
        .firstValue("Location")
        .orElseThrow(() -> new AssertionError(response.statusCode() + " " + response.body()));
  }
}
