package org.elastauth.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.CookieManager;
import java.net.CookiePolicy;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A browser at the provider, as far as a login needs one: it fills in the form, and comes back with
 * an address. Logged in there, it is not asked again.
 */
public final class LoginForm {
  private static final Pattern ACTION = Pattern.compile("<form[^>]* action=\"([^\"]+)\"");

  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .cookieHandler(new CookieManager(null, CookiePolicy.ACCEPT_ALL))
          .build();

  /**
   * @param authorization where the gateway sends the browser
   * @return where the provider sends it, with its code
   */
  public URI logIn(String authorization, KeycloakServer.User user) {
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

  private static URI location(HttpResponse<String> response) {
    return URI.create(
        response
            .headers()
            .firstValue("Location")
            .orElseThrow(() -> new AssertionError(response.statusCode() + " " + response.body())));
  }

  private HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
