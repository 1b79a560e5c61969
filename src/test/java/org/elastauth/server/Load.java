package org.elastauth.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * Users who log in once and then ask some hundred times a second until this is closed, which fails
 * unless every answer was the header of their login, and unless each of them was answered after all
 * that happened meanwhile.
 */
public final class Load implements AutoCloseable {
  /** Between two requests of a user: without it, other tests on the machine would time out. */
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  private final TestGateway gateway;
  private final AtomicBoolean on = new AtomicBoolean(true);
  private final ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();
  private final ExecutorService threads;
  private final List<User> users;

  private record User(String name, String header, AtomicLong answers) {}

  public Load(TestGateway gateway, String... names) {
    this.gateway = gateway;
    users =
        Stream.of(names)
            .map(name -> new User(name, gateway.login(name), new AtomicLong()))
            .toList();
    // a thread each: in a smaller pool the last of them would never get to ask
    threads = Executors.newFixedThreadPool(names.length);
    users.forEach(user -> CompletableFuture.runAsync(() -> ask(user), threads));
  }

  private void ask(User user) {
    while (on.get()) {
      try {
        HttpResponse<String> response = gateway.decide(user.name);
        if (!TestGateway.authorization(response).orElse("").equals(user.header)) {
          wrong.add(user.name + ": " + response.statusCode() + " " + response.body());
        }
      } catch (RuntimeException failed) {
        wrong.add(user.name + ": " + failed);
      }
      user.answers.incrementAndGet();
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  /** Waits until every user has asked, and been answered, since the call of this. */
  public void awaitRound() {
    List<Long> before = users.stream().map(user -> user.answers.get()).toList();
    Awaitility.await("every user asks")
        .atMost(Duration.ofSeconds(90))
        .untilAsserted(
            () -> {
              for (int i = 0; i < before.size(); i++) {
                // what was answered next may have been asked before
                assertThat(users.get(i).answers.get()).isGreaterThan(before.get(i) + 1);
              }
            });
  }

  private void awaitEnd() {
    try {
      assertThat(threads.awaitTermination(90, TimeUnit.SECONDS)).as("the last answers").isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    try {
      awaitRound();
    } finally {
      on.set(false);
      threads.shutdown();
      awaitEnd();
    }
    assertThat(wrong).isEmpty();
  }
}
