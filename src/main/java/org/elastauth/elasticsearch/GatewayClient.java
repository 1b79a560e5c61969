package org.elastauth.elasticsearch;

import java.util.List;
import java.util.function.UnaryOperator;
import org.apache.http.HttpHost;
import org.apache.http.conn.ssl.NoopHostnameVerifier;
import org.apache.http.impl.nio.client.HttpAsyncClientBuilder;
import org.elasticsearch.client.Node;
import org.elasticsearch.client.RestClient;
import org.elasticsearch.client.RestClientBuilder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.ssl.SslBundle;

/**
 * Makes clients of Elasticsearch. They do not use a host that failed for at least a minute, unless
 * all hosts failed.
 */
public final class GatewayClient {
  private static final Logger LOG = LoggerFactory.getLogger(GatewayClient.class);

  private GatewayClient() {}

  /**
   * @param path added to that of the hosts; may be empty
   * @param http changes the HTTP client
   */
  public static RestClient of(
      ElasticsearchSettings elasticsearch,
      String path,
      UnaryOperator<HttpAsyncClientBuilder> http) {
    int connect = (int) elasticsearch.connectTimeout().toMillis();
    int read = (int) elasticsearch.readTimeout().toMillis();
    List<ElasticsearchHost> configured = elasticsearch.parsedHosts();
    HttpHost[] hosts =
        configured.stream()
            .map(host -> new HttpHost(host.name(), host.port(), host.scheme()))
            .distinct()
            .toArray(HttpHost[]::new);
    RestClientBuilder builder = RestClient.builder(hosts);
    String prefix = (configured.isEmpty() ? "" : configured.get(0).path()) + path;
    if (!prefix.isEmpty()) {
      builder.setPathPrefix(prefix); // refuses an empty path
    }
    return builder
        .setNodeSelector(new RoundRobinNodeSelector())
        .setFailureListener(hosts.length > 1 ? new LogFailures() : new RestClient.FailureListener())
        .setRequestConfigCallback(
            config ->
                config
                    // a redirect would take the password to another server
                    .setRedirectsEnabled(false)
                    .setConnectTimeout(connect)
                    .setSocketTimeout(read)
                    .setConnectionRequestTimeout(read))
        .setHttpClientConfigCallback(
            client ->
                http.apply(
                    encrypt(client, elasticsearch.tls())
                        .disableCookieManagement()
                        .disableAuthCaching()
                        .setMaxConnPerRoute(32)
                        .setMaxConnTotal(64)))
        .build();
  }

  private static HttpAsyncClientBuilder encrypt(
      HttpAsyncClientBuilder http, ElasticsearchSettings.Tls tls) {
    http.setSSLContext(
        tls.files()
            .managers(tls.insecureSkipVerify())
            .createSslContext(SslBundle.DEFAULT_PROTOCOL));
    if (tls.insecureSkipVerify()) {
      http.setSSLHostnameVerifier(NoopHostnameVerifier.INSTANCE);
    }
    return http;
  }

  private static final class LogFailures extends RestClient.FailureListener {
    @Override
    public void onFailure(Node node) {
      LOG.atWarn()
          .addKeyValue("host", node.getHost())
          .log("An Elasticsearch host does not answer; using another host");
    }
  }
}
