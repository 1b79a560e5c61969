package org.elastauth.http;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * The body of all responses that are not 2xx.
 *
 * @param code the HTTP status
 * @param timestamp UTC, to the second
 */
@JsonPropertyOrder({"message", "code", "timestamp"})
public record ErrorBody(String message, int code, String timestamp) {
  static ErrorBody of(String message, int code) {
    return new ErrorBody(message, code, Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
  }
}
