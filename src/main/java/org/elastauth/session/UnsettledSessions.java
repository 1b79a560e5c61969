package org.elastauth.session;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Clock;
import java.util.List;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Predicate;
import org.elastauth.config.Settings;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/**
 * What was done to sessions while Redis did not take it: it is done before the session is read
 * there again, and for those nobody asks for, as soon as Redis is back. Bounded; the ends of
 * sessions that are not known here, which anybody can make up, push out no others.
 */
@Lazy
@Component("unsettledSessions")
public final class UnsettledSessions implements Predicate {
  private static final int KEYS = 50_000;
  private static final int STRANGERS = 10_000;

  private final SessionMemory memory;
  private final Clock clock;
  private final Cache<String, Boolean> keys;
  private final Cache<String, Boolean> strangers;
  private final Cache<ProviderLogout, Boolean> logouts;

  /** Set with the first one, so that a gateway that never lost its Redis looks nothing up. */
  private volatile boolean any;

  public UnsettledSessions(Settings settings, SessionMemory memory, Clock clock) {
    this.memory = memory;
    this.clock = clock;
    this.keys = cache(settings, KEYS);
    this.strangers = cache(settings, STRANGERS);
    this.logouts = cache(settings, KEYS);
  }

  private static <K> Cache<K, Boolean> cache(Settings settings, int size) {
    return Caffeine.newBuilder()
        .executor(Runnable::run)
        .maximumSize(size)
        .expireAfterWrite(settings.session().maxAge())
        .<K, Boolean>build();
  }

  public void add(@ExchangeProperty("sessionKey") String key) {
    (memory.isKnown(key) ? keys : strangers).put(key, Boolean.TRUE);
    any = true;
  }

  public void addLogout(
      @ExchangeProperty("sid") String sid, @ExchangeProperty("subject") String subject) {
    logouts.put(new ProviderLogout(sid, subject, clock.millis() / 1000), Boolean.TRUE);
    any = true;
  }

  /** Whether the exchange is about such a session. */
  @Override
  public boolean matches(Exchange exchange) {
    return any && contains((String) exchange.getProperty("sessionKey"));
  }

  private boolean contains(String key) {
    return keys.getIfPresent(key) != null || strangers.getIfPresent(key) != null;
  }

  public void remove(String key) {
    keys.invalidate(key);
    strangers.invalidate(key);
  }

  public void removeLogout(ProviderLogout logout) {
    logouts.invalidate(logout);
  }

  public List<String> keys() {
    return Stream.concat(keys.asMap().keySet().stream(), strangers.asMap().keySet().stream())
        .toList();
  }

  public List<ProviderLogout> logouts() {
    return List.copyOf(logouts.asMap().keySet());
  }
}
