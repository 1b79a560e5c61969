package org.elastauth.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.apache.http.HttpHeaders;
import org.apache.http.HttpRequestInterceptor;
import org.awaitility.Awaitility;
import org.elastauth.config.TestSettings;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.FaultyTcpProxy;
import org.elastauth.server.Servers;
import org.elasticsearch.client.Request;
import org.elasticsearch.client.Response;
import org.elasticsearch.client.ResponseListener;
import org.elasticsearch.client.RestClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** The connections of the pool. */
@ExtendWith(Servers.class)
@Timeout(60)
class GatewayClientIT {
  private static final Request REQUEST = new Request("GET", "/");
  private static final int CONNECTIONS = 4;

  /** A frozen server sends no RST: each idle connection would cost a login its whole timeout. */
  @Test
  void afterAFailureNoIdleConnectionIsUsed(ElasticsearchServer elasticsearch) throws IOException {
    try (FaultyTcpProxy proxy = FaultyTcpProxy.to(elasticsearch).open();
        RestClient client = client(proxy)) {
      Awaitility.await("the pool has several connections")
          .ignoreExceptions()
          .until(
              () -> {
                Stream.generate(() -> answer(client))
                    .limit(2 * CONNECTIONS)
                    .toList()
                    .forEach(CompletableFuture::join);
                return proxy.entered() >= CONNECTIONS;
              });
      proxy.freeze();
      assertThatThrownBy(() -> client.performRequest(REQUEST)).isInstanceOf(IOException.class);
      proxy.thawForNew();
      assertThat(client.performRequest(REQUEST).getStatusLine().getStatusCode()).isEqualTo(200);
    }
  }

  private static RestClient client(FaultyTcpProxy proxy) {
    ElasticsearchSettings settings =
        TestSettings.of(
                Map.of("elasticsearch.hosts", proxy.url(), "elasticsearch.read_timeout", "3s"))
            .elasticsearch();
    return GatewayClient.of(settings, "", http -> http.addInterceptorLast(asAdmin()));
  }

  private static HttpRequestInterceptor asAdmin() {
    return (request, context) ->
        request.setHeader(
            HttpHeaders.AUTHORIZATION,
            ElasticsearchServer.basic(
                ElasticsearchServer.ADMIN, ElasticsearchServer.ADMIN_PASSWORD));
  }

  private static CompletableFuture<Response> answer(RestClient client) {
    CompletableFuture<Response> answer = new CompletableFuture<>();
    client.performRequestAsync(
        REQUEST,
        new ResponseListener() {
          @Override
          public void onSuccess(Response response) {
            answer.complete(response);
          }

          @Override
          public void onFailure(Exception failure) {
            answer.completeExceptionally(failure);
          }
        });
    return answer;
  }
}
