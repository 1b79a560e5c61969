package org.elastauth.health;

import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The operations of Elasticsearch that failed last. A server that answers reads may refuse every
 * write, so an operation fails until it succeeds, or until it was not tried for 10 minutes.
 */
final class FailedOperations {
  private static final Logger LOG = LoggerFactory.getLogger(FailedOperations.class);
  private static final long SHOWN = Duration.ofMinutes(10).toMillis();
  private static final long LOG_INTERVAL = Duration.ofMinutes(1).toMillis();

  private record Failure(String kind, long at) {}

  private final Clock clock;
  private final Map<String, Failure> byOperation = new ConcurrentHashMap<>();
  private final Map<String, Long> loggedByKind = new ConcurrentHashMap<>();
  private volatile boolean announced;

  FailedOperations(Clock clock) {
    this.clock = clock;
  }

  /** Logs a kind of failure once a minute. */
  void failed(String operation, ServerFailure failure) {
    long now = clock.millis();
    byOperation.put(operation, new Failure(failure.kind(), now));
    Long logged = loggedByKind.get(failure.kind());
    if (logged == null || Math.abs(now - logged) >= LOG_INTERVAL) {
      loggedByKind.put(failure.kind(), now);
      announced = true;
      LOG.atWarn()
          .addKeyValue("operation", operation)
          .addKeyValue("reason", failure.getMessage() + remedy(failure.kind()))
          .log(
              "Elasticsearch is unreachable or refuses requests; only users with a cached credential can log in");
    }
  }

  /** The reasons of other kinds say it. */
  private static String remedy(String kind) {
    return kind.equals("unreachable")
        ? "; check elasticsearch.hosts and whether Elasticsearch runs; in a container, localhost is the container"
        : "";
  }

  void succeeded(String operation) {
    if (!byOperation.isEmpty()
        && byOperation.remove(operation) != null
        && byOperation.isEmpty()
        && announced) {
      announced = false;
      loggedByKind.clear();
      LOG.info("Elasticsearch answers again");
    }
  }

  /** The kind of the latest failure. */
  Optional<String> kind() {
    long now = clock.millis();
    return byOperation.values().stream()
        .filter(failure -> now - failure.at() < SHOWN)
        .max(Comparator.comparingLong(Failure::at))
        .map(Failure::kind);
  }
}
