package org.elastauth.session;

import com.github.benmanes.caffeine.cache.Ticker;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.elastauth.cache.CacheSettings;
import org.elastauth.cache.MemoryCache;
import org.elastauth.config.LoadedRoutes;
import org.elastauth.identity.Identity;

/** A program that fills sessions and credentials in a heap with a gateway's base load. */
final class FullStores {
  private static final long BASE = 20L << 20;
  private static final int SESSIONS = 2_000;
  private static final int ENDED = 6_000;
  private static final int CREDENTIALS = 40_000;

  private FullStores() {}

  public static void main(String[] arguments) {
    Duration day = Duration.ofDays(1);
    LoadedRoutes none = LoadedRoutes.NONE;
    Clock clock = Clock.systemUTC();
    Ticker ticker = Ticker.systemTicker();
    SessionMemory sessions =
        new SessionMemory(
            new SessionSettings(true, day, "session", "", "memory", "memory", none),
            clock,
            ticker,
            new SimpleMeterRegistry());
    MemoryCache credentials =
        new MemoryCache(
            new CacheSettings("memory", day, "elastauth-", false, day, "", "", 500, 10, none),
            ticker);
    byte[] base = new byte[(int) (BASE - used())];
    long now = clock.millis() / 1000;
    for (int i = 0; i < SESSIONS; i++) {
      String token = "t".repeat(4_000) + i;
      sessions.put("tokens " + i, session(List.of(), i, now, token));
      int user = i;
      List<String> groups = IntStream.range(0, 200).mapToObj(n -> user + "-" + n).toList();
      sessions.put("groups " + i, session(groups, SESSIONS + i, now, ""));
    }
    for (int i = 0; i < ENDED; i++) {
      SessionId id = SessionId.random();
      sessions.put(id.key(), session(List.of(), i, now, ""));
      sessions.end(id.key());
    }
    for (int i = 0; i < CREDENTIALS; i++) {
      credentials.put("elastauth-" + "0".repeat(59) + i, "c".repeat(300) + i, day.toSeconds());
    }
    System.out.println("full, with a base of " + base.length);
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
