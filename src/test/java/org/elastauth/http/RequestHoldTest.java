package org.elastauth.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.benmanes.caffeine.cache.Ticker;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.elastauth.net.TrustedProxies;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Requests during a change of the routes, on a real server. */
class RequestHoldTest {
  private static final String GET = "GET / HTTP/1.1\r\nHost: g\r\n\r\n";
  private static final String LAST = "GET / HTTP/1.1\r\nHost: g\r\nConnection: close\r\n\r\n";

  private final Vertx vertx = Vertx.vertx();
  private final ErrorPages errors =
      new ErrorPages(
          new ObjectMapper(),
          new Decisions(
              new SimpleMeterRegistry(), new TrustedProxies(List.of()), Ticker.systemTicker()),
          new DecisionIds());
  private final RequestScreening screening = new RequestScreening(errors);
  private final CountDownLatch arrived = new CountDownLatch(1);
  private RequestHold hold;
  private int port;

  @AfterEach
  void stop() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  private void serve(Handler<HttpServerRequest> handler) {
    hold = new RequestHold(vertx, () -> {}, handler, errors::fail);
    port =
        vertx
            .createHttpServer()
            .requestHandler(
                request -> {
                  screening.screen(request, false, hold);
                  arrived.countDown();
                })
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .join()
            .actualPort();
  }

  private Socket send(String requests) throws Exception {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(10_000);
    socket.getOutputStream().write(requests.getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  private static String answer(Socket socket) throws Exception {
    return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
  }

  /** Sends requests that wait. */
  private Socket sendHeld(String requests) throws Exception {
    Socket[] socket = new Socket[1];
    hold.during(
        () -> {
          socket[0] = send(requests);
          assertThat(arrived.await(10, TimeUnit.SECONDS)).isTrue();
          return null;
        });
    return socket[0];
  }

  @Test
  void anExceptionAfterTheWaitIsAnswered() throws Exception {
    serve(
        request -> {
          throw new IllegalStateException();
        });
    try (Socket socket = sendHeld(GET)) {
      assertThat(answer(socket)).startsWith("HTTP/1.1 500 ").contains("internal error");
    }
  }

  @Test
  void pipelinedRequestsAreEachHandledOnce() throws Exception {
    AtomicInteger handled = new AtomicInteger();
    serve(request -> request.response().end("answer " + handled.incrementAndGet() + "."));
    try (Socket socket = sendHeld(GET + GET + LAST)) {
      assertThat(answer(socket)).containsSubsequence("answer 1.", "answer 2.", "answer 3.");
    }
    assertThat(handled).hasValue(3);
  }

  @Test
  void aClientThatLeftDoesNotStopTheOthers() throws Exception {
    AtomicInteger handled = new AtomicInteger();
    serve(request -> request.response().end("answer " + handled.incrementAndGet() + "."));
    Socket gone = sendHeld(GET);
    gone.setSoLinger(true, 0);
    gone.close();
    try (Socket socket = send(LAST)) {
      assertThat(answer(socket)).contains("answer ");
    }
  }

  private static boolean isWaiting(Thread thread) {
    return thread != null && thread.getState() == Thread.State.TIMED_WAITING;
  }

  /** It is not pending yet, so that waiting for pending requests is not enough. */
  @Test
  void aRequestThatAnEventLoopHasBegunEndsBeforeTheChange() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    AtomicReference<Thread> changing = new AtomicReference<>();
    AtomicBoolean changed = new AtomicBoolean();
    AtomicBoolean ended = new AtomicBoolean();
    serve(
        request -> {
          begun.countDown();
          // until the change waits for this request, or has not waited
          while (!changed.get() && !isWaiting(changing.get())) {
            Thread.onSpinWait();
          }
          ended.set(true);
          request.response().end("done");
        });
    try (Socket socket = send(LAST)) {
      assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
      boolean[] before = new boolean[1];
      changing.set(Thread.currentThread());
      hold.during(
          () -> {
            before[0] = ended.get();
            changed.set(true);
            return null;
          });
      assertThat(before[0]).isTrue();
      assertThat(answer(socket)).endsWith("done");
    }
  }
}
