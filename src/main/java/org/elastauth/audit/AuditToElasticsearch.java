package org.elastauth.audit;

import io.micrometer.core.instrument.MeterRegistry;
import org.apache.camel.component.es.ElasticsearchComponent;
import org.apache.http.HttpHeaders;
import org.apache.http.HttpRequestInterceptor;
import org.apache.http.HttpResponseInterceptor;
import org.elastauth.elasticsearch.ElasticsearchSettings;
import org.elastauth.elasticsearch.GatewayAccount;
import org.elastauth.elasticsearch.GatewayClient;
import org.elasticsearch.client.RestClient;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** With {@code audit.target: elasticsearch}: Camel's component over a client of its own. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty(name = "elastauth.audit.to_elasticsearch", havingValue = "true")
class AuditToElasticsearch {
  private static final String PLAIN = "application/json";
  private static final String PRODUCT = "X-Elastic-Product";

  @Bean
  AuditBulk auditBulk(AuditFolder folder, AuditFailures failures, MeterRegistry meters) {
    return new AuditBulk(folder, failures, meters);
  }

  /** Not that of logins: Camel closes it with the route. */
  @Bean("elasticsearch-component")
  ElasticsearchComponent elasticsearchComponent(
      AuditSettings settings, ElasticsearchSettings elasticsearch, GatewayAccount account) {
    ElasticsearchComponent component = new ElasticsearchComponent();
    component.setAutowiredEnabled(false);
    component.setClient(client(settings, elasticsearch, account));
    return component;
  }

  /**
   * The index is a part of each path, because Elasticsearch 6.8 wants a type behind it. The client
   * speaks to the major version of its own and the next one; with plain JSON, to all from 6.8 on.
   */
  private static RestClient client(
      AuditSettings settings, ElasticsearchSettings elasticsearch, GatewayAccount account) {
    HttpRequestInterceptor plain =
        (request, context) -> {
          request.setHeader(HttpHeaders.ACCEPT, PLAIN);
          if (request.containsHeader(HttpHeaders.CONTENT_TYPE)) {
            request.setHeader(HttpHeaders.CONTENT_TYPE, PLAIN);
          }
          request.setHeader(HttpHeaders.AUTHORIZATION, account.authorization());
        };
    // Elasticsearch before 7.14 does not send it, and the client refuses the response
    HttpResponseInterceptor product =
        (response, context) -> response.setHeader(PRODUCT, "Elasticsearch");
    return GatewayClient.of(
        elasticsearch,
        "/" + settings.index(),
        http -> http.addInterceptorLast(plain).addInterceptorFirst(product));
  }
}
