package org.elastauth.elasticsearch;

import java.util.function.UnaryOperator;
import org.elasticsearch.client.Node;
import org.elasticsearch.client.RestClient;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The client of logins. */
@Configuration(proxyBeanMethods = false)
class ElasticsearchConnection {
  private static final Logger LOG = LoggerFactory.getLogger(ElasticsearchConnection.class);

  @Bean(destroyMethod = "close")
  RestClient elasticsearchClient(ElasticsearchSettings elasticsearch) {
    RestClient client = GatewayClient.of(elasticsearch, "", UnaryOperator.identity());
    if (elasticsearch.isUsed()) {
      log(elasticsearch, client);
    }
    return client;
  }

  private static void log(ElasticsearchSettings elasticsearch, RestClient client) {
    if (!elasticsearch.parsedHosts().stream().allMatch(ElasticsearchHost::isComplete)) {
      LOG.atInfo()
          .addKeyValue("hosts", client.getNodes().stream().map(Node::getHost).toList())
          .log("elasticsearch.hosts names no scheme or no port; using the default");
    }
    if (elasticsearch.tls().insecureSkipVerify()) {
      LOG.warn(
          "elasticsearch.tls.insecure_skip_verify is on: an attacker between the gateway and Elasticsearch"
              + " can read every password; set elasticsearch.tls.ca_cert instead");
    }
  }
}
