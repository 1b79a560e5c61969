package org.elastauth.health;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.stereotype.Component;

/** The results of the last background checks. A health request never contacts a server. */
@Component("health")
public final class Health {
  private static final Logger LOG = LoggerFactory.getLogger(Health.class);
  private static final long CONFLICT_SHOWN = Duration.ofMinutes(10).toMillis();

  private final String cacheType;
  private final Set<String> redisFeatures;
  private final boolean redisChecked;
  private final boolean dryRun;
  private final Server redis;
  private final Server elasticsearch;
  private final Server database;
  private final Clock clock;
  private final CountDownLatch redisFirstChecked = new CountDownLatch(1);
  private volatile long redisLatency;
  private volatile long conflictAt;
  private volatile boolean stopping;

  /**
   * @param redisFeatures names of the features that keep their state in Redis
   */
  public Health(
      @Value("${elastauth.cache.type}") String cacheType,
      @Value("${elastauth.redis.features}") Set<String> redisFeatures,
      @Value("${elastauth.redis.health_check.enabled}") boolean redisChecked,
      @Value("${elastauth.elasticsearch.dry_run}") boolean dryRun,
      @Qualifier("redisBreaker") CircuitBreaker redisBreaker,
      @Qualifier("elasticsearchBreaker") CircuitBreaker elasticsearchBreaker,
      @Qualifier("databaseBreaker") CircuitBreaker databaseBreaker,
      Clock clock) {
    this.cacheType = cacheType;
    this.redisFeatures = Set.copyOf(redisFeatures);
    this.redisChecked = redisChecked;
    this.dryRun = dryRun;
    this.redis =
        new Server(
            redisBreaker,
            "Redis connection initialized successfully",
            "Redis answers again",
            "Redis connection failed, falling back to memory");
    this.elasticsearch =
        new Server(
            elasticsearchBreaker,
            "Elasticsearch answers",
            "Elasticsearch answers again",
            "Elasticsearch is unreachable or refuses requests; only users with a cached credential can log in");
    this.database =
        new Server(
            databaseBreaker,
            "The cache database answers",
            "The cache database answers again",
            "The cache database is unreachable or refuses queries, falling back to memory");
    this.clock = clock;
  }

  /** Waits for the first check of Redis; without its result, Redis counts as unreachable. */
  public void awaitRedisCheck(Duration timeout) {
    try {
      if (!redisFirstChecked.await(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
        redis.openBreaker();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * @param latency of the PING, in milliseconds
   */
  public void redisAnswered(@Body long latency) {
    redisLatency = latency;
    redis.answered();
    redisFirstChecked.countDown();
  }

  /** At start it also opens the breaker: then one request at a time probes Redis. */
  public void redisFailed(@ExchangeException Exception failure) {
    boolean first = redis.answers == null;
    redis.failed(failure);
    if (first) {
      redis.openBreaker();
    }
    redisFirstChecked.countDown();
  }

  /** Also closes the breaker, so that no login has to probe. */
  public void databaseAnswered() {
    database.answered();
    database.closeBreaker();
  }

  public void databaseFailed(@ExchangeException Exception failure) {
    database.failed(failure);
  }

  /** Also closes the breaker, so that no login has to probe. */
  public void elasticsearchAnswered() {
    elasticsearch.answered();
    elasticsearch.closeBreaker();
  }

  public void elasticsearchFailed(@ExchangeException Exception failure) {
    elasticsearch.failed(failure);
  }

  /** Another gateway writes users under a key that this gateway does not hold. */
  public void keyConflict() {
    conflictAt = clock.millis();
  }

  /** Readiness ends first, before the server drains. */
  @EventListener(ContextClosedEvent.class)
  public void stopping() {
    stopping = true;
  }

  public boolean isShuttingDown() {
    return stopping;
  }

  /** The body of /health; sets 503 while stopping. */
  public Map<String, Object> report(Exchange exchange) {
    boolean usesDatabase = cacheType.equals("database");
    boolean usesRedis = !redisFeatures.isEmpty();
    // without the background check only requests show whether Redis answers
    boolean redisConnected = redisChecked ? redis.isAvailable(false) : redis.isCallable();
    boolean databaseConnected = database.isAvailable(false);
    boolean conflict = conflictAt != 0 && clock.millis() - conflictAt < CONFLICT_SHOWN;
    boolean whole =
        (!usesRedis || redisConnected)
            && (!usesDatabase || databaseConnected)
            && (dryRun || elasticsearch.isAvailable(true))
            && !conflict;

    Map<String, Object> cache = new LinkedHashMap<>();
    cache.put("mode", cacheType);
    if (usesRedis) {
      cache.put("redis", Map.of("connected", redisConnected, "latency", redisLatency + "ms"));
      cache.put("circuit_breaker", redis.breakerState());
    }
    if (usesDatabase) {
      cache.put("database", Map.of("connected", databaseConnected));
      cache.put("circuit_breaker", database.breakerState());
    }
    Map<String, Object> features = new LinkedHashMap<>();
    for (String feature : new String[] {"rate_limit", "cache", "session", "replay"}) {
      features.put(feature, redisFeatures.contains(feature));
    }
    Map<String, Object> shared = new LinkedHashMap<>();
    shared.put("available", usesRedis && redisConnected);
    shared.put("features", features);

    Map<String, Object> report = new LinkedHashMap<>();
    report.put("status", stopping ? "unhealthy" : whole ? "healthy" : "degraded");
    report.put("cache", cache);
    report.put("redis", shared);
    if (!dryRun) {
      Map<String, Object> users = new LinkedHashMap<>();
      users.put("available", elasticsearch.isAvailable(true));
      users.put("circuit_breaker", elasticsearch.breakerState());
      report.put("elasticsearch", users);
    }
    if (conflict) {
      report.put("key_conflict", true);
    }
    exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, stopping ? 503 : 200);
    return report;
  }

  /** A server, its breaker, and what the log says when its state changes. */
  private static final class Server {
    private final CircuitBreaker breaker;
    private final String first;
    private final String again;
    private final String failed;

    /** Null until the first check. */
    private volatile Boolean answers;

    Server(CircuitBreaker breaker, String first, String again, String failed) {
      this.breaker = breaker;
      this.first = first;
      this.again = again;
      this.failed = failed;
    }

    void answered() {
      if (!Boolean.TRUE.equals(answers)) {
        LOG.info(answers == null ? first : again);
      }
      answers = true;
    }

    void failed(Exception failure) {
      if (!Boolean.FALSE.equals(answers)) {
        Throwable root = NestedExceptionUtils.getMostSpecificCause(failure);
        String message = root.getMessage();
        LOG.atWarn()
            .addKeyValue("reason", message == null ? root.getClass().getSimpleName() : message)
            .log(failed);
      }
      answers = false;
    }

    boolean isAvailable(boolean unlessChecked) {
      return (answers == null ? unlessChecked : answers) && isCallable();
    }

    boolean isCallable() {
      return breaker.getState() != State.OPEN;
    }

    void openBreaker() {
      if (breaker.getState() == State.CLOSED) {
        breaker.transitionToOpenState();
      }
    }

    void closeBreaker() {
      if (breaker.getState() == State.OPEN) {
        breaker.transitionToClosedState();
      }
    }

    Map<String, Object> breakerState() {
      Map<String, Object> state = new LinkedHashMap<>();
      state.put("state", breaker.getState().name().toLowerCase(Locale.ROOT));
      state.put("failures", breaker.getMetrics().getNumberOfFailedCalls());
      return state;
    }
  }
}
