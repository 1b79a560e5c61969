package org.elastauth.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/** A browser that uses a site through its reverse proxy, with TLS and HTTP/2. */
public final class SiteBrowser {
  private final LoginForm provider = new LoginForm();
  private final Map<String, String> cookies = new LinkedHashMap<>();
  private final SSLContext tls;
  private final HttpClient http;
  private final String site;

  /**
   * @param site such as {@code https://localhost:8443}
   */
  public SiteBrowser(String site, Certificates believed) {
    this.site = site;
    this.tls = believed.context();
    this.http = HttpClient.newBuilder().sslContext(tls).build();
  }

  /**
   * @param headers names and values, alternating
   */
  public HttpResponse<String> get(String path, String... headers) {
    return send("GET", path, BodyPublishers.noBody(), headers);
  }

  /** As a browser opens a page. */
  public HttpResponse<String> open(String path) {
    return get(path, "Accept", BrowserClient.PAGE);
  }

  public HttpResponse<String> send(
      String method, String path, BodyPublisher body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(site + path)).method(method, body);
    if (headers.length > 0) {
      request.headers(headers);
    }
    if (!cookies.isEmpty()) {
      request.header("Cookie", cookieHeader());
    }
    try {
      HttpResponse<String> response =
          http.send(request.build(), HttpResponse.BodyHandlers.ofString());
      keep(response);
      return response;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private void keep(HttpResponse<String> response) {
    for (String cookie : response.headers().allValues("Set-Cookie")) {
      String[] pair = cookie.split(";", 2)[0].split("=", 2);
      if (pair[1].isEmpty()) {
        cookies.remove(pair[0]);
      } else {
        cookies.put(pair[0], pair[1]);
      }
    }
  }

  public String cookieHeader() {
    return cookies.entrySet().stream()
        .map(cookie -> cookie.getKey() + "=" + cookie.getValue())
        .collect(Collectors.joining("; "));
  }

  /**
   * Logs in at the provider, where an answer sends it.
   *
   * @return the answer of the callback
   */
  public HttpResponse<String> logIn(HttpResponse<String> sent, KeycloakServer.User user) {
    URI callback = provider.logIn(BrowserClient.location(sent), user);
    return get(callback.getRawPath() + "?" + callback.getRawQuery());
  }

  /** The whole answer to bytes that no client library would send, over HTTP/1.1. */
  public String raw(String request) throws IOException {
    URI address = URI.create(site);
    try (SSLSocket socket =
        (SSLSocket) tls.getSocketFactory().createSocket(address.getHost(), address.getPort())) {
      SSLParameters parameters = socket.getSSLParameters();
      // Java names no host without a dot by itself
      parameters.setServerNames(List.of(new SNIHostName(address.getHost())));
      socket.setSSLParameters(parameters);
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }

  public HttpClient http() {
    return http;
  }
}
