package org.elastauth.session;

import com.github.benmanes.caffeine.cache.Ticker;
import io.github.bucket4j.TimeMeter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.elastauth.cache.CacheSettings;
import org.elastauth.cache.MemoryCache;
import org.elastauth.cache.PendingInvalidations;
import org.elastauth.cache.TtlRefreshThrottle;
import org.elastauth.config.HeapShare;
import org.elastauth.config.LoadedRoutes;
import org.elastauth.credential.LatestCredentials;
import org.elastauth.identity.Identity;
import org.elastauth.ratelimit.MemoryRateLimiter;
import org.elastauth.ratelimit.RateLimitSettings;
import org.elastauth.ratelimit.ThrottledAddresses;
import org.elastauth.redis.RecentKeys;
import org.elastauth.replay.MemoryReplayStore;
import org.elastauth.replay.ReplayKind;

/** A program that fills all stores in a heap with a gateway's base load. */
final class FullStores {
  private static final long BASE = 20L << 20;
  private static final Duration DAY = Duration.ofDays(1);
  private static final Ticker TICKER = Ticker.systemTicker();

  /** More than the smallest heap has room for. */
  private static final int MANY = 20_000;

  private FullStores() {}

  public static void main(String[] arguments) {
    LoadedRoutes none = LoadedRoutes.NONE;
    SessionSettings sessionSettings =
        new SessionSettings(true, DAY, "session", "", "memory", "memory", none);
    CacheSettings cacheSettings =
        new CacheSettings("memory", DAY, "elastauth-", false, DAY, "", "", 500, 10, none);
    RateLimitSettings rateLimit = new RateLimitSettings(true, 1_000, DAY, "memory", "memory");
    SessionMemory sessions =
        new SessionMemory(sessionSettings, Clock.systemUTC(), TICKER, new SimpleMeterRegistry());
    List<Object> base = new ArrayList<>(List.of(new byte[(int) (BASE - used())]));
    fillPending(base, new PendingSessionWrites(sessionSettings, sessions), sessions);
    fillSessions(sessions);
    MemoryCache credentials = new MemoryCache(cacheSettings, TICKER);
    new MemoryCache(hybrid(500), TICKER);
    new MemoryCache(hybrid(MANY), TICKER);
    LatestCredentials latest = new LatestCredentials();
    PendingInvalidations invalidations = new PendingInvalidations();
    TtlRefreshThrottle refreshed = new TtlRefreshThrottle(cacheSettings, TICKER);
    RecentKeys<String> refused =
        new RecentKeys<>(HeapShare.REFUSED_ENTRIES.entries(MANY, HeapShare.KEY_BYTES), DAY, TICKER);
    MemoryReplayStore replay = new MemoryReplayStore(TICKER);
    List<MemoryRateLimiter> limiters = List.of(limiter(rateLimit), limiter(rateLimit));
    List<ThrottledAddresses> throttled =
        List.of(new ThrottledAddresses(TICKER), new ThrottledAddresses(TICKER));
    base.addAll(List.of(credentials, latest, invalidations, refreshed, refused, replay));
    base.addAll(limiters);
    base.addAll(throttled);
    // the first two weigh all their texts; the third needs Redis
    Stream.of(HeapShare.VERIFIED_TOKENS, HeapShare.PROVIDER_RESPONSES, HeapShare.RATE_ADVANCES)
        .forEach(store -> base.add(new byte[(int) store.bytes(BASE)]));
    fill(
        i -> {
          String key = "elastauth-" + "0".repeat(50) + i;
          credentials.put(key, "c".repeat(300) + i, DAY.toSeconds());
          latest.wrote("john.doe.of.some.department." + i, i, 1);
          invalidations.add(key + "i");
          refreshed.tryAcquire(key + "t");
          refused.add(key + "r");
          limiters.forEach(limiter -> limiter.count("address:2001:db8:85a3:" + i));
          throttled.forEach(addresses -> addresses.add("address:2001:db8:85a3:" + i, DAY));
        });
    for (ReplayKind kind : ReplayKind.values()) {
      fill(i -> replay.use("elastauth-replay-" + SessionId.random().key(), DAY.toMillis(), kind));
    }
    System.out.println("full: " + base.size());
  }

  private static CacheSettings hybrid(int entries) {
    LoadedRoutes routes = new LoadedRoutes(Set.of("cache-hybrid"), Set.of());
    return new CacheSettings("hybrid", DAY, "elastauth-", false, DAY, "", "", entries, 10, routes);
  }

  private static MemoryRateLimiter limiter(RateLimitSettings settings) {
    return new MemoryRateLimiter(settings, TICKER, TimeMeter.SYSTEM_MILLISECONDS);
  }

  private static void fillSessions(SessionMemory sessions) {
    long now = Clock.systemUTC().millis() / 1000;
    for (int i = 0; i < 2_000; i++) {
      String token = "t".repeat(4_000) + i;
      sessions.put("tokens " + i, session(List.of(), i, now, token));
      int user = i;
      List<String> groups = IntStream.range(0, 200).mapToObj(n -> user + "-" + n).toList();
      sessions.put("groups " + i, session(groups, MANY + i, now, ""));
    }
  }

  private static void fillPending(
      List<Object> base, PendingSessionWrites pending, SessionMemory sessions) {
    base.addAll(List.of(sessions, pending));
    long now = Clock.systemUTC().millis() / 1000;
    fill(
        i -> {
          String known = SessionId.random().key();
          sessions.put(known, session(List.of(), i, now, ""));
          for (String key : List.of(known, SessionId.random().key())) {
            sessions.end(key);
            pending.add(key);
          }
          pending.add(new ProviderLogout(SessionId.random().key(), "subject " + i, i));
        });
  }

  private static void fill(IntConsumer store) {
    IntStream.range(0, MANY).forEach(store);
  }

  private static long used() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  private static Session session(List<String> groups, int subject, long now, String token) {
    Identity identity = new Identity("john.doe", "john@example.org", "John Doe", groups, now);
    String access = token.isEmpty() ? "" : token + "a";
    return new Session(
        identity, "subject " + subject, "", token, access, "r", now + 300, now, now + 3_600);
  }
}
