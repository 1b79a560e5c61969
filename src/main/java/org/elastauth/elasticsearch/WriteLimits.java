package org.elastauth.elasticsearch;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicInteger;
import org.elastauth.http.HttpError;
import org.springframework.stereotype.Component;

/** Limits the writes of logins to Elasticsearch, which takes 100 ms to hash a password. */
@Component
final class WriteLimits {
  /** Well within {@link ElasticsearchUsers#FRESH}. */
  private static final Duration WAIT_FOR_SLOT = Duration.ofMillis(1_500);

  private static final long MINUTE = Duration.ofMinutes(1).toNanos();
  private static final int MAX_REPAIRS = 3;
  private static final Duration REPAIRS_PERIOD = Duration.ofMinutes(10);

  /** As long as an older login is answered from the cache. */
  private static final Duration PROFILE_PERIOD = Duration.ofSeconds(10);

  private final Bulkhead slots;
  private final int maxNewUsers;
  private final Ticker ticker;
  private final Deque<Long> newUsers = new ArrayDeque<>();
  private final Cache<String, AtomicInteger> repairs;
  private final Cache<String, Boolean> profiles;

  WriteLimits(ElasticsearchSettings settings, Ticker ticker) {
    this.ticker = ticker;
    this.maxNewUsers = settings.maxNewUsers();
    this.slots =
        Bulkhead.of(
            "password writes",
            BulkheadConfig.custom()
                .maxConcurrentCalls(settings.maxPasswordWrites())
                .maxWaitDuration(WAIT_FOR_SLOT)
                .build());
    this.repairs =
        Caffeine.newBuilder()
            .ticker(ticker)
            .maximumSize(10_000)
            .expireAfterWrite(REPAIRS_PERIOD)
            .build();
    this.profiles =
        Caffeine.newBuilder()
            .ticker(ticker)
            .maximumSize(10_000)
            .expireAfterWrite(PROFILE_PERIOD)
            .build();
  }

  /** Waits for a slot to write a password, or throws 429; {@link #leave} must release it. */
  void enter() {
    if (!slots.tryAcquirePermission()) {
      throw new HttpError(429, "too many logins are being written; try again", 5);
    }
  }

  void leave() {
    slots.onComplete();
  }

  /**
   * Counts a new user. The limit is exact for any minute; the limiters of Bucket4j and Resilience4j
   * admit up to twice the limit around a refill.
   */
  synchronized void admitNewUser() {
    long now = ticker.read();
    while (!newUsers.isEmpty() && now - newUsers.peek() >= MINUTE) {
      newUsers.remove();
    }
    if (newUsers.size() >= maxNewUsers) {
      throw new HttpError(429, "too many new users at the moment; try again", 60);
    }
    newUsers.add(now);
  }

  /**
   * @throws HttpError 503 after 3 repairs of a user within 10 minutes, so that two parties do not
   *     overwrite each other's password forever
   */
  void admitRepair(String username) {
    AtomicInteger made = repairs.getIfPresent(username);
    if (made != null && made.get() >= MAX_REPAIRS) {
      throw HttpError.unavailable("another party keeps changing the password of this user");
    }
  }

  /**
   * Whether the profile of a user was written within the last 10 s. A login that is not newer does
   * not change it then: each write clears the user from the realm cache of Elasticsearch.
   */
  boolean hasFreshProfile(String username) {
    return profiles.getIfPresent(username) != null;
  }

  void wroteProfile(String username) {
    profiles.put(username, Boolean.TRUE);
  }

  /** Counts a successful repair. */
  void repaired(String username) {
    repairs.get(username, name -> new AtomicInteger()).incrementAndGet();
  }
}
