package org.elastauth.elasticsearch;

import java.net.URI;
import org.apache.http.HttpHost;
import org.apache.http.conn.ssl.NoopHostnameVerifier;
import org.apache.http.impl.nio.client.HttpAsyncClientBuilder;
import org.elasticsearch.client.Node;
import org.elasticsearch.client.RestClient;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * The client of Elasticsearch. It does not use a host that failed for at least a minute, unless all
 * hosts failed.
 */
@Configuration(proxyBeanMethods = false)
class ElasticsearchConnection {
  private static final Logger LOG = LoggerFactory.getLogger(ElasticsearchConnection.class);

  @Bean(destroyMethod = "close")
  RestClient elasticsearchClient(ElasticsearchSettings elasticsearch) {
    int connect = (int) elasticsearch.connectTimeout().toMillis();
    int read = (int) elasticsearch.readTimeout().toMillis();
    HttpHost[] hosts =
        elasticsearch.hosts().stream()
            .map(ElasticsearchConnection::host)
            .distinct()
            .toArray(HttpHost[]::new);
    return RestClient.builder(hosts)
        .setNodeSelector(new RoundRobinNodeSelector())
        .setFailureListener(hosts.length > 1 ? new LogFailures() : new RestClient.FailureListener())
        .setRequestConfigCallback(
            config ->
                config
                    .setConnectTimeout(connect)
                    .setSocketTimeout(read)
                    .setConnectionRequestTimeout(read))
        .setHttpClientConfigCallback(
            http ->
                encrypt(http, elasticsearch)
                    .disableCookieManagement()
                    .disableAuthCaching()
                    .setMaxConnPerRoute(32)
                    .setMaxConnTotal(64))
        .build();
  }

  private static HttpHost host(String url) {
    URI uri = URI.create(url);
    return new HttpHost(uri.getHost(), uri.getPort(), uri.getScheme());
  }

  private static HttpAsyncClientBuilder encrypt(
      HttpAsyncClientBuilder http, ElasticsearchSettings elasticsearch) {
    ElasticsearchSettings.Tls tls = elasticsearch.tls();
    http.setSSLContext(
        tls.files()
            .managers(tls.insecureSkipVerify())
            .createSslContext(SslBundle.DEFAULT_PROTOCOL));
    if (tls.insecureSkipVerify()) {
      http.setSSLHostnameVerifier(NoopHostnameVerifier.INSTANCE);
      if (!elasticsearch.dryRun()) {
        LOG.warn(
            "elasticsearch.tls.insecure_skip_verify is on: an attacker between the gateway and Elasticsearch"
                + " can read every password; set elasticsearch.tls.ca_cert instead");
      }
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
