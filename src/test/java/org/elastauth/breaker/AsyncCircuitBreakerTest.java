package org.elastauth.breaker;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.camel.AsyncCallback;
import org.apache.camel.AsyncProducer;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.processor.DefaultProcessorFactory;
import org.apache.camel.spi.ProcessorFactory;
import org.apache.camel.support.AsyncProcessorSupport;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A route sees what it would see of Camel's own breaker, and holds no thread meanwhile. */
class AsyncCircuitBreakerTest {
  private static final String ROUTES =
      """
      - route:
          from:
            uri: direct:with
            steps:
              - circuitBreaker:
                  resilience4jConfiguration:
                    circuitBreaker: breaker
                  steps:
                    - process:
                        ref: step
                  onFallback:
                    steps:
                      - setHeader: {name: why, simple: "${exception.message}"}
                      - process:
                          ref: fallback
              - setHeader: {name: after, simple: "${body}"}
      - route:
          from:
            uri: direct:without
            steps:
              - circuitBreaker:
                  resilience4jConfiguration:
                    circuitBreaker: breaker
                  steps:
                    - process:
                        ref: step
              - setHeader: {name: after, simple: "${body}"}
      - route:
          from:
            uri: direct:unnamed
            steps:
              - circuitBreaker:
                  steps:
                    - process:
                        ref: step
                  onFallback:
                    steps:
                      - setBody: {simple: "${exception.message}"}
      """;

  /** What a step waits for; null: nothing. */
  private CompletableFuture<String> answer;

  private CompletableFuture<String> memory;

  /** Fails where the answer is "away". */
  private static final class Step extends AsyncProcessorSupport {
    private final java.util.function.Supplier<CompletableFuture<String>> answers;

