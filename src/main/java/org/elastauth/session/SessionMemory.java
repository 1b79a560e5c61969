package org.elastauth.session;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Processor;
import org.elastauth.config.HeapShare;
import org.elastauth.identity.Identity;
import org.elastauth.redis.RecentKeys;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * Sessions in this process's memory, bounded in number and bytes: the store itself with {@code
 * session.store: memory}, the fallback of Redis, and the first tier with hybrid.
 */
@Lazy
@Component("sessionMemory")
public final class SessionMemory implements Processor {
  private static final int SESSIONS = 10_000;
  private static final long BYTES = 32L << 20;
  private static final int ENDED = 60_000;
  private static final int UNKNOWN_SHARE = 6;

  /** The objects of a session, without its texts. */
  private static final int OVERHEAD = 1_000;

  /** A client that discards its cookie gets another session with each login. */
  private static final int OF_A_SUBJECT = 50;

  private static final long FRESH_NANOS = Duration.ofSeconds(10).toNanos();

  /**
   * @param seen when Redis last had it, by the ticker
   */
  private record Held(Session session, long seen) {}

  private final Cache<String, Held> held;

  /** Ended sessions: a refresh that has already read such a session must not restore it. */
  private final RecentKeys<String> ended;

  /** Apart, because clients can send made-up keys: they must not evict the known ones. */
  private final RecentKeys<String> endedUnknown;

  private final Clock clock;
  private final Ticker ticker;
  private final boolean isStore;

  public SessionMemory(SessionSettings settings, Clock clock, Ticker ticker, MeterRegistry meters) {
    this.clock = clock;
    this.ticker = ticker;
    this.isStore = !settings.inRedis();
    long bytes = HeapShare.SESSIONS.bytes(BYTES);
    // with this minimum weight, the bound on bytes also bounds the number of sessions
    int minimum = (int) (bytes / SESSIONS);
    this.held =
        Caffeine.newBuilder()
            .executor(Runnable::run)
            .ticker(ticker)
            .maximumWeight(bytes)
            .weigher((String key, Held entry) -> Math.max(minimum, weight(entry.session)))
            .expireAfterWrite(settings.maxAge())
            .build();
    Gauge.builder("elastauth.sessions.held", held, Cache::estimatedSize)
        .description("Sessions in this gateway's memory")
        .register(meters);
    int keys = HeapShare.ENDED_SESSIONS.entries(ENDED, HeapShare.KEY_BYTES);
    int unknown = keys / UNKNOWN_SHARE;
    this.ended = new RecentKeys<>(keys - unknown, settings.maxAge(), ticker);
    this.endedUnknown = new RecentKeys<>(unknown, settings.maxAge(), ticker);
  }

  private static int weight(Session session) {
    Identity identity = session.identity();
    return OVERHEAD
        + HeapShare.bytesOf(List.of(identity.fullName(), identity.email()))
        + HeapShare.bytesOf(identity.groups())
        + session.idToken().length()
        + session.accessToken().length()
        + session.refreshToken().length();
  }

  /** The body becomes the session of the property {@code sessionKey}, or null. */
  @Override
  public void process(Exchange exchange) {
    exchange.getMessage().setBody(get((String) exchange.getProperty("sessionKey")));
  }

  /**
   * @return null if there is none, or it has expired
   */
  public Session get(String key) {
    Held entry = held.getIfPresent(key);
    return entry == null || isExpired(entry.session) ? null : entry.session;
  }

  /**
   * @return null, too, if Redis last had it more than 10 s ago
   */
  Session fresh(String key) {
    Held entry = held.getIfPresent(key);
    return entry == null || ticker.read() - entry.seen > FRESH_NANOS || isExpired(entry.session)
        ? null
        : entry.session;
  }

  private boolean isExpired(Session session) {
    return session.expiresAt() <= clock.millis() / 1000;
  }

  /** Keeps a session, unless it was ended meanwhile. */
  public void put(@ExchangeProperty("sessionKey") String key, @Body Session session) {
    Held entry = new Held(session, ticker.read());
    boolean isNew = isStore && held.getIfPresent(key) == null;
    if (held.asMap().compute(key, (k, before) -> isEnded(k) ? null : entry) != null && isNew) {
      endOldest(session.subject());
    }
  }

  private void endOldest(String subject) {
    oldest(subject).forEach(this::end);
  }

  /** Forgets the oldest sessions of a subject while Redis does not answer: it may have them. */
  void dropOldest(String subject) {
    oldest(subject).forEach(this::drop);
  }

  /** A search of all sessions: a login, and a change during an outage, are rare. */
  private List<String> oldest(String subject) {
    List<Map.Entry<String, Held>> own = new ArrayList<>();
    held.asMap().entrySet().stream()
        .filter(entry -> entry.getValue().session.subject().equals(subject))
        .forEach(own::add);
    own.sort(Comparator.comparingLong(entry -> entry.getValue().session.createdAt()));
    return own.subList(0, Math.max(0, own.size() - OF_A_SUBJECT)).stream()
        .map(Map.Entry::getKey)
        .toList();
  }

  /**
   * Keeps a session that was read from Redis, unless this gateway has written a newer one
   * meanwhile.
   *
   * @param before what {@link #get} returned before the read
   */
  public void keep(String key, Session before, Session session) {
    Held entry = new Held(session, ticker.read());
    held.asMap()
        .compute(
            key,
            (k, now) -> isEnded(k) ? null : now != null && now.session != before ? now : entry);
  }

  /** Forgets a session that Redis does not have. */
  public void drop(String key) {
    held.invalidate(key);
  }

  /** Ends a session, so that it cannot be put again. */
  public void end(@ExchangeProperty("sessionKey") String key) {
    (isKnown(key) ? ended : endedUnknown).add(key);
    held.invalidate(key);
  }

  public boolean isEnded(String key) {
    return ended.contains(key) || endedUnknown.contains(key);
  }

  /** Whether this gateway has, or had, such a session. */
  boolean isKnown(String key) {
    return held.getIfPresent(key) != null || ended.contains(key);
  }

  /**
   * Ends the sessions that the provider ended.
   *
   * @return their keys
   */
  public List<String> endAll(@Body ProviderLogout logout) {
    List<String> keys = new ArrayList<>();
    held.asMap()
        .forEach(
            (key, entry) -> {
              if (logout.ends(entry.session)) {
                keys.add(key);
              }
            });
    keys.forEach(this::end);
    return keys;
  }
}
