package org.elastauth.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * The body of all responses that are not 2xx.
 *
 * @param code the HTTP status
 * @param timestamp UTC, to the second
 * @param decision id of the decision; null for none
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonPropertyOrder({"message", "code", "timestamp", "decision"})
public record ErrorBody(String message, int code, String timestamp, String decision) {
  static ErrorBody of(String message, int code, String decision) {
    return new ErrorBody(
        message, code, Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(), decision);
  }
}
