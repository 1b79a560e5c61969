package org.elastauth.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A browser at the provider, as far as a login needs one: it fills in the form, and comes back with
 * an address. Logged in there, it is not asked again.
 */
final class LoginForm {
  private static final Pattern ACTION = Pattern.compile("<form[^>]* action=\"([^\"]+)\"");

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  /** The provider's; a browser sends secure ones over http too, if it is to this machine. */
  private final Map<String, String> cookies = new HashMap<>();

  /**
   * @param authorization where the gateway sends the browser
   * @return where the provider sends it, with its code
   */
  URI logIn(String authorization, KeycloakServer.User user) {
    HttpResponse<String> page = send(HttpRequest.newBuilder(URI.create(authorization)));
    if (page.statusCode() == 302) {
      return location(page);
    }
    Matcher action = ACTION.matcher(page.body());
    if (!action.find()) {
      throw new AssertionError(page.statusCode() + " " + page.body());
    }
    String form =
        "username="
            + URLEncoder.encode(user.name(), StandardCharsets.UTF_8)
            + "&password="
            + URLEncoder.encode(user.password(), StandardCharsets.UTF_8);
    return location(
        send(
            HttpRequest.newBuilder(URI.create(action.group(1).replace("&amp;", "&")))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(form))));
  }

  /** Goes somewhere at the provider, and says where that leads. */
  URI follow(String address) {
    return location(send(HttpRequest.newBuilder(URI.create(address))));
  }

  private static URI location(HttpResponse<String> response) {
    return URI.create(
        response
            .headers()
            .firstValue("Location")
            .orElseThrow(() -> new AssertionError(response.statusCode() + " " + response.body())));
  }

  private HttpResponse<String> send(HttpRequest.Builder request) {
    if (!cookies.isEmpty()) {
      request.header(
          "Cookie",
          cookies.entrySet().stream()
              .map(cookie -> cookie.getKey() + "=" + cookie.getValue())
              .collect(Collectors.joining("; ")));
    }
    try {
      HttpResponse<String> response =
          http.send(request.build(), HttpResponse.BodyHandlers.ofString());
      for (String cookie : response.headers().allValues("Set-Cookie")) {
        String[] pair = cookie.split(";", 2)[0].split("=", 2);
        cookies.put(pair[0], pair[1]);
      }
      return response;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
