package org.elastauth.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.elastauth.config.TestSettings;
import org.elastauth.server.RedisServer;
import org.elasticsearch.client.RestClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The circuit breaker around the conversations with an Elasticsearch that is not there. */
class ElasticsearchUsersTest {
  private final ElasticsearchSettings settings =
      TestSettings.of(Map.of("elasticsearch.hosts", "http://127.0.0.1:" + RedisServer.freePort()))
          .elasticsearch();
  private final RestClient client = new ElasticsearchConnection().elasticsearchClient(settings);
  private final CircuitBreaker breaker =
      CircuitBreaker.of(
          "elasticsearch",
          CircuitBreakerConfig.custom().slidingWindowSize(2).minimumNumberOfCalls(2).build());
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final ElasticsearchUsers users =
      new ElasticsearchUsers(client, breaker, settings, new ObjectMapper(), meters);

  @AfterEach
  void close() throws IOException {
    client.close();
  }

  private double requests(String operation) {
    return meters.counter("elastauth.elasticsearch.requests", "operation", operation).count();
  }

  @Test
  void opensAfterFailuresAndIsThenAFailureItselfWithoutARequest() {
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> users.read("a")).isInstanceOf(IOException.class);
    }
    assertThat(breaker.getState()).isEqualTo(CircuitBreaker.State.OPEN);
    assertThatThrownBy(() -> users.read("a"))
        .isInstanceOf(IOException.class)
        .hasMessage("Elasticsearch does not answer");
    assertThatThrownBy(() -> users.readAll(List.of("a"))).isInstanceOf(IOException.class);
    assertThat(requests("user_get")).isEqualTo(2);
    assertThat(requests("user_reread")).isZero();
  }

  /** The health check finds out that Elasticsearch is back, and a missing right is no outage. */
  @Test
  void neitherThePingNorApiKeysAreGuarded() {
    breaker.transitionToOpenState();
    assertThatThrownBy(users::ping).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> users.invalidateApiKeys("a")).isInstanceOf(IOException.class);
    assertThat(requests("ping")).isEqualTo(2);
    assertThat(breaker.getMetrics().getNumberOfFailedCalls()).isZero();
  }

  @Test
  void whatWasReadTooLongAgoIsNotWrittenAndNotSent() throws IOException {
    UserChange old =
        new UserChange(UserChange.Kind.PROFILE, null, null, Map.of(), Long.MIN_VALUE / 2);
    assertThat(users.write(old)).isFalse();
    users.expire("a", Map.of(), Long.MIN_VALUE / 2);
    assertThat(requests("user_put_profile")).isZero();
    assertThat(requests("user_delete")).isZero();
  }
}
