package org.elastauth.elasticsearch;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import javax.net.ssl.HostnameVerifier;
import javax.net.ssl.SSLContext;
import org.apache.http.HttpHost;
import org.apache.http.config.Registry;
import org.apache.http.config.RegistryBuilder;
import org.apache.http.conn.ssl.NoopHostnameVerifier;
import org.apache.http.impl.nio.client.HttpAsyncClientBuilder;
import org.apache.http.impl.nio.conn.PoolingNHttpClientConnectionManager;
import org.apache.http.impl.nio.reactor.DefaultConnectingIOReactor;
import org.apache.http.nio.conn.NoopIOSessionStrategy;
import org.apache.http.nio.conn.SchemeIOSessionStrategy;
import org.apache.http.nio.conn.ssl.SSLIOSessionStrategy;
import org.apache.http.nio.reactor.IOReactorException;
import org.elasticsearch.client.Node;
import org.elasticsearch.client.RestClient;
import org.elasticsearch.client.RestClientBuilder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.ssl.SslBundle;

/**
 * Makes clients of Elasticsearch. They do not use a host that failed for at least a minute, unless
 * all hosts failed. The pool keeps connections by host name: after a failure it closes the idle
 * ones, because they may lead to an address that the name no longer has.
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
    PoolingNHttpClientConnectionManager pool = pool(elasticsearch.tls());
    String prefix = (configured.isEmpty() ? "" : configured.get(0).path()) + path;
    if (!prefix.isEmpty()) {
      builder.setPathPrefix(prefix); // refuses an empty path
    }
    return builder
        .setNodeSelector(new RoundRobinNodeSelector())
        .setFailureListener(new HostFailures(pool, hosts.length > 1))
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
                    client
                        .setConnectionManager(pool)
                        .disableCookieManagement()
                        .disableAuthCaching()))
        .build();
  }

  private static PoolingNHttpClientConnectionManager pool(ElasticsearchSettings.Tls tls) {
    SSLContext ssl =
        tls.files().managers(tls.insecureSkipVerify()).createSslContext(SslBundle.DEFAULT_PROTOCOL);
    HostnameVerifier verifier =
        tls.insecureSkipVerify()
            ? NoopHostnameVerifier.INSTANCE
            : SSLIOSessionStrategy.getDefaultHostnameVerifier();
    Registry<SchemeIOSessionStrategy> schemes =
        RegistryBuilder.<SchemeIOSessionStrategy>create()
            .register("http", NoopIOSessionStrategy.INSTANCE)
            .register("https", new SSLIOSessionStrategy(ssl, verifier))
            .build();
    try {
      PoolingNHttpClientConnectionManager pool =
          new PoolingNHttpClientConnectionManager(new DefaultConnectingIOReactor(), schemes);
      pool.setDefaultMaxPerRoute(32);
      pool.setMaxTotal(64);
      return pool;
    } catch (IOReactorException noSelector) {
      throw new IllegalStateException(noSelector);
    }
  }

  /** A host that answers 503 fails with each request, and its connections are good. */
  private static final long CLOSE_EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final class HostFailures extends RestClient.FailureListener {
    private final PoolingNHttpClientConnectionManager pool;
    private final boolean hasOthers;
    private final AtomicLong closed = new AtomicLong(System.nanoTime() - CLOSE_EVERY_NANOS);

    HostFailures(PoolingNHttpClientConnectionManager pool, boolean hasOthers) {
      this.pool = pool;
      this.hasOthers = hasOthers;
    }

    @Override
    public void onFailure(Node node) {
      long now = System.nanoTime();
      long last = closed.get();
      if (now - last >= CLOSE_EVERY_NANOS && closed.compareAndSet(last, now)) {
        pool.closeIdleConnections(0, TimeUnit.SECONDS);
      }
      if (hasOthers) {
        LOG.atWarn()
            .addKeyValue("host", node.getHost())
            .log("An Elasticsearch host does not answer; using another host");
      }
    }
  }
}
