package org.elastauth.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.elastauth.server.PackagedGateway;
import org.elastauth.server.RedisServer;
import org.elastauth.server.Servers;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** SPEC 6: 50 clients at once, two gateways, and not one request too many or too few let in. */
@ExtendWith(Servers.class)
@Timeout(180)
class RateLimitExactnessIT {
  private static final int THREADS = 50;
  private static final int LIMIT = 100;
  private static final Duration WINDOW = Duration.ofSeconds(2);
  private static final Duration LOAD = Duration.ofSeconds(8);

  private static PackagedGateway one;
  private static PackagedGateway other;

  /**
   * @param sent and received by {@link System#nanoTime}: it was counted at some moment between
   */
  private record Answer(long sent, long received, int status) {}

  @BeforeAll
  static void start(RedisServer redis, @TempDir Path folder) {
    Map<String, String> environment =
        Map.of(
            "ELASTAUTH_ELASTICSEARCH_DRY_RUN",
            "true",
            "ELASTAUTH_REDIS_HOST",
            redis.address(),
            // on a machine under load no gateway must go on in memory
            "ELASTAUTH_REDIS_READ_TIMEOUT",
            "30s",
            "ELASTAUTH_REDIS_PATIENCE",
            "30s",
            "ELASTAUTH_REDIS_CIRCUIT_BREAKER_ENABLED",
            "false",
            "ELASTAUTH_RATE_LIMIT_ENABLED",
            "true",
            "ELASTAUTH_RATE_LIMIT_MAX_REQUESTS",
            Integer.toString(LIMIT),
            "ELASTAUTH_RATE_LIMIT_WINDOW",
            WINDOW.toSeconds() + "s");
    one = PackagedGateway.start(folder, environment);
    other = PackagedGateway.start(folder, environment);
  }

  @AfterAll
  static void stop() {
    for (PackagedGateway gateway : new PackagedGateway[] {one, other}) {
      if (gateway != null) {
        gateway.close();
      }
    }
  }

  private static List<Answer> load() {
    long end = System.nanoTime() + LOAD.toNanos();
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      List<CompletableFuture<List<Answer>>> clients = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        PackagedGateway gateway = i % 2 == 0 ? one : other;
        clients.add(CompletableFuture.supplyAsync(() -> ask(gateway, end), threads));
      }
      return clients.stream().flatMap(client -> client.join().stream()).toList();
    } finally {
      threads.shutdownNow();
    }
  }

  private static List<Answer> ask(PackagedGateway gateway, long end) {
    List<Answer> answers = new ArrayList<>();
    try {
      while (System.nanoTime() < end) {
        long sent = System.nanoTime();
        int status = gateway.get("/elastauth", "Remote-User", "exact.user").statusCode();
        answers.add(new Answer(sent, System.nanoTime(), status));
      }
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
    return answers;
  }

  @Test
  void neverMoreThanTheLimitInAnyWindowAndNeverFewer() {
    List<Answer> answers = load();
    assertThat(answers).extracting(Answer::status).containsOnly(200, 429);
    List<Answer> admitted =
        answers.stream()
            .filter(answer -> answer.status == 200)
            .sorted(Comparator.comparingLong(Answer::sent))
            .toList();
    List<Answer> refused = answers.stream().filter(answer -> answer.status == 429).toList();
    assertThat(admitted).as("several windows were filled").hasSizeGreaterThan(2 * LIMIT);
    assertThat(refused).as("and more was offered").isNotEmpty();

    for (int first = 0; first + LIMIT < admitted.size(); first++) {
      long began = admitted.get(first).sent;
      long answered =
          admitted.subList(first, first + LIMIT + 1).stream()
              .mapToLong(Answer::received)
              .max()
              .orElseThrow();
      assertThat(answered - began)
          .as("%d requests were let in, surely within one window", LIMIT + 1)
          .isGreaterThanOrEqualTo(WINDOW.toNanos());
    }
    for (Answer no : refused) {
      // Redis counts whole milliseconds, and both ends of a window
      long from = no.sent - WINDOW.plusMillis(2).toNanos();
      assertThat(
              admitted.stream()
                  .filter(yes -> yes.received >= from && yes.sent <= no.received)
                  .count())
          .as("let in during the window of one that was refused")
          .isGreaterThanOrEqualTo(LIMIT);
    }
  }
}
