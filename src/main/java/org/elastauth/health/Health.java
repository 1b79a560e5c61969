package org.elastauth.health;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeException;
import org.elastauth.cache.DatabaseFailure;
import org.elastauth.http.HttpError;
import org.elastauth.startup.Settings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/**
 * What the last look at Redis and Elasticsearch found. Answering from it calls nobody and writes
 * nothing.
 */
@Component("health")
public final class Health {
  private static final Logger LOG = LoggerFactory.getLogger(Health.class);
  private static final long CONFLICT_SHOWN = Duration.ofMinutes(10).toMillis();

  private final String cacheType;
  private final boolean redisUsed;
  private final boolean cacheInRedis;
  private final boolean limitInRedis;
  private final boolean sessionsInRedis;
  private final boolean replayInRedis;
  private final boolean databaseUsed;
  private final boolean redisLookedAt;
  private final boolean dryRun;
  private final CircuitBreaker redisBreaker;
  private final CircuitBreaker elasticsearchBreaker;
  private final CircuitBreaker databaseBreaker;
  private final Clock clock;
  private final Duration patience;
  private final CountDownLatch looked = new CountDownLatch(1);

  /** Null until the first look. */
  private volatile Boolean redisAnswers;

  private volatile Boolean elasticsearchAnswers;
  private volatile Boolean databaseAnswers;
  private volatile long redisLatency;
  private volatile long conflictAt;
  private volatile boolean stopping;

  public Health(
      Settings settings,
      @Qualifier("redisBreaker") CircuitBreaker redisBreaker,
      @Qualifier("elasticsearchBreaker") CircuitBreaker elasticsearchBreaker,
      @Qualifier("databaseBreaker") CircuitBreaker databaseBreaker,
      Clock clock) {
    this.cacheType = settings.cache().type();
    this.redisUsed = settings.usesRedis();
    this.cacheInRedis = settings.cache().inRedis();
    this.limitInRedis = settings.rateLimit().inRedis();
    this.sessionsInRedis = settings.session().inRedis();
    this.replayInRedis = settings.replay().inRedis();
    this.databaseUsed = settings.cache().inDatabase();
    this.redisLookedAt = settings.redis().healthCheck().enabled();
    this.dryRun = settings.elasticsearch().dryRun();
    this.redisBreaker = redisBreaker;
    this.elasticsearchBreaker = elasticsearchBreaker;
    this.databaseBreaker = databaseBreaker;
    this.clock = clock;
    this.patience = settings.redis().connectTimeout().plus(settings.redis().readTimeout());
  }