    Step(java.util.function.Supplier<CompletableFuture<String>> answers) {
      this.answers = answers;
    }

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
      exchange.getMessage().setHeader("left", "behind");
      exchange.setProperty("steps", "were here");
      CompletableFuture<String> answer = answers.get();
      boolean here = answer.isDone();
      answer.thenAccept(
          found -> {
            if (found.equals("away")) {
              exchange.setException(new IllegalStateException(found));
            } else {
              exchange.getMessage().setBody(found + " for " + exchange.getMessage().getBody());
            }
            callback.done(here);
          });
      return here;
    }
  }

  private record Run(DefaultCamelContext context, CircuitBreaker breaker) implements AutoCloseable {
    @Override
    public void close() throws java.io.IOException {
      context.close();
    }
  }

  private Run run(ProcessorFactory factory) throws Exception {
    CircuitBreaker breaker =
        CircuitBreaker.of(
            "test",
            CircuitBreakerConfig.custom()
                .slidingWindowType(SlidingWindowType.COUNT_BASED)
                .slidingWindowSize(2)
                .minimumNumberOfCalls(2)
                .failureRateThreshold(100)
                .permittedNumberOfCallsInHalfOpenState(1)
                .waitDurationInOpenState(Duration.ofHours(1))
                .build());
    DefaultCamelContext context = new DefaultCamelContext();
    context.getCamelContextExtension().addContextPlugin(ProcessorFactory.class, factory);
    context.getRegistry().bind("breaker", breaker);
    context.getRegistry().bind("step", new Step(() -> answer));
    context.getRegistry().bind("fallback", new Step(() -> memory));
    org.apache.camel.support.PluginHelper.getRoutesLoader(context)
        .loadRoutes(org.apache.camel.support.ResourceHelper.fromString("test.yaml", ROUTES));
    context.start();
    return new Run(context, breaker);
  }

  private static Map<String, String> state(Exchange exchange) {
    Map<String, String> state = new TreeMap<>();
    exchange.getMessage().getHeaders().forEach((name, value) -> state.put(name, "" + value));
    exchange.getAllProperties().forEach((name, value) -> state.put(name, "" + value));
    state.put("body", "" + exchange.getMessage().getBody());
    state.put("exception", "" + exchange.getException());
    state.remove("CamelCorrelationId"); // of an exchange that is another each time
    return state;
  }

  private record Pending(Exchange exchange, CompletableFuture<Boolean> done) {
    Map<String, String> state() throws Exception {
      done.get(10, TimeUnit.SECONDS);
      return AsyncCircuitBreakerTest.state(exchange);
    }
  }

  private static Pending ask(Run run, String route) throws Exception {
    Exchange exchange = new DefaultExchange(run.context);
    exchange.getMessage().setBody("question");
    AsyncProducer producer = run.context.getEndpoint("direct:" + route).createAsyncProducer();
    producer.start();
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    producer.process(exchange, done::complete);
    return new Pending(exchange, done);
  }

  private void answerAtOnce(String found) {
    answer = CompletableFuture.completedFuture(found);
    memory = CompletableFuture.completedFuture("memory");
  }

  private void answerLater() {
    answer = new CompletableFuture<>();
    memory = new CompletableFuture<>();
  }

  @Test
  void aBreakerWithoutANameIsCamels() throws Exception {
    try (Run run = run(new AsyncCircuitBreakerFactory())) {
      answer = CompletableFuture.completedFuture("answer");
      assertThat(ask(run, "unnamed").state()).containsEntry("body", "answer for question");
      answer = CompletableFuture.completedFuture("away");
      assertThat(ask(run, "unnamed").state()).containsEntry("body", "away");
    }
  }

  @ParameterizedTest
  @CsvSource({"with, here", "with, away", "without, here", "without, away"})
  void aRouteSeesTheSameAsOfCamels(String route, String found) throws Exception {
    answerAtOnce(found);
    try (Run camels = run(new DefaultProcessorFactory());
        Run ours = run(new AsyncCircuitBreakerFactory())) {
      for (int call = 0; call < 3; call++) { // the last one meets an open breaker where it failed
        assertThat(ask(ours, route).state()).isEqualTo(ask(camels, route).state());
        assertThat(ours.breaker.getState()).isEqualTo(camels.breaker.getState());
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"with, here", "with, away", "without, here", "without, away"})
  void itSeesTheSameLaterAndHoldsNoThread(String route, String found) throws Exception {
    try (Run camels = run(new DefaultProcessorFactory());
        Run ours = run(new AsyncCircuitBreakerFactory())) {
      answerAtOnce(found);
      Map<String, String> expected = ask(camels, route).state();
      answerLater();
      Pending pending = ask(ours, route);
      assertThat(pending.done).isNotDone();
      answer.complete(found);
      memory.complete("memory");
      assertThat(pending.state()).isEqualTo(expected);
    }
  }

  @Test
  void aFallbackMayComeLaterThanItsFailure() throws Exception {
    try (Run ours = run(new AsyncCircuitBreakerFactory())) {
      answerLater();
      answer.complete("away");
      Pending pending = ask(ours, "with");
      assertThat(pending.done).isNotDone();
      memory.complete("memory");
      assertThat(pending.state()).containsEntry("body", "memory for question");
    }
  }

  @Test
  void thoseThatWaitTogetherAreCountedEach() throws Exception {
    try (Run ours = run(new AsyncCircuitBreakerFactory())) {
      answerLater();
      Pending one = ask(ours, "with");
      Pending two = ask(ours, "with");
      Pending three = ask(ours, "with");
      memory.complete("memory");
      assertThat(ours.breaker.getState()).isEqualTo(CircuitBreaker.State.CLOSED);
      answer.complete("away");
      for (Pending each : new Pending[] {one, two, three}) {
        assertThat(each.state()).containsEntry("body", "memory for question");
      }
      assertThat(ours.breaker.getState()).isEqualTo(CircuitBreaker.State.OPEN);
    }
  }

  @Test
  void halfOpenItLetsOneThroughAndNoOtherUntilThatOneIsBack() throws Exception {
    try (Run ours = run(new AsyncCircuitBreakerFactory())) {
      answerLater();
      memory.complete("memory");
      ours.breaker.transitionToOpenState();
      ours.breaker.transitionToHalfOpenState();
      Pending probe = ask(ours, "with");
      assertThat(probe.done).isNotDone();
      assertThat(ask(ours, "with").state()).containsEntry("body", "memory for question");
      answer.complete("here");
      assertThat(probe.state()).containsEntry("body", "here for question");
      assertThat(ours.breaker.getState()).isEqualTo(CircuitBreaker.State.CLOSED);
    }
  }
}
