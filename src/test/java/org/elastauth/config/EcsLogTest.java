package org.elastauth.config;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.slf4j.event.KeyValuePair;

/** Lines that Elasticsearch takes without a pipeline. */
class EcsLogTest {
  private static JsonNode line(Throwable failure, KeyValuePair... pairs) throws Exception {
    LoggingEvent event =
        new LoggingEvent(
            "",
            new LoggerContext().getLogger("org.elastauth.http"),
            Level.INFO,
            "Refused: {}",
            failure,
            new Object[] {"no role"});
    event.setKeyValuePairs(List.of(pairs));
    event.setMDCPropertyMap(Map.of("decision", "d0001"));
    String text = new EcsLog().format(event);
    assertThat(text).endsWith("\n").hasLineCount(1);
    return new ObjectMapper().readTree(text);
  }

  @Test
  void aLineHasTheFieldsOfTheSchema() throws Exception {
    JsonNode line =
        line(
            null,
            new KeyValuePair("user", "john.doe"),
            new KeyValuePair("client", "203.0.113.7"),
            new KeyValuePair("host", "redis:6379"),
            new KeyValuePair("groups", List.of("a", "b\n")));
    assertThat(line.path("@timestamp").asText()).matches("\\d{4}-\\d\\d-\\d\\dT.*Z");
    assertThat(line.path("log.level").asText()).isEqualTo("INFO");
    assertThat(line.path("message").asText()).isEqualTo("Refused: no role");
    assertThat(line.path("user.name").asText()).isEqualTo("john.doe");
    assertThat(line.path("client.ip").asText()).isEqualTo("203.0.113.7");
    assertThat(line.path("http.request.id").asText()).isEqualTo("d0001");
    assertThat(line.has("host")).isFalse();
    assertThat(line.path("elastauth.host").asText()).isEqualTo("redis:6379");
    assertThat(line.path("elastauth.groups").asText()).isEqualTo("[a, b\n]");
    assertThat(line.has("error.type")).isFalse();
  }

  @Test
  void aFailureHasItsTypeAndStackTrace() throws Exception {
    JsonNode line = line(new IllegalStateException("broken"));
    assertThat(line.path("error.type").asText()).isEqualTo("java.lang.IllegalStateException");
    assertThat(line.path("error.stack_trace").asText()).contains("broken", "\tat ");
  }
}
