package org.elastauth.oidc.provider;

import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.ProtocolException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.elastauth.metrics.RequestTimer;
import org.elastauth.oidc.OidcSettings;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * Sends requests to the provider, and blocks until the response. Time and size of a response are
 * limited. Redirects are not followed.
 */
@Lazy
@Component
public final class ProviderHttp {
  private static final int MAX_BYTES = 256 * 1024;

  private final HttpClient client;
  private final Map<String, String> headers;
  private final Duration timeout;
  private final RequestTimer timer;

  ProviderHttp(OidcSettings oidc, MeterRegistry meters) {
    this.timer =
        new RequestTimer(
            meters,
            "elastauth.provider.request",
            "Duration of requests to the OpenID Connect provider by outcome");
    this.headers = oidc.customHeaders();
    this.timeout = oidc.connectTimeout().plus(oidc.readTimeout());
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(oidc.connectTimeout())
            .sslContext(oidc.tls().managers(false).createSslContext(SslBundle.DEFAULT_PROTOCOL))
            .build();
  }

  /** Throws IOException if the provider is unreachable, or answers with 5xx. */
  public HTTPResponse send(HTTPRequest http) throws IOException {
    HttpRequest.Builder request = HttpRequest.newBuilder(http.getURI());
    headers.forEach(request::setHeader);
    http.getHeaderMap().forEach((name, values) -> request.setHeader(name, values.get(0)));
    request.method(
        http.getMethod().name(),
        http.getBody() == null
            ? BodyPublishers.noBody()
            : BodyPublishers.ofString(http.getBody(), StandardCharsets.UTF_8));
    HTTPResponse response = timed(request.build());
    if (response.getStatusCode() >= HTTPResponse.SC_SERVER_ERROR) {
      throw new IOException("HTTP status " + response.getStatusCode());
    }
    return response;
  }

  private HTTPResponse timed(HttpRequest request) throws IOException {
    long began = System.nanoTime();
    String outcome = RequestTimer.UNREACHABLE;
    try {
      HTTPResponse response =
          response(await(client.sendAsync(request, LimitedBody.upTo(MAX_BYTES))));
      outcome = RequestTimer.outcome(response.getStatusCode());
      return response;
    } finally {
      timer.record(System.nanoTime() - began, "outcome", outcome);
    }
  }

  /** Why {@link #send} failed, for the log. */
  public static String reason(Exception failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof ProtocolException) {
        return "it does not speak HTTP"; // the exception quotes the received bytes
      }
    }
    return failure.toString();
  }

  private HttpResponse<String> await(CompletableFuture<HttpResponse<String>> answer)
      throws IOException {
    try {
      return answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException late) {
      answer.cancel(true);
      throw new IOException("no answer within " + timeout.toMillis() + " ms", late);
    } catch (ExecutionException failed) {
      Throwable cause = failed.getCause();
      throw cause instanceof IOException known ? known : new IOException(cause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  private static HTTPResponse response(HttpResponse<String> answer) {
    HTTPResponse response = new HTTPResponse(answer.statusCode());
    answer
        .headers()
        .map()
        .forEach((name, values) -> response.setHeader(name, values.toArray(String[]::new)));
    response.setBody(answer.body());
    return response;
  }
}
