package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.awaitility.Awaitility;
import org.elastauth.health.Health;
import org.elastauth.server.ElasticsearchServer;
import org.elastauth.server.FaultyTcpProxy;
import org.elastauth.server.RecordingTcpProxy;
import org.elastauth.server.RedisServer;
import org.elastauth.server.Servers;
import org.elastauth.server.TestGateway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** SPEC 9 and 10: health, probes, metrics. */
@ExtendWith(Servers.class)
class OperationsIT {
  private final ElasticsearchServer elasticsearch;

  OperationsIT(ElasticsearchServer elasticsearch) {
    this.elasticsearch = elasticsearch;
  }

  @ParameterizedTest
  @ValueSource(strings = {"/health", "/elastauth/health"})
  void healthWithRedis(String path, RedisServer redis) {
    try (TestGateway gateway = TestGateway.builder().on(elasticsearch).with(redis).start()) {
      Awaitility.await().until(() -> gateway.health().path("redis").path("available").asBoolean());
      JsonNode health = ElasticsearchServer.json(gateway.get(path));
      assertThat(health.path("status").asText()).isEqualTo("healthy");
      assertThat(health.path("cache").path("mode").asText()).isEqualTo("redis");
      assertThat(health.path("cache").path("redis").path("connected").asBoolean()).isTrue();
      assertThat(health.path("cache").path("redis").path("latency").asText()).matches("\\d+ms");
      assertThat(health.path("cache").path("circuit_breaker").toString())
          .isEqualTo("{\"state\":\"closed\",\"failures\":0}");
      assertThat(health.path("redis").path("features").toString())
          .isEqualTo("{\"rate_limit\":false,\"cache\":true,\"session\":false,\"replay\":false}");
    }
  }

  @Test
  void healthWithoutRedis() {
    try (TestGateway gateway = TestGateway.builder().on(elasticsearch).start()) {
      JsonNode health = gateway.health();
      assertThat(health.path("status").asText()).isEqualTo("healthy");
      assertThat(health.path("cache").toString()).isEqualTo("{\"mode\":\"memory\"}");
      assertThat(health.path("redis").path("available").asBoolean()).isFalse();
    }
  }

  @Test
  void probesAskNobodyAndReadinessEndsFirst() {
    try (TestGateway gateway =
        TestGateway.builder().set("elasticsearch.hosts", "http://127.0.0.1:1").start()) {
      assertThat(gateway.get("/elastauth/live").statusCode()).isEqualTo(200);
      assertThat(gateway.get("/elastauth/ready").statusCode()).isEqualTo(200);
      gateway.bean(Health.class).stopping();
      assertThat(gateway.get("/elastauth/ready").statusCode()).isEqualTo(503);
      assertThat(gateway.get("/elastauth/live").statusCode()).isEqualTo(200);
      HttpResponse<String> health = gateway.get("/health");
      assertThat(health.statusCode()).isEqualTo(503);
      assertThat(health.body()).contains("\"status\":\"unhealthy\"");
    }
  }

  /** SPEC 9 and 13.11: health and probes neither call a server nor write anything. */
  @Test
  void healthAndProbesCallNobody() {
    // one that no other gateway asks anything
    try (RedisServer redis = RedisServer.start();
        RecordingTcpProxy toElasticsearch =
            RecordingTcpProxy.to(URI.create(elasticsearch.url()).getPort());
        TestGateway gateway =
            TestGateway.builder()
                .on(elasticsearch)
                .with(redis)
                .set("elasticsearch.hosts", "http://127.0.0.1:" + toElasticsearch.port())
                .set("redis.health_check.interval", "1h")
                .start()) {
      redis.awaitConnections(gateway);
      Awaitility.await("the first look")
          .until(
              () ->
                  gateway.health().path("redis").path("available").asBoolean()
                      && requests(gateway, "ping") >= 1
                      && !toElasticsearch.drain().isEmpty());
      Set<String> keys = redis.template().keys("*");
      long commands = redis.commands();
      for (int i = 0; i < 50; i++) {
        for (String path :
            List.of("/health", "/elastauth/health", "/elastauth/live", "/elastauth/ready")) {
          assertThat(gateway.get(path).statusCode()).isEqualTo(200);
        }
      }
      // the second look at the statistics counts itself
      assertThat(redis.commands() - commands).isEqualTo(1);
      assertThat(toElasticsearch.drain().split("GET /", -1))
          .as("the background looks, a few seconds apart, and not one a question")
          .hasSizeLessThan(50);
      assertThat(redis.template().keys("*")).isEqualTo(keys);
    }
  }