  /** Waits for the look that is made at start, no longer than one to connect and ask may take. */
  public void awaitFirstLook() {
    try {
      if (!looked.await(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        neverThere();
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
    if (redisAnswers == null) {
      LOG.info("Redis connection initialized successfully");
    } else if (!redisAnswers) {
      LOG.info("Redis answers again");
    }
    redisAnswers = true;
    looked.countDown();
  }

  public void redisFailed(@ExchangeException Exception failure) {
    String reason = rootMessage(failure);
    if (redisAnswers == null || redisAnswers) {
      LOG.atWarn()
          .addKeyValue("reason", reason)
          .log("Redis connection failed, falling back to memory");
    }
    if (redisAnswers == null) {
      neverThere();
    }
    redisAnswers = false;
    looked.countDown();
  }

  /** The same as lost: one request at a time finds out whether it is back. */
  private void neverThere() {
    if (redisBreaker.getState() == CircuitBreaker.State.CLOSED) {
      redisBreaker.transitionToOpenState();
    }
  }

  /** Also closes the breaker, so that no login has to find out. */
  public void databaseAnswered() {
    if (databaseAnswers == null) {
      LOG.info("The cache's database answers");
    } else if (!databaseAnswers) {
      LOG.info("The cache's database answers again");
    }
    databaseAnswers = true;
    if (databaseBreaker.getState() == CircuitBreaker.State.OPEN) {
      databaseBreaker.transitionToClosedState();
    }
  }

  public void databaseFailed(@ExchangeException Exception failure) {
    if (databaseAnswers == null || databaseAnswers) {
      LOG.atWarn()
          .addKeyValue("reason", DatabaseFailure.reason(failure))
          .log("The cache's database does not serve, falling back to memory");
    }
    databaseAnswers = false;
  }

  private boolean databaseConnected() {
    return Boolean.TRUE.equals(databaseAnswers)
        && databaseBreaker.getState() != CircuitBreaker.State.OPEN;
  }

  /** Also closes the breaker, so that no login has to find out. */
  public void elasticsearchAnswered() {
    if (elasticsearchAnswers == null) {
      LOG.info("Elasticsearch answers");
    } else if (!elasticsearchAnswers) {
      LOG.info("Elasticsearch answers again");
    }
    elasticsearchAnswers = true;
    if (elasticsearchBreaker.getState() == CircuitBreaker.State.OPEN) {
      elasticsearchBreaker.transitionToClosedState();
    }
  }

  public void elasticsearchFailed(@ExchangeException Exception failure) {
    if (elasticsearchAnswers == null || elasticsearchAnswers) {
      LOG.atWarn()
          .addKeyValue("reason", rootMessage(failure))
          .log("Elasticsearch does not serve; only users whose credential is cached get in");
    }
    elasticsearchAnswers = false;
  }

  /** Another gateway writes users under a key that is not held here. */
  public void keyConflict() {
    conflictAt = clock.millis();
  }

  /** Readiness ends before anything else does. */
  @EventListener(ContextClosedEvent.class)
  public void stopping() {
    stopping = true;
  }

  /** Without the background look only requests tell. */
  public boolean redisConnected() {
    return (!redisLookedAt || Boolean.TRUE.equals(redisAnswers))
        && redisBreaker.getState() != CircuitBreaker.State.OPEN;
  }

  private boolean elasticsearchServes() {
    return !Boolean.FALSE.equals(elasticsearchAnswers)
        && elasticsearchBreaker.getState() != CircuitBreaker.State.OPEN;
  }

  /** The body of /health; sets 503 while stopping. */
  public Map<String, Object> report(Exchange exchange) {
    boolean conflict = conflictAt != 0 && clock.millis() - conflictAt < CONFLICT_SHOWN;
    boolean whole =
        (!redisUsed || redisConnected())
            && (!databaseUsed || databaseConnected())
            && (dryRun || elasticsearchServes())
            && !conflict;

    Map<String, Object> cache = new LinkedHashMap<>();
    cache.put("mode", cacheType);
    if (redisUsed) {
      cache.put("redis", Map.of("connected", redisConnected(), "latency", redisLatency + "ms"));
      cache.put("circuit_breaker", breaker(redisBreaker));
    }
    if (databaseUsed) {
      cache.put("database", Map.of("connected", databaseConnected()));
      cache.put("circuit_breaker", breaker(databaseBreaker));
    }
    Map<String, Object> features = new LinkedHashMap<>();
    features.put("rate_limit", limitInRedis);
    features.put("cache", cacheInRedis);
    features.put("session", sessionsInRedis);
    features.put("replay", replayInRedis);
    Map<String, Object> redis = new LinkedHashMap<>();
    redis.put("available", redisUsed && redisConnected());
    redis.put("features", features);

    Map<String, Object> report = new LinkedHashMap<>();
    report.put("status", stopping ? "unhealthy" : whole ? "healthy" : "degraded");
    report.put("cache", cache);
    report.put("redis", redis);
    if (!dryRun) {
      Map<String, Object> elasticsearch = new LinkedHashMap<>();
      elasticsearch.put("available", elasticsearchServes());
      elasticsearch.put("circuit_breaker", breaker(elasticsearchBreaker));
      report.put("elasticsearch", elasticsearch);
    }
    if (conflict) {
      report.put("key_conflict", true);
    }
    exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, stopping ? 503 : 200);
    return report;
  }

  /**
   * @throws HttpError 503 while stopping
   */
  public Map<String, String> ready() {
    if (stopping) {
      throw HttpError.unavailable("the gateway is stopping");
    }
    return Map.of("status", "ready");
  }

  private static Map<String, Object> breaker(CircuitBreaker breaker) {
    Map<String, Object> state = new LinkedHashMap<>();
    state.put("state", breaker.getState().name().toLowerCase(Locale.ROOT));
    state.put("failures", breaker.getMetrics().getNumberOfFailedCalls());
    return state;
  }

  private static String rootMessage(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
  }
}
