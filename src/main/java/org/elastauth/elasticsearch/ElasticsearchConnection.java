package org.elastauth.elasticsearch;

import java.util.List;
import org.apache.http.HttpHost;
import org.apache.http.conn.ssl.NoopHostnameVerifier;
import org.apache.http.impl.nio.client.HttpAsyncClientBuilder;
import org.elasticsearch.client.Node;
import org.elasticsearch.client.RestClient;
import org.elasticsearch.client.RestClientBuilder;
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
    List<ElasticsearchHost> configured = elasticsearch.parsedHosts();
    HttpHost[] hosts =
        configured.stream()
            .map(host -> new HttpHost(host.name(), host.port(), host.scheme()))
            .distinct()
            .toArray(HttpHost[]::new);
    if (elasticsearch.isUsed() && !configured.stream().allMatch(ElasticsearchHost::isComplete)) {
      LOG.atInfo()
          .addKeyValue("hosts", List.of(hosts))
          .log("elasticsearch.hosts names no scheme or no port; using the default");
    }
    RestClientBuilder builder = RestClient.builder(hosts);
    String path = configured.isEmpty() ? "" : configured.get(0).path();
    if (!path.isEmpty()) {
      builder.setPathPrefix(path); // refuses an empty path
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
            http ->
                encrypt(http, elasticsearch)
                    .disableCookieManagement()
                    .disableAuthCaching()
                    .setMaxConnPerRoute(32)
                    .setMaxConnTotal(64))
        .build();
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
      if (elasticsearch.isUsed()) {
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
