package org.elastauth.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.benmanes.caffeine.cache.Ticker;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.elastauth.net.TrustedProxies;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** What is thrown before a route runs, on a real server. */
@ExtendWith(OutputCaptureExtension.class)
class RequestScreeningTest {
  private final MeterRegistry meters = new SimpleMeterRegistry();
  private final Vertx vertx = Vertx.vertx();
  private final RequestScreening screening =
      new RequestScreening(
          new ErrorPages(
              new ObjectMapper(),
              new Decisions(meters, new TrustedProxies(List.of()), Ticker.systemTicker()),
              new DecisionIds()));

  @AfterEach
  void stop() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  private String answer(HttpServer server, String request) throws Exception {
    int port =
        server.listen(0, "127.0.0.1").toCompletionStage().toCompletableFuture().join().actualPort();
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET / HTTP/1.1\r\nHost: g\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: g\r\nContent-Length: 1\r\n\r\na",
        "POST / HTTP/1.1\r\nHost: g\r\nContent-Length: 1\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: g\r\nTransfer-Encoding: chunked\r\n\r\n",
      })
  void anUnexpectedExceptionIsAnsweredAndShownWithoutItsMessage(
      String request, CapturedOutput output) throws Exception {
    String answer =
        answer(
            vertx
                .createHttpServer()
                .requestHandler(
                    received ->
                        screening.screen(
                            received,
                            false,
                            next -> {
                              throw new IllegalStateException(
                                  "in-no-log", new IllegalArgumentException("in-no-log"));
                            })),
            request);
    assertThat(answer)
        .startsWith("HTTP/1.1 500 ")
        .containsIgnoringCase("connection: close")
        .contains("\"message\":\"internal error\"")
        .doesNotContain("in-no-log");
    assertThat(output.toString())
        .contains("A request failed unexpectedly", "java.lang.IllegalStateException")
        .contains("Caused by: ", "java.lang.IllegalArgumentException", "RequestScreeningTest")
        .doesNotContain("in-no-log");
    assertThat(
            meters
                .counter("elastauth.decisions", "outcome", "failed", "reason", "internal")
                .count())
        .isEqualTo(1);
  }

  @Test
  void anExceptionAfterTheAnswerEndsTheConnection(CapturedOutput output) throws Exception {
    String answer =
        answer(
            vertx
                .createHttpServer()
                .requestHandler(
                    received ->
                        screening.screen(
                            received,
                            false,
                            next -> {
                              next.response().end("done");
                              throw new IllegalStateException("late");
                            })),
            "GET / HTTP/1.1\r\nHost: g\r\n\r\n");
    assertThat(answer).startsWith("HTTP/1.1 200 ").endsWith("done");
    assertThat(output).contains("A request failed unexpectedly");
  }
}
