package org.elastauth.session;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.Body;
import org.apache.camel.ExchangeProperty;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * Sessions in this process's memory, bounded in number and bytes: all there are where {@code
 * session.store} is memory; beside Redis, what is read while it does not answer, and with hybrid
 * what was seen a moment ago.
 */
@Lazy
@Component("sessionMemory")
public final class SessionMemory {
  private static final int SESSIONS = 10_000;
  private static final long BYTES = 32L << 20;
  private static final int ENDED = 50_000;
  private static final int STRANGERS = 10_000;

  /** What a session weighs beside its tokens. */
  private static final int LEAST = (int) (BYTES / SESSIONS);

  private static final long FRESH_NANOS = Duration.ofSeconds(10).toNanos();

  /**
   * @param seen by the ticker, when it was read or written where it is shared
   */
  private record Held(Session session, long seen) {}

  private final Cache<String, Held> held;

  /**
   * Sessions that were ended: whoever had read one just before, to renew it, must not bring it
   * back.
   */
  private final Cache<String, Boolean> ended;

  /**
   * As {@link #ended}, but not known here, as anybody can make them up: they push out no others.
   */
  private final Cache<String, Boolean> endedStrangers;

  private final Clock clock;
  private final Ticker ticker;

  public SessionMemory(SessionSettings settings, Clock clock, Ticker ticker) {
    this.clock = clock;
    this.ticker = ticker;
    this.held =
        Caffeine.newBuilder()
            .executor(Runnable::run)
            .ticker(ticker)
            .maximumWeight(BYTES)
            .weigher((String key, Held entry) -> weight(entry.session))
            .expireAfterWrite(settings.maxAge())
            .build();
    this.ended = ended(settings, ticker, ENDED);
    this.endedStrangers = ended(settings, ticker, STRANGERS);
  }

  private static Cache<String, Boolean> ended(SessionSettings settings, Ticker ticker, int size) {
    return Caffeine.newBuilder()
        .executor(Runnable::run)
        .ticker(ticker)
        .maximumSize(size)
        .expireAfterWrite(settings.maxAge())
        .build();
  }

  private static int weight(Session session) {
    int groups = 0;
    for (String group : session.identity().groups()) {
      groups += group.length();
    }
    return LEAST
        + groups
        + session.idToken().length()
        + session.accessToken().length()
        + session.refreshToken().length();
  }

  /**
   * @return null if there is none, or it is over
   */
  public Session get(String key) {
    Held entry = held.getIfPresent(key);
    return entry == null || isOver(entry.session) ? null : entry.session;
  }

  /**
   * @return null too if it was last seen more than 10 s ago
   */
  Session fresh(String key) {
    Held entry = held.getIfPresent(key);
    return entry == null || ticker.read() - entry.seen > FRESH_NANOS || isOver(entry.session)
        ? null
        : entry.session;
  }

  private boolean isOver(Session session) {
    return session.expiresAt() <= clock.millis() / 1000;
  }

  /** Keeps a session, unless it was ended meanwhile. */
  public void put(@ExchangeProperty("sessionKey") String key, @Body Session session) {
    Held entry = new Held(session, ticker.read());
    held.asMap().compute(key, (k, before) -> isEnded(k) ? null : entry);
  }

  /**
   * Keeps what was read where it is shared, unless something newer was written here meanwhile.
   *
   * @param before what {@link #get} said before it was read
   */
  public void keep(String key, Session before, Session session) {
    Held entry = new Held(session, ticker.read());
    held.asMap()
        .compute(
            key,
            (k, now) -> isEnded(k) ? null : now != null && now.session != before ? now : entry);
  }

  /** Forgets a session that is not there where it is shared. */
  public void drop(String key) {
    held.invalidate(key);
  }

  /** Forgets a session for good. */
  public void end(@ExchangeProperty("sessionKey") String key) {
    (isKnown(key) ? ended : endedStrangers).put(key, Boolean.TRUE);
    held.invalidate(key);
  }

  public boolean isEnded(String key) {
    return ended.getIfPresent(key) != null || endedStrangers.getIfPresent(key) != null;
  }

  /** Whether it is, or was, a session of somebody who showed it here. */
  boolean isKnown(String key) {
    return held.getIfPresent(key) != null || ended.getIfPresent(key) != null;
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
