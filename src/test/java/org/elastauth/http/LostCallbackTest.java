package org.elastauth.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.builder.AdviceWith;
import org.apache.camel.support.AsyncProcessorSupport;
import org.apache.camel.test.spring.junit5.CamelSpringBootTest;
import org.apache.camel.test.spring.junit5.UseAdviceWith;
import org.awaitility.Awaitility;
import org.elastauth.Application;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.SpringProperties;
import org.springframework.core.env.AbstractEnvironment;
import org.springframework.test.annotation.DirtiesContext;

/** A route whose step never calls back, behind the real server. */
@CamelSpringBootTest
@SpringBootTest(
    classes = Application.class,
    properties = {
      "elastauth.listen=127.0.0.1:0",
      "elastauth.elasticsearch.dry_run=true",
      "elastauth.elasticsearch.read_timeout=1s",
      "elastauth.http.idle_timeout=4s",
      "elastauth.default_roles=viewer",
      "elastauth.redis.health_check.interval=1h",
      "elastauth.shutdown.drain=0s"
    })
@UseAdviceWith
@DirtiesContext(classMode = DirtiesContext.ClassMode.AFTER_EACH_TEST_METHOD)
@ExtendWith(OutputCaptureExtension.class)
class LostCallbackTest {
  static {
    // what the shell has exported must not configure it
    SpringProperties.setFlag(AbstractEnvironment.IGNORE_GETENV_PROPERTY_NAME);
  }

  /** Keeps the callback, as if its reply had been lost. */
  private static final class Keeper extends AsyncProcessorSupport {
    private volatile AsyncCallback kept;

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
      exchange.getMessage().setBody("late");
      kept = callback;
      return false;
    }
  }

  private final HttpClient http = HttpClient.newHttpClient();
  private final Keeper keeper = new Keeper();
  @Autowired private CamelContext context;
  @Autowired private GatewayHttpServer server;
  @Autowired private InFlight inFlight;
  @Autowired private MeterRegistry meters;

  private CompletableFuture<HttpResponse<String>> ask() throws Exception {
    AdviceWith.adviceWith(
        context, "authenticate", advice -> advice.weaveAddFirst().process(keeper));
    context.start();
    CompletableFuture<HttpResponse<String>> answer =
        http.sendAsync(
            HttpRequest.newBuilder(
                    URI.create("http://127.0.0.1:" + server.getPort() + "/elastauth"))
                .header("Remote-User", "lost")
                // the client would repeat a GET on a new connection
                .POST(HttpRequest.BodyPublishers.noBody())
                .build(),
            HttpResponse.BodyHandlers.ofString());
    Awaitility.await("pending").until(() -> !inFlight.isEmpty());
    return answer;
  }

  private double abandoned() {
    return meters.get("elastauth.requests.abandoned").counter().count();
  }

  private void callBackLate() {
    keeper.kept.done(false);
    Awaitility.await("the late reply").until(() -> inFlight.isEmpty());
  }

  @Test
  void aRequestWithoutAReplyIsAnswered500Once(CapturedOutput output) throws Exception {
    CompletableFuture<HttpResponse<String>> answer = ask();
    inFlight.abandonOlderThan(Duration.ofHours(1));
    assertThat(answer).as("not overdue yet").isNotDone();
    inFlight.abandonOlderThan(Duration.ZERO);

    assertThat(answer.join().statusCode()).isEqualTo(500);
    assertThat(answer.join().headers().firstValue("Content-Type")).contains("application/json");
    assertThat(answer.join().body()).contains("\"message\":\"internal error\"", "\"code\":500");
    assertThat(output).contains("A route did not end").contains("/elastauth");
    assertThat(abandoned()).isEqualTo(1);
    Awaitility.await("the answer is sent first").until(inFlight::isEmpty);
    assertThat(context.getInflightRepository().size()).isZero();

    callBackLate();
    Awaitility.await("the late reply")
        .until(() -> output.toString().contains("A route ended after"));
    assertThat(abandoned()).isEqualTo(1);
    assertThat(context.getInflightRepository().size()).isZero();
    assertThat(output).doesNotContain("A request failed unexpectedly");
  }

  @Test
  void aRequestThatWaitsWhenTheServerStopsIsAnswered503() throws Exception {
    CompletableFuture<HttpResponse<String>> answer = ask();
    server.drain(Duration.ZERO);
    assertThat(answer.join().statusCode()).isEqualTo(503);
    assertThat(answer.join().body()).contains("the gateway is stopping");
    assertThat(inFlight.isEmpty()).isTrue();

    callBackLate();
    Awaitility.await("the exchange ends").until(() -> context.getInflightRepository().size() == 0);
    assertThat(abandoned()).isZero();
  }

  @Test
  void anAnswerThatHttpDoesNotAllowIs500(CapturedOutput output) throws Exception {
    AdviceWith.adviceWith(
        context,
        "authenticate",
        advice ->
            advice
                .weaveAddLast()
                .process(
                    exchange -> {
                      exchange.getMessage().setHeader("Authorization", "Basic in-no-log");
                      exchange.getMessage().setHeader("Retry-After", "in-no-log\r\nX: y");
                    }));
    context.start();
    HttpResponse<String> answer =
        http.send(
            HttpRequest.newBuilder(
                    URI.create("http://127.0.0.1:" + server.getPort() + "/elastauth"))
                .header("Remote-User", "lost")
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).isEqualTo(500);
    assertThat(answer.body()).contains("\"message\":\"internal error\"");
    assertThat(answer.headers().firstValue("Authorization")).isEmpty();
    assertThat(output).contains("A request failed unexpectedly").doesNotContain("in-no-log");
  }

  /** The client's connection may be closed by then: idle_timeout is short here. */
  @Test
  void nothingStaysInFlight() throws Exception {
    ask();
    Awaitility.await("abandoned").until(inFlight::isEmpty);
    assertThat(abandoned()).isEqualTo(1);
    assertThat(context.getInflightRepository().size()).isZero();
    callBackLate(); // Camel's shutdown would wait for the exchange
  }

  @Test
  void theLongestTimeIsShorterThanTheIdleTimeoutAndLongerThanALogin() {
    assertThat(InFlight.longest(Duration.ofSeconds(100), Duration.ofSeconds(20)))
        .isEqualTo(Duration.ofSeconds(95));
    assertThat(InFlight.longest(Duration.ofSeconds(100), Duration.ofSeconds(98)))
        .isEqualTo(Duration.ofSeconds(99));
  }
}