  private static double requests(TestGateway gateway, String operation) {
    return gateway
        .bean(MeterRegistry.class)
        .counter("elastauth.elasticsearch.requests", "operation", operation)
        .count();
  }

  /** SPEC 9: degraded is still 200, and still ready. */
  @Test
  void elasticsearchAloneAwayIsDegraded(RedisServer redis) {
    try (FaultyTcpProxy tcpProxy = FaultyTcpProxy.to(elasticsearch).open();
        TestGateway gateway =
            TestGateway.builder()
                .on(elasticsearch)
                .with(redis)
                .set("elasticsearch.hosts", tcpProxy.url())
                .set("redis.health_check.interval", "1s")
                .start()) {
      Awaitility.await().until(() -> gateway.health().path("status").asText().equals("healthy"));
      tcpProxy.shut();
      Awaitility.await().until(() -> gateway.health().path("status").asText().equals("degraded"));
      assertThat(gateway.get("/health").statusCode()).isEqualTo(200);
      assertThat(gateway.get("/elastauth/ready").statusCode()).isEqualTo(200);
      assertThat(gateway.health().path("redis").path("available").asBoolean()).isTrue();
      tcpProxy.open();
      Awaitility.await().until(() -> gateway.health().path("status").asText().equals("healthy"));
    }
  }

  /** SPEC 13.11: a deployment without a shared cache gets ready. */
  @ParameterizedTest
  @ValueSource(strings = {"none", "file", "memory"})
  void readyWithoutRedis(String cache, @TempDir Path folder) {
    try (TestGateway gateway =
        TestGateway.builder()
            .on(elasticsearch)
            .set("cache.type", cache)
            .set("cache.path", folder.toString())
            .start()) {
      assertThat(gateway.get("/elastauth/ready").statusCode()).isEqualTo(200);
      assertThat(gateway.get("/health").statusCode()).isEqualTo(200);
      assertThat(gateway.health().path("status").asText()).isEqualTo("healthy");
      assertThat(gateway.health().path("cache").toString())
          .isEqualTo("{\"mode\":\"" + cache + "\"}");
    }
  }

  @Test
  void dryRunContactsNobodyAndAnswersTheCredential() {
    try (TestGateway gateway =
        TestGateway.builder()
            .set("elasticsearch.dry_run", true)
            .set("elasticsearch.hosts", "http://127.0.0.1:1")
            .start()) {
      String header = gateway.login("operations.dry");
      assertThat(gateway.login("operations.dry")).isEqualTo(header);
      try (TestGateway real = TestGateway.builder().on(elasticsearch).start()) {
        assertThat(real.login("operations.dry")).as("it must open nothing").isNotEqualTo(header);
      }
      assertThat(gateway.health().path("elasticsearch").isMissingNode()).isTrue();
    }
  }

  @Test
  void metrics(RedisServer redis) {
    try (TestGateway gateway = TestGateway.builder().on(elasticsearch).with(redis).start()) {
      Awaitility.await("the first look at Redis")
          .until(() -> gateway.health().path("redis").path("available").asBoolean());
      gateway.login("operations.metrics");
      gateway.login("operations.metrics");
      gateway.get("/elastauth");
      HttpResponse<String> page = gateway.get("/metrics");
      assertThat(page.headers().firstValue("Content-Type").orElse(""))
          .startsWith("text/plain; version=0.0.4");
      assertThat(page.body())
          .contains("elastauth_redis_operations_total{operation=\"get\"} 2.0")
          .contains("elastauth_redis_operations_total{operation=\"set\"} 1.0")
          .contains("elastauth_redis_cache_hits_total 1.0")
          .contains("elastauth_redis_cache_misses_total 1.0")
          .containsPattern("elastauth_redis_connections_active ([1-9]|10)\\.0")
          .contains("elastauth_circuit_breaker_state{name=\"redis\",state=\"closed\"} 1.0")
          .contains("elastauth_requests_seconds_count{path=\"/elastauth\",status=\"200\"} 2")
          .contains("elastauth_requests_seconds_count{path=\"/elastauth\",status=\"401\"} 1")
          .contains("elastauth_decisions_total{outcome=\"allowed\",reason=\"none\"} 2.0")
          .contains("elastauth_decisions_total{outcome=\"refused\",reason=\"no_identity\"} 1.0")
          .contains("elastauth_elasticsearch_requests_total{operation=\"user_put_password\"} 1.0")
          .doesNotContain("operations.metrics");
      assertThat(gateway.get("/elastauth/metrics").body())
          .contains("elastauth_requests_seconds_count");
    }
  }
}
