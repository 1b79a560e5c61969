package org.elastauth.session;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.elastauth.redis.PendingWrites;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * What changed in sessions while Redis was unreachable. It is written before such a session is read
 * there again, and for all others as soon as Redis is back. Ends of sessions that are not known
 * here, which anybody can make up, have a bound of their own.
 */
@Lazy
@Component
public final class PendingSessionWrites {
  private static final int KEYS = 50_000;
  private static final int UNKNOWN = 10_000;

  private final SessionMemory memory;
  private final PendingWrites<String> known;
  private final PendingWrites<String> unknown;
  private final PendingWrites<ProviderLogout> logouts;

  public PendingSessionWrites(SessionSettings settings, SessionMemory memory) {
    Duration longest = settings.maxAge();
    this.memory = memory;
    this.known = new PendingWrites<>(KEYS, longest);
    this.unknown = new PendingWrites<>(UNKNOWN, longest);
    this.logouts = new PendingWrites<>(KEYS, longest);
  }

  public void add(String key) {
    (memory.isKnown(key) ? known : unknown).add(key);
  }

  public void add(ProviderLogout logout) {
    logouts.add(logout);
  }

  public boolean contains(String key) {
    return known.contains(key) || unknown.contains(key);
  }

  public void remove(String key) {
    known.remove(key);
    unknown.remove(key);
  }

  public void remove(ProviderLogout logout) {
    logouts.remove(logout);
  }

  public List<String> keys() {
    return Stream.concat(known.all().stream(), unknown.all().stream()).toList();
  }

  public List<ProviderLogout> logouts() {
    return logouts.all();
  }
}
