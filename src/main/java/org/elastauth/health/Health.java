package org.elastauth.health;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
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
  private static final Pattern CODE = Pattern.compile("[A-Z]{3,}\\b");
  private static final long CONFLICT_SHOWN = Duration.ofMinutes(10).toMillis();

  /** The background check, and the operation of logins that it includes. */
  private static final String CHECK = "check";

  public static final String READ = "user_get";

  private final Map<String, String> adapters;
  private final Set<String> redisFeatures;
  private final boolean redisChecked;
  private final boolean usesDatabase;
  private final boolean usesElasticsearch;
  private final Server redis;
  private final CircuitBreaker elasticsearchBreaker;
  private final FailedOperations elasticsearchFailures;
  private final Server database;
  private final Clock clock;
  private final CountDownLatch redisFirstChecked = new CountDownLatch(1);
  private volatile BooleanSupplier redisIsOpen = () -> true;
  private volatile long redisLatency;
  private volatile String redisRefusal;
  private volatile boolean openedAtStart;
  private volatile long conflictAt;
  private volatile boolean elasticsearchChecked;
  private volatile boolean routesDiffer;
  private volatile String auditFailure;
  private volatile boolean stopping;

  /**
   * @param adapters the names of the adapters that run, by the part that they serve
   * @param redisFeatures names of the features that keep their state in Redis
   */
  public Health(
      @Value("#{@adapters}") Map<String, String> adapters,
      @Value("${elastauth.redis.features}") Set<String> redisFeatures,
      @Value("${elastauth.redis.health_check.enabled}") boolean redisChecked,
      @Value("${elastauth.cache.in_database}") boolean usesDatabase,
      @Value("${elastauth.elasticsearch.used}") boolean usesElasticsearch,
      @Qualifier("redisBreaker") CircuitBreaker redisBreaker,
      @Qualifier("elasticsearchBreaker") CircuitBreaker elasticsearchBreaker,
      @Qualifier("databaseBreaker") CircuitBreaker databaseBreaker,
      Clock clock) {
    this.adapters = adapters;
    this.redisFeatures = Set.copyOf(redisFeatures);
    this.redisChecked = redisChecked;
    this.usesDatabase = usesDatabase;
    this.usesElasticsearch = usesElasticsearch;
    this.redis =
        new Server(
            redisBreaker,
            "Redis connection initialized successfully",
            "Redis answers again",
            "Redis connection failed, falling back to memory");
    this.elasticsearchBreaker = elasticsearchBreaker;
    this.elasticsearchFailures = new FailedOperations(clock);
    this.database =
        new Server(
            databaseBreaker,
            "The cache database answers",
            "The cache database answers again",
            "The cache database is unreachable or refuses queries, falling back to memory");
    this.clock = clock;
  }

  /**
   * @param isOpen whether a connection to Redis is open; asked for each report, so it must not wait
   */
  public void redisIsOpen(BooleanSupplier isOpen) {
    redisIsOpen = isOpen;
  }

  /** Waits for the first check of Redis; without its result, Redis counts as unreachable. */
  public void awaitRedisCheck(Duration timeout) {
    try {
      if (!redisFirstChecked.await(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
        openRedisBreaker();
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
    if (openedAtStart) { // no request has failed, so none has to probe
      openedAtStart = false;
      closeBreaker(redis.breaker);
    }
    redisFirstChecked.countDown();
  }

  /**
   * @param code of the error reply with which Redis refuses some commands, such as OOM; null: none
   */
  public void redisRefuses(@Body String code) {
    if (code != null || redis.isCallable()) { // an open breaker keeps its reason
      redisRefusal = code;
    }
  }

  /** At start it also opens the breaker: then one request at a time probes Redis. */
  public void redisFailed(@ExchangeException Exception failure) {
    boolean first = redis.answers == null;
    redis.failed(failure);
    if (first) {
      openRedisBreaker();
    }
    redisFirstChecked.countDown();
  }

  private void openRedisBreaker() {
    openedAtStart = true;
    redis.openBreaker();
  }

  /** Also closes the breaker, so that no login has to probe. */
  public void databaseAnswered() {
    database.answered();
    closeBreaker(database.breaker);
  }

  public void databaseFailed(@ExchangeException Exception failure) {
    database.failed(failure);
  }

  /** The background check passed. Also closes the breaker, so that no login has to probe. */
  public void elasticsearchAnswered() {
    if (!elasticsearchChecked) {
      elasticsearchChecked = true;
      LOG.info("Elasticsearch answers");
    }
    elasticsearchServed(CHECK);
    elasticsearchServed(READ);
    closeBreaker(elasticsearchBreaker);
  }

  /** The background check failed. */
  public void elasticsearchFailed(@ExchangeException Exception failure) {
    ServerFailure named =
        failure instanceof ServerFailure kind
            ? kind
            : new ServerFailure("unreachable", reason(failure), failure);
    elasticsearchRefused(CHECK, named);
  }

  /** A login failed at this operation. */
  public void elasticsearchRefused(String operation, ServerFailure failure) {
    elasticsearchFailures.failed(operation, failure);
  }

  /** This operation of a login succeeded. */
  public void elasticsearchServed(String operation) {
    elasticsearchFailures.succeeded(operation);
  }

  /** Another gateway writes users under a key that this gateway does not hold. */
  public void keyConflict() {
    conflictAt = clock.millis();
  }

  /** The route files in the folder are not the routes in use, because they are invalid. */
  public void routesDiffer(boolean differ) {
    routesDiffer = differ;
  }

  /**
   * Events of the audit trail are missing or late.
   *
   * @param kind one word for /health; null: none are
   */
  public void auditFails(String kind) {
    auditFailure = kind;
  }

  /** Readiness ends first, before the server drains. */
  @EventListener(ContextClosedEvent.class)
  public void stopping() {
    stopping = true;
  }

  public boolean isShuttingDown() {
    return stopping;
  }

  /** What makes the gateway degraded; of the servers, only those in use. */
  public Map<String, BooleanSupplier> problems() {
    Map<String, BooleanSupplier> problems = new LinkedHashMap<>();
    if (!redisFeatures.isEmpty()) {
      problems.put("redis", () -> !isRedisConnected() || redisRefusal != null);
    }
    if (usesDatabase) {
      problems.put("database", () -> !database.isAvailable());
    }
    if (usesElasticsearch) {
      problems.put("elasticsearch", () -> !isElasticsearchAvailable());
    }
    problems.put(
        "key_conflict", () -> conflictAt != 0 && clock.millis() - conflictAt < CONFLICT_SHOWN);
    problems.put("routes_invalid", () -> routesDiffer);
    if (adapters.containsKey("audit")) {
      problems.put("audit", () -> auditFailure != null);
    }
    return problems;
  }

  /**
   * Without the background check only requests show whether Redis answers. A closed connection
   * shows at once.
   */
  private boolean isRedisConnected() {
    return (redisChecked ? redis.isAvailable() : redis.isCallable()) && redisIsOpen.getAsBoolean();
  }

  private boolean isElasticsearchAvailable() {
    return elasticsearchFailures.kind().isEmpty() && elasticsearchBreaker.getState() != State.OPEN;
  }

  /** The body of /health; sets 503 while stopping. */
  public Map<String, Object> report(Exchange exchange) {
    boolean usesRedis = !redisFeatures.isEmpty();
    boolean redisConnected = isRedisConnected();
    Set<String> problems = new LinkedHashSet<>();
    problems()
        .forEach(
            (reason, isThere) -> {
              if (isThere.getAsBoolean()) {
                problems.add(reason);
              }
            });

    Map<String, Object> cache = new LinkedHashMap<>();
    cache.put("mode", adapters.get("cache"));
    if (usesRedis) {
      Map<String, Object> state = new LinkedHashMap<>();
      state.put("connected", redisConnected);
      if (redisConnected) {
        state.put("latency", redisLatency + "ms");
      }
      String reason = redis.reason == null ? redisRefusal : redis.reason;
      if (reason == null && !redisConnected) {
        reason = "unreachable";
      }
      if (reason != null) {
        state.put("reason", reason);
      }
      cache.put("redis", state);
      cache.put("circuit_breaker", breakerState(redis.breaker));
    }
    if (usesDatabase) {
      cache.put("database", Map.of("connected", !problems.contains("database")));
      cache.put("circuit_breaker", breakerState(database.breaker));
    }
    Map<String, Object> features = new LinkedHashMap<>();
    for (String feature : new String[] {"rate_limit", "cache", "session", "replay"}) {
      features.put(feature, redisFeatures.contains(feature));
    }
    Map<String, Object> shared = new LinkedHashMap<>();
    shared.put("available", usesRedis && redisConnected);
    shared.put("features", features);

    Map<String, Object> report = new LinkedHashMap<>();
    report.put("status", stopping ? "unhealthy" : problems.isEmpty() ? "healthy" : "degraded");
    report.put("cache", cache);
    report.put("redis", shared);
    if (usesElasticsearch) {
      Map<String, Object> users = new LinkedHashMap<>();
      users.put("available", !problems.contains("elasticsearch"));
      elasticsearchFailures.kind().ifPresent(kind -> users.put("reason", kind));
      users.put("circuit_breaker", breakerState(elasticsearchBreaker));
      report.put("elasticsearch", users);
    }
    if (auditFailure != null) {
      report.put("audit", Map.of("available", false, "reason", auditFailure));
    }
    report.put("adapters", adapters);
    if (problems.contains("key_conflict")) {
      report.put("key_conflict", true);
    }
    if (problems.contains("routes_invalid")) {
      report.put("routes_invalid", true);
    }
    exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, stopping ? 503 : 200);
    return report;
  }

  private static String reason(Exception failure) {
    Throwable root = NestedExceptionUtils.getMostSpecificCause(failure);
    return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
  }

  private static void closeBreaker(CircuitBreaker breaker) {
    if (breaker.getState() == State.OPEN) {
      breaker.transitionToClosedState();
    }
  }

  private static Map<String, Object> breakerState(CircuitBreaker breaker) {
    Map<String, Object> state = new LinkedHashMap<>();
    state.put("state", breaker.getState().name().toLowerCase(Locale.ROOT));
    state.put("failures", breaker.getMetrics().getNumberOfFailedCalls());
    return state;
  }

  /** A server, its breaker, and what the log says when its state changes. */
  private static final class Server {
    private final CircuitBreaker breaker;
    private final String first;
    private final String again;
    private final String failed;

    /** Null until the first check. */
    private volatile Boolean answers;

    /** The error code with which it refuses all requests, else {@code unreachable}; null: none. */
    private volatile String reason;

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
      reason = null;
    }

    /** Each kind of reason is logged when it replaces another one. */
    void failed(Exception failure) {
      Matcher code = CODE.matcher(reason(failure));
      String kind = code.lookingAt() ? code.group() : "unreachable";
      if (!kind.equals(reason)) {
        LOG.atWarn().addKeyValue("reason", reason(failure)).log(failed);
      }
      answers = false;
      reason = kind;
    }

    boolean isAvailable() {
      return Boolean.TRUE.equals(answers) && isCallable();
    }

    boolean isCallable() {
      return breaker.getState() != State.OPEN;
    }

    void openBreaker() {
      if (breaker.getState() == State.CLOSED) {
        breaker.transitionToOpenState();
      }
    }
  }
}
